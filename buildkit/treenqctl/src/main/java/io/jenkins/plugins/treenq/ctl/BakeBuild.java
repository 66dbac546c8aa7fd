// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.ctl;

import io.jenkins.plugins.treenq.buildkit.BuildListener;
import io.jenkins.plugins.treenq.buildkit.BuildRequest;
import io.jenkins.plugins.treenq.buildkit.BuildResult;
import io.jenkins.plugins.treenq.buildkit.BuildkitException;
import io.jenkins.plugins.treenq.buildkit.Lint;
import io.jenkins.plugins.treenq.buildkit.bake.BakeCall;
import io.jenkins.plugins.treenq.buildkit.bake.BakeDefinition;
import io.jenkins.plugins.treenq.buildkit.bake.BakeJson;
import io.jenkins.plugins.treenq.buildkit.bake.TargetEntries;
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
import io.jenkins.plugins.treenq.buildkit.progress.LineAssembler;
import io.jenkins.plugins.treenq.buildkit.progress.SourceSnippet;
import io.jenkins.plugins.treenq.buildkit.registry.RegistryLogins;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/** Builds the targets of bake files, which are in the working folder, as {@code docker buildx bake} does. */
final class BakeBuild {
    private final SortedMap<String, TargetBuild> targets;
    private final EnvironmentVariables environment;
    private final Path workingFolder;
    private final SortedMap<String, PreparedTarget> prepared = new TreeMap<>();
    private final BakeDefinition definition;
    private final PrintWriter out;

    /**
     * @param workingFolder the folder that paths of the definition are relative to
     * @param remote where the files are, if not in the working folder; otherwise null
     * @param out receives the answers to the calls of targets
     */
    BakeBuild(
            BakeDefinition definition,
            EnvironmentVariables environment,
            Path workingFolder,
            RemoteDefinition remote,
            PrintWriter out)
            throws BuildkitException.InvalidRequestException {
        this.definition = definition;
        this.environment = environment;
        this.workingFolder = workingFolder;
        this.out = out;
        boolean provenance = !environment
                .text("BUILDX_NO_DEFAULT_ATTESTATIONS")
                .flatMap(GoBooleans::parse)
                .orElse(false);
        targets = TargetBuild.all(
                definition, new TargetBuild.Defaults("", provenance ? "mode=min,inline-only=true" : ""));
        targets.replaceAll((name, target) -> target.with(secrets(target, remote), ssh(target, remote)));
    }

    /** Returns the secrets of a target, with those for a context that is part of the remote definition. */
    private static List<TargetEntries.Secret> secrets(TargetBuild target, RemoteDefinition remote) {
        List<TargetEntries.Secret> secrets = new ArrayList<>(target.secrets());
        if (remote != null) {
            secrets.addAll(remote.secrets(target.build().context()));
        }
        return secrets;
    }

    /**
     * Returns the SSH agents of a target. As with buildx ({@code toBuildOpt} in {@code bake/bake.go}), a context over
     * SSH is fetched with the agent of this machine, unless the target names agents.
     */
    private static List<TargetEntries.Ssh> ssh(TargetBuild target, RemoteDefinition remote) {
        boolean isNeeded = remote != null && remote.isSsh()
                ? target.ssh().stream().noneMatch(TargetEntries.Ssh::isDefault)
                : target.ssh().isEmpty() && target.isFetchedOverSsh();
        List<TargetEntries.Ssh> ssh = new ArrayList<>(target.ssh());
        if (isNeeded) {
            ssh.add(TargetEntries.Ssh.DEFAULT);
        }
        return ssh;
    }

