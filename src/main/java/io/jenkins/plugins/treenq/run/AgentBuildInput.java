// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.run;

import io.jenkins.plugins.treenq.buildkit.CacheEntry;
import io.jenkins.plugins.treenq.buildkit.Endpoint;
import io.jenkins.plugins.treenq.buildkit.client.DockerfileBuild;
import java.io.Serializable;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;
import java.util.stream.Stream;

/**
 * All that an agent needs to know to build, secrets included; in memory, and never printed.
 *
 * @param builder the name that failures call the daemon by
 * @param contextKey under which the daemon keeps the context for the next build
 * @param workspace nothing outside of it is sent, unless the job works elsewhere; empty when there is none
 * @param link for the console, to the build's page; empty when it has none
 */
record AgentBuildInput(
        DockerfileBuild build,
        String builder,
        Endpoint endpoint,
        RegistryAccess registries,
        SecretsOnAgent secrets,
        ConsoleMask mask,
        String contextKey,
        String workspace,
        String link)
        implements Serializable {

    /** The workspace, or where the job works if that is not in it. */
    Path boundary(Path folder) {
        Path whole = Path.of(workspace);
        return folder.startsWith(whole) ? whole : folder;
    }

    /** To be masked in the log, once all were read. */
    Set<String> texts() {
        Set<String> texts = new HashSet<>(registries.secrets());
        texts.addAll(secrets.texts());
        texts.addAll(mask.secrets());
        if (endpoint.tls() != null) {
            texts.add(endpoint.tls().keyPem());
        }
        Stream.concat(build.request().cacheImports().stream(), build.request().cacheExports().stream())
                .map(CacheEntry::secrets)
                .forEach(texts::addAll);
        return texts;
    }

    @Override
    public String toString() {
        return "AgentBuildInput[" + build.request().ref() + "]";
    }
}
