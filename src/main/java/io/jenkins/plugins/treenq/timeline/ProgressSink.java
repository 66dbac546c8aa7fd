// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.timeline;

import hudson.remoting.Asynchronous;
import io.jenkins.plugins.treenq.buildkit.progress.ProgressReport;

/** Receives the progress of a build, on the controller. */
@FunctionalInterface
public interface ProgressSink {
    void accept(ProgressReport report);

    /** The build has entered a phase. The call does not wait until the controller has received it. */
    @Asynchronous
    default void entered(BuildPhase phase) {
        // Receivers that do not show phases ignore them.
    }

    /**
     * The Dockerfile and the arguments of the build are known. The call does not wait until the controller has received
     * them.
     */
    @Asynchronous
    default void source(BuildSource source) {
        // Receivers that do not show the source ignore it.
    }
}
