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
 * The build that a job requests. This record contains no secrets; credentials are represented by their IDs.
 *
 * @param build the Dockerfile and the outputs, without the caches
 * @param builder name of the builder; null for the default builder
 * @param credentialsId credentials for the registries of the tags; null for the credentials that are configured
 * @param contextCredentialsId credentials for a build context that the daemon fetches; null for none
 * @param skipIfPresent whether the build is skipped if all tags already point to one image
 * @param skipIfUnchanged whether the build is skipped if that image has the same inputs
 * @param failOnWarning whether the build fails if the Dockerfile violates a rule
 * @param withLogins whether the build can use the logins for registries. A build of somebody who is not trusted cannot
 * @param expand expands variables in the values that are resolved later
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
        boolean withLogins,
        UnaryOperator<String> expand) {
    public ImageOrder {
        Objects.requireNonNull(build);
        secrets = List.copyOf(secrets);
        ssh = List.copyOf(ssh);
        cacheFrom = List.copyOf(cacheFrom);
        cacheTo = List.copyOf(cacheTo);
        Objects.requireNonNull(expand);
    }

    /** Returns the order for some of its platforms. */
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
                withLogins,
                expand);
    }

    /** Returns the same order with conditions under which the build is skipped. */
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
                withLogins,
                expand);
    }

    /** Returns the same order for a build that gets no login for any registry. */
    public ImageOrder withoutLogins() {
        return new ImageOrder(
                build,
                builder,
                null,
                contextCredentialsId,
                secrets,
                ssh,
                cacheFrom,
                cacheTo,
                skipIfPresent,
                skipIfUnchanged,
                failOnWarning,
                false,
                expand);
    }

    /**
     * Returns the tags that are looked up before the build. The list is empty if the build writes files, because then
     * the build is needed in any case.
     */
    List<ImageName> tagsToSkip() {
        return build.destinations().isEmpty()
                ? build.pushedTags().stream().map(ImageName::parse).toList()
                : List.of();
    }
}
