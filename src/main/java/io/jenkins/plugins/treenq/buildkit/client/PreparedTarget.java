// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.client;

import io.jenkins.plugins.treenq.buildkit.BuildRequest;
import io.jenkins.plugins.treenq.buildkit.session.SessionContent;
import java.util.Objects;

/**
 * A target of a bake that is ready to be built: its files were found ({@link PreparedBuild}), and its secrets are
 * there.
 *
 * @param request the request; a context {@code context:NAME} with the value {@code target:OTHER} is the result of
 *     another target of the same bake
 * @param content the files, logins and secrets that the daemon may fetch for this target
 * @param subrequest what the frontend is asked instead of building; empty for a build, see
 *     {@link TargetBuild#subrequest}
 */
public record PreparedTarget(BuildRequest request, SessionContent content, String subrequest) {
    public PreparedTarget {
        Objects.requireNonNull(request);
        Objects.requireNonNull(content);
        Objects.requireNonNull(subrequest);
    }

    PreparedTarget with(SessionContent other) {
        return new PreparedTarget(request, other, subrequest);
    }
}
