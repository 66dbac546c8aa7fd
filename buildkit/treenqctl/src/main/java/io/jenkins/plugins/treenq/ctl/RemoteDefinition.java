// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.ctl;

import io.jenkins.plugins.treenq.buildkit.BuildkitException;
import io.jenkins.plugins.treenq.buildkit.bake.BakePaths;
import io.jenkins.plugins.treenq.buildkit.bake.TargetEntries;
import io.jenkins.plugins.treenq.buildkit.client.BuildkitClient;
import io.jenkins.plugins.treenq.buildkit.client.PreparedBuild;
import io.jenkins.plugins.treenq.buildkit.client.RemoteBakeFiles;
import io.jenkins.plugins.treenq.buildkit.client.Workspace;
import io.jenkins.plugins.treenq.buildkit.registry.RegistryLogins;
import io.jenkins.plugins.treenq.buildkit.session.SshAgent;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.TypeConversionException;

/**
 * A Git repository, an archive or a file with bake files, which the daemon fetches. The credentials are those of buildx
 * ({@code bake/gitauth.go}): {@code BUILDX_BAKE_GIT_AUTH_TOKEN}, {@code BUILDX_BAKE_GIT_AUTH_HEADER} and
 * {@code BUILDX_BAKE_GIT_SSH}.
 */
final class RemoteDefinition {
    private static final Map<String, String> SECRETS = Map.of(
            "GIT_AUTH_TOKEN", "BUILDX_BAKE_GIT_AUTH_TOKEN",
            "GIT_AUTH_HEADER", "BUILDX_BAKE_GIT_AUTH_HEADER");

    private final String address;
    private final EnvironmentVariables environment;
    private final Path workingFolder;

    RemoteDefinition(String address, EnvironmentVariables environment, Path workingFolder) {
        this.address = address;
        this.environment = environment;
        this.workingFolder = workingFolder;
    }

    /** Reads the files. */
    RemoteBakeFiles.Definition read(BuildkitClient client, List<String> names, String sharedKey)
            throws BuildkitException, InterruptedException, IOException {
        Path folder = workingFolder.toAbsolutePath();
        PreparedBuild build = RemoteBakeFiles.build(address).in(new Workspace(folder, folder.getRoot()));
        return new RemoteBakeFiles(
                        client,
                        address,
                        build.request(),
                        build.content(
                                RegistryLogins.NONE,
                                SecretOptions.of(secrets(address), environment, workingFolder),
                                ssh(),
                                sharedKey))
                .read(names);
    }

    /** Returns the secrets with which the daemon fetches a context, if it is on the host of this definition. */
    List<TargetEntries.Secret> secrets(String context) {
        List<TargetEntries.Secret> secrets = new ArrayList<>();
        if (BakePaths.isRepository(address) && BakePaths.isSameHost(address, context)) {
            SECRETS.forEach((id, variable) -> {
                if (environment.has(variable)) {
                    secrets.add(new TargetEntries.Secret(id + "." + BakePaths.host(address), "", variable));
                }
            });
        }
        return secrets;
    }

    private Map<String, SshAgent> ssh() throws IOException {
        if (!isSsh()) {
            return Map.of();
        }
        try {
            return SshOptions.read(
                    List.of("default=" + environment.text("BUILDX_BAKE_GIT_SSH").orElse("")),
                    environment.texts(),
                    workingFolder);
        } catch (TypeConversionException e) {
            // As with buildx, the daemon then says what it has no key for.
            return Map.of();
        }
    }

    /** Whether the daemon fetches the definition over SSH. */
    boolean isSsh() {
        return BakePaths.isSsh(address);
    }
}