    /** Requires that the files ask for nothing that is not allowed. */
    void require(BakeEntitlements allowed) throws BuildkitException.InvalidRequestException {
        allowed.require(targets.values(), workingFolder.toAbsolutePath());
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
    void prepare(RegistryLogins logins, String sharedKey) throws BuildkitException, IOException {
        Map<String, String> texts = environment.texts();
        Path folder = workingFolder.toAbsolutePath();
        Workspace workspace = new Workspace(folder, folder.getRoot());
        for (TargetBuild target : targets.values()) {
            BuildRequest request = target.build().request();
            PreparedBuild files = target.build()
                    .withCache(
                            CacheOptions.completed(request.cacheImports(), texts),
                            CacheOptions.completed(request.cacheExports(), texts))
                    .in(workspace);
            prepared.put(
                    target.name(),
                    new PreparedTarget(
                            files.request(),
                            files.content(
                                    logins,
                                    SecretOptions.of(target.secrets(), environment, workingFolder),
                                    SshOptions.read(
                                            target.ssh().stream()
                                                    .map(BakeBuild::option)
                                                    .toList(),
                                            texts,
                                            workingFolder),
                                    sharedKey),
                            target.subrequest()));
        }
    }

    private static String option(TargetEntries.Ssh ssh) {
        return ssh.id() + (ssh.paths().isEmpty() ? "" : "=" + String.join(",", ssh.paths()));
    }

    BakeRun open(BuildkitClient client, String sharedKey, int mostAtOnce)
            throws BuildkitException.InvalidRequestException {
        return BakeRun.open(client, prepared, sharedKey, mostAtOnce);
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
     * @param all the call that was given for all targets
     * @return the exit code: 0, unless a check has found something or an answer has an error
     */
    int ask(BakeRun bake, BakeCall all) throws BuildkitException, InterruptedException {
        int exit = 0;
        Map<String, BakeJson.Answer> answers = new TreeMap<>();
        for (TargetBuild target : targets.values()) {
            if (!target.subrequest().isEmpty()) {
                Map<String, String> answer = bake.answer(target.name(), BuildListener.NONE);
                BakeCall call = new BakeCall(target.call(), all.json(), all.ignoreStatus());
                Lint lint = call.name().equals(BakeCall.LINT) ? FrontendAnswer.lint(answer) : null;
                String error = lint == null || lint.problem() == null ? null : text(lint.problem());
                if (error != null) {
                    exit = 1;
                } else if (exit == 0) {
                    exit = status(call, answer);
                }
                if (call.json()) {
                    answers.put(
                            target.name(), new BakeJson.Answer(call, answer.getOrDefault("result.json", "{}"), error));
                } else {
                    print(target, lint, answer, error, answers.isEmpty());
                    answers.put(target.name(), null);
                }
            }
        }
        if (all.json() && !answers.isEmpty()) {
            out.println(BakeJson.answers(definition, answers));
        }
        out.flush();
        return exit;
    }

    private void print(TargetBuild target, Lint lint, Map<String, String> answer, String error, boolean first) {
        if (!first) {
            out.println();
        }
        out.println(target.name());
        if (!target.description().isEmpty()) {
            out.println(LineAssembler.plainText(target.description()));
        }
        out.println();
        int warnings = lint == null ? -1 : lint.warnings().size();
        if (warnings == 0 && error == null) {
            out.println("Check complete, no warnings found.");
            return;
        }
        if (warnings > 0) {
            out.println("Check complete, "
                    + (warnings == 1 ? "1 warning has been found!" : warnings + " warnings have been found!"));
        }
        out.print(LineAssembler.plainText(answer.getOrDefault("result.txt", String.join("\n", texts(answer)))));
        if (error != null) {
            out.print((warnings > 0 ? "\n" : "") + "error: " + LineAssembler.plainText(error) + "\n");
        }
    }

    /** Returns the error that the check of a Dockerfile has found, with the lines that it is about. */
    private static String text(Lint.Problem problem) {
        List<String> lines = new ArrayList<>(List.of(problem.message()));
        if (problem.location() != null) {
            lines.addAll(SourceSnippet.of(problem.location()));
        }
        return String.join("\n", lines) + "\n";
    }

    private static int status(BakeCall call, Map<String, String> answer) {
        String status = answer.getOrDefault("result.statuscode", "0");
        return call.ignoreStatus() || !status.matches("[0-9]{1,3}") ? 0 : Integer.parseInt(status);
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
