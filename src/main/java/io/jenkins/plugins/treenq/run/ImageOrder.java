// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.run;

import edu.umd.cs.findbugs.annotations.CheckForNull;
import io.jenkins.plugins.treenq.buildkit.ImageName;
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
 * @param credentialsId login for the tags' registries; null for those that are configured
 * @param contextCredentialsId for a context that the daemon fetches; null for none
 * @param skipIfPresent nothing is built when all tags stand for one image already
 * @param skipIfUnchanged nothing is built when that image was made of the same
 * @param failOnWarning whether a Dockerfile that breaks a rule is refused
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
        boolean skipIfPresent,
        boolean skipIfUnchanged,
        boolean failOnWarning,
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
                false,
                false,
                failOnWarning,
                expand);
    }

    /** The same that need not be built in some cases. */
    public ImageOrder skipping(boolean ifPresent, boolean ifUnchanged) {
        return new ImageOrder(
                build,
                builder,
                credentialsId,
                contextCredentialsId,
                secrets,
                ssh,
                cacheFrom,
                cacheTo,
                ifPresent,
                ifUnchanged,
                failOnWarning,
                expand);
    }

    /** The tags that are looked at before the build; none when something of it is needed in any case. */
    List<ImageName> tagsToSkip() {
        return build.destinations().isEmpty()
                ? build.pushedTags().stream().map(ImageName::parse).toList()
                : List.of();
    }
}
