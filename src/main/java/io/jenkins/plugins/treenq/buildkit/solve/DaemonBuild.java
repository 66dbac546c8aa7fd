// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.solve;

import io.jenkins.plugins.treenq.buildkit.BuildkitException;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/** A build that was started in the daemon. */
public interface DaemonBuild {
    /**
     * Returns a future with the exporters' response that completes after the listener has received all events. If the
     * build fails, the future completes with a {@link BuildkitException}. If the listener throws an exception, the
     * build is cancelled in the daemon and the future completes with this exception.
     */
    CompletableFuture<Map<String, String>> result();

    /** Cancels the build unless it has ended. The daemon stops a build when its Solve call is cancelled. */
    void cancel();
}
