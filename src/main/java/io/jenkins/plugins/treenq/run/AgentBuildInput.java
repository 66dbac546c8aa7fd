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
 * Everything that an agent needs for a build, including secrets. This object is kept in memory only and never printed.
 *
 * @param builder name of the builder, for error messages
 * @param contextKey key under which the daemon keeps the build context for the next build
 * @param workspace path of the workspace. Only files in the workspace are sent, unless the job's current folder is
 *     outside of it. Empty if there is no workspace
 * @param link line for the console with a link to the build's page; empty if the build has no page
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

    /** Returns the same input for another build. */
    AgentBuildInput with(DockerfileBuild other) {
        return new AgentBuildInput(other, builder, endpoint, registries, secrets, mask, contextKey, workspace, link);
    }

    /** Returns the workspace, or the current folder of the job if that is outside of the workspace. */
    Path boundary(Path folder) {
        Path whole = Path.of(workspace);
        return folder.startsWith(whole) ? whole : folder;
    }

    /** Returns all secret texts, which are to be masked in the log. The secrets in files must have been read before. */
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
