// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.timeline;

import hudson.remoting.Asynchronous;
import io.jenkins.plugins.treenq.buildkit.progress.ProgressReport;

/** Is told on the controller what is new in a build. */
@FunctionalInterface
public interface ProgressSink {
    void accept(ProgressReport report);

    /** The build has come to a phase. Nothing waits for the controller to take it. */
    @Asynchronous
    default void entered(BuildPhase phase) {
        // Only those who show it want to know.
    }

    /** What is built is known now. Nothing waits for the controller to take it. */
    @Asynchronous
    default void source(BuildSource source) {
        // Only those who show it want to know.
    }
}
