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
 * @param retries how often the build is started again after its daemon was lost; null for the builder's setting
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
        @CheckForNull Integer retries,
        UnaryOperator<String> expand) {
    public ImageOrder {
        Objects.requireNonNull(build);
        secrets = List.copyOf(secrets);
        ssh = List.copyOf(ssh);
        cacheFrom = List.copyOf(cacheFrom);
        cacheTo = List.copyOf(cacheTo);
        Objects.requireNonNull(expand);
    }

    /** Returns a builder of an order of a build; all other values have defaults. */
    public static Builder builder(DockerfileBuild build) {
        return new Builder(build);
    }

    /** Returns a builder of an order of another build, which begins with the values of this order. */
    private Builder toBuilder(DockerfileBuild other) {
        return new Builder(other)
                .builder(builder)
                .credentialsId(credentialsId)
                .contextCredentialsId(contextCredentialsId)
                .secrets(secrets)
                .ssh(ssh)
                .cacheFrom(cacheFrom)
                .cacheTo(cacheTo)
                .skipIfPresent(skipIfPresent)
                .skipIfUnchanged(skipIfUnchanged)
                .failOnWarning(failOnWarning)
                .withLogins(withLogins)
                .retries(retries)
                .expand(expand);
    }

    /** Returns the order for some of its platforms. */
    ImageOrder part(List<String> platforms, String builderName) {
        return toBuilder(build.part(platforms))
                .builder(builderName)
                .skipIfPresent(false)
                .skipIfUnchanged(false)
                .build();
    }

    /** Returns the same order for a build that gets no login for any registry. */
    public ImageOrder withoutLogins() {
        return toBuilder(build).credentialsId(null).withLogins(false).build();
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

    /** Builder of orders. Its methods have the names of the components of {@link ImageOrder}. */
    public static final class Builder {
        private final DockerfileBuild build;
        private String builder;
        private String credentialsId;
        private String contextCredentialsId;
        private List<BuildSecret> secrets = List.of();
        private List<SshAccess> ssh = List.of();
        private List<BuildCache> cacheFrom = List.of();
        private List<BuildCache> cacheTo = List.of();
        private boolean skipIfPresent;
        private boolean skipIfUnchanged;
        private boolean failOnWarning;
        private boolean withLogins = true;
        private Integer retries;
        private UnaryOperator<String> expand = UnaryOperator.identity();

        private Builder(DockerfileBuild build) {
            this.build = build;
        }

        public Builder builder(@CheckForNull String value) {
            builder = value;
            return this;
        }

        public Builder credentialsId(@CheckForNull String value) {
            credentialsId = value;
            return this;
        }

        public Builder contextCredentialsId(@CheckForNull String value) {
            contextCredentialsId = value;
            return this;
        }

        public Builder secrets(List<BuildSecret> values) {
            secrets = List.copyOf(values);
            return this;
        }

        public Builder ssh(List<SshAccess> values) {
            ssh = List.copyOf(values);
            return this;
        }

        public Builder cacheFrom(List<BuildCache> values) {
            cacheFrom = List.copyOf(values);
            return this;
        }

        public Builder cacheTo(List<BuildCache> values) {
            cacheTo = List.copyOf(values);
            return this;
        }

        public Builder skipIfPresent(boolean value) {
            skipIfPresent = value;
            return this;
        }

        public Builder skipIfUnchanged(boolean value) {
            skipIfUnchanged = value;
            return this;
        }

        public Builder failOnWarning(boolean value) {
            failOnWarning = value;
            return this;
        }

        private Builder withLogins(boolean value) {
            withLogins = value;
            return this;
        }

        public Builder retries(@CheckForNull Integer value) {
            retries = value;
            return this;
        }

        public Builder expand(UnaryOperator<String> value) {
            expand = value;
            return this;
        }

        public ImageOrder build() {
            return new ImageOrder(
                    build,
                    builder,
                    credentialsId,
                    contextCredentialsId,
                    secrets,
                    ssh,
                    cacheFrom,
                    cacheTo,
                    skipIfPresent,
                    skipIfUnchanged,
                    failOnWarning,
                    withLogins,
                    retries,
                    expand);
        }
    }
}
