// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.connect;

import edu.umd.cs.findbugs.annotations.CheckForNull;
import edu.umd.cs.findbugs.annotations.NonNull;
import hudson.model.TaskListener;
import io.jenkins.plugins.treenq.step.TreenqBuildStep;
import java.io.IOException;
import java.util.Objects;
import jenkins.scm.api.SCMProbeStat;
import jenkins.scm.api.SCMSourceCriteria;

/** Recognizes the branches, tags and change requests whose tree has the Dockerfile. */
final class DockerfileCriteria implements SCMSourceCriteria {
    private static final long serialVersionUID = 1;

    /** Path in the tree; null if the text of the Dockerfile is configured, so that each tree has one. */
    private final String path;

    DockerfileCriteria(TreenqBuildStep build) {
        path = build.getDockerfileText() == null ? SubfolderPath.of(build.getContext(), build.getDockerfile()) : null;
    }

    @Override
    public boolean isHead(@NonNull Probe probe, @NonNull TaskListener listener) throws IOException {
        ScanLog.begins(listener);
        if (path == null) {
            return true;
        }
        SCMProbeStat stat = probe.stat(path);
        boolean isFile =
                switch (stat.getType()) {
                    case NONEXISTENT, DIRECTORY -> false;
                    default -> true;
                };
        listener.getLogger().println("      " + description(stat, isFile));
        return isFile;
    }

    private String description(SCMProbeStat stat, boolean isFile) {
        if (isFile) {
            return Messages.DockerfileCriteria_found(path);
        }
        String other = stat.getAlternativePath();
        return other == null
                ? Messages.DockerfileCriteria_notFound(path)
                : Messages.DockerfileCriteria_notFoundBut(path, other);
    }

    @Override
    public boolean equals(@CheckForNull Object other) {
        return other instanceof DockerfileCriteria criteria && Objects.equals(path, criteria.path);
    }

    @Override
    public int hashCode() {
        return Objects.hashCode(path);
    }
}
