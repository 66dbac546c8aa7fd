// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.run;

import edu.umd.cs.findbugs.annotations.CheckForNull;
import io.jenkins.plugins.treenq.buildkit.client.DockerfileBuild;
import java.io.Serializable;
import java.util.Objects;

/**
 * What a job wants to have built, without anything secret.
 *
 * @param build the Dockerfile and what to make of it
 * @param context folder whose files the build may use, relative to where the job works
 * @param builder name of the builder; null for the default one
 * @param credentialsId login for the tags' registries; null for those that are configured for all jobs
 */
public record ImageOrder(
        DockerfileBuild build,
        String context,
        @CheckForNull String builder,
        @CheckForNull String credentialsId) implements Serializable {
    public ImageOrder {
        Objects.requireNonNull(build);
        Objects.requireNonNull(context);
    }
}
