// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.ctl;

import io.jenkins.plugins.treenq.buildkit.BuildListener;
import io.jenkins.plugins.treenq.buildkit.BuildRequest;
import io.jenkins.plugins.treenq.buildkit.BuildResult;
import io.jenkins.plugins.treenq.buildkit.BuildkitException;
import io.jenkins.plugins.treenq.buildkit.Lint;
import io.jenkins.plugins.treenq.buildkit.bake.BakeDefinition;
import io.jenkins.plugins.treenq.buildkit.bake.Entries;
import io.jenkins.plugins.treenq.buildkit.client.BakeEntitlements;
import io.jenkins.plugins.treenq.buildkit.client.BakeRun;
import io.jenkins.plugins.treenq.buildkit.client.BuildkitClient;
import io.jenkins.plugins.treenq.buildkit.client.GoBooleans;
import io.jenkins.plugins.treenq.buildkit.client.PreparedBuild;
import io.jenkins.plugins.treenq.buildkit.client.PreparedTarget;
import io.jenkins.plugins.treenq.buildkit.client.TargetBuild;
import io.jenkins.plugins.treenq.buildkit.client.TargetFailedException;
import io.jenkins.plugins.treenq.buildkit.client.TargetProgress;
import io.jenkins.plugins.treenq.buildkit.client.Workspace;
import io.jenkins.plugins.treenq.buildkit.gateway.FrontendAnswer;
import io.jenkins.plugins.treenq.buildkit.registry.RegistryLogins;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/** Builds the targets of bake files, which are in the working folder, as {@code docker buildx bake} does. */
final class BakeBuild {
    private final SortedMap<String, TargetBuild> targets;
    private final Path workingFolder = Path.of("").toAbsolutePath();
    private final SortedMap<String, PreparedTarget> prepared = new TreeMap<>();
    private final PrintWriter out;

    /** @param out receives the answers to the calls of targets */
    BakeBuild(BakeDefinition definition, EnvironmentVariables environment, PrintWriter out)
            throws BuildkitException.InvalidRequestException {
        this.out = out;
        boolean provenance = !environment
                .text("BUILDX_NO_DEFAULT_ATTESTATIONS")
                .flatMap(GoBooleans::parse)
                .orElse(false);
        targets = TargetBuild.all(
                definition,
                new TargetBuild.Defaults(
                        environment.text("SOURCE_DATE_EPOCH").orElse(""),
                        provenance ? "mode=min,inline-only=true" : ""));
    }

    /** Requires that the files ask for nothing that is not allowed. */
    void require(BakeEntitlements allowed) throws BuildkitException.InvalidRequestException {
        allowed.require(targets.values(), workingFolder);
    }

    /** Returns the names of the targets whose results stay in the daemon. */
    List<String> withoutOutput() {
        return targets.values().stream()
                .filter(target -> !target.linked()
                        && target.subrequest().isEmpty()
                        && target.build().request().exports().isEmpty())
                .map(TargetBuild::name)
                .toList();
    }

    /** Finds the files and secrets of all targets. */
    void prepare(RegistryLogins logins, EnvironmentVariables environment, String sharedKey)
            throws BuildkitException, IOException {
        Workspace workspace = new Workspace(workingFolder, workingFolder.getRoot());
        for (TargetBuild target : targets.values()) {
            BuildRequest request = target.build().request();
            PreparedBuild files = target.build()
                    .withCache(
                            CacheOptions.completed(request.cacheImports(), System.getenv()),
                            CacheOptions.completed(request.cacheExports(), System.getenv()))
                    .in(workspace);
            prepared.put(
                    target.name(),
                    new PreparedTarget(
                            files.request(),
                            files.content(
                                    logins,
                                    SecretOptions.of(target.secrets(), environment),
                                    SshOptions.read(
                                            target.ssh().stream()
                                                    .map(BakeBuild::option)
                                                    .toList(),
                                            System.getenv()),
                                    sharedKey),
                            target.subrequest()));
        }
    }

    private static String option(Entries.Ssh ssh) {
        return ssh.id() + (ssh.paths().isEmpty() ? "" : "=" + String.join(",", ssh.paths()));
    }

    BakeRun open(BuildkitClient client, String sharedKey) throws BuildkitException.InvalidRequestException {
        return BakeRun.open(client, prepared, sharedKey);
    }

    /**
     * Builds the targets.
     *
     * @return the results by target
     */
    SortedMap<String, BuildResult> build(BakeRun bake, BuildListener listener)
            throws TargetFailedException, InterruptedException {
        TargetProgress progress = new TargetProgress(listener);
        return bake.build(target -> prepared.size() == 1 ? listener : progress.of(target));
    }

    /**
     * Sends the calls of targets to their frontends, and prints the answers.
     *
     * @return whether no check has found anything
     */
    boolean ask(BakeRun bake) throws BuildkitException, InterruptedException {
        boolean clean = true;
        boolean first = true;
        for (TargetBuild target : targets.values()) {
            if (!target.subrequest().isEmpty()) {
                if (!first) {
                    out.println();
                }
                first = false;
                clean &= ask(bake, target);
            }
        }
        out.flush();
        return clean;
    }

    private boolean ask(BakeRun bake, TargetBuild target) throws BuildkitException, InterruptedException {
        Map<String, String> answer = bake.answer(target.name(), BuildListener.NONE);
        out.println(target.name());
        if (!target.description().isEmpty()) {
            out.println(target.description());
        }
        out.println();
        boolean lint = target.subrequest().equals(TargetBuild.LINT);
        Lint problems = lint ? FrontendAnswer.lint(answer) : null;
        boolean clean = !lint || problems.clean();
        if (lint && clean) {
            out.println("Check complete, no warnings found.");
        } else {
            out.println(answer.getOrDefault("result.txt", String.join("\n", texts(answer)))
                    .strip());
        }
        return clean;
    }

    private static Collection<String> texts(Map<String, String> answer) {
        Map<String, String> texts = new TreeMap<>(answer);
        texts.keySet().removeIf(part -> !part.startsWith("result."));
        return texts.values();
    }

    /** Returns the content of the metadata file of buildx: the metadata of each target. */
    static Map<String, Object> metadata(SortedMap<String, BuildResult> results) {
        Map<String, Object> all = new TreeMap<>();
        results.forEach((target, result) -> {
            Map<String, Object> metadata = new TreeMap<>(result.metadata());
            metadata.put("buildx.build.ref", result.ref());
            all.put(target, metadata);
        });
        return all;
    }
}
