// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.run;

import edu.umd.cs.findbugs.annotations.CheckForNull;
import io.jenkins.plugins.treenq.buildkit.client.DockerfileBuild;
import io.jenkins.plugins.treenq.parameters.BuildCache;
import io.jenkins.plugins.treenq.parameters.BuildSecret;
import io.jenkins.plugins.treenq.parameters.SshAccess;
import java.util.List;
import java.util.Objects;
import java.util.function.UnaryOperator;

/**
 * What a job wants to have built, without anything secret: credentials are still ids.
 *
 * @param build the Dockerfile and what to make of it, but for the caches
 * @param builder name of the builder; null for the default one
 * @param credentialsId login for the tags' registries; null for those that are configured for all jobs
 * @param contextCredentialsId for a context that the daemon fetches; null for none
 * @param expand fills in variables of what is not resolved yet
 */
public record ImageOrder(
        DockerfileBuild build,
        @CheckForNull String builder,
        @CheckForNull String credentialsId,
        @CheckForNull String contextCredentialsId,
        List<BuildSecret> secrets,
        List<SshAccess> ssh,
        List<BuildCache> cacheFrom,
        List<BuildCache> cacheTo,
        UnaryOperator<String> expand) {
    public ImageOrder {
        Objects.requireNonNull(build);
        secrets = List.copyOf(secrets);
        ssh = List.copyOf(ssh);
        cacheFrom = List.copyOf(cacheFrom);
        cacheTo = List.copyOf(cacheTo);
        Objects.requireNonNull(expand);
    }

    /** The same for some of its platforms. */
    ImageOrder part(List<String> platforms, String builderName) {
        return new ImageOrder(
                build.part(platforms),
                builderName,
                credentialsId,
                contextCredentialsId,
                secrets,
                ssh,
                cacheFrom,
                cacheTo,
                expand);
    }
}
