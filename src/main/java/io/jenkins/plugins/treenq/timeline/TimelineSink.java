// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.timeline;

import io.jenkins.plugins.treenq.buildkit.progress.ProgressReport;

/**
 * Adds the progress of a running build to its timeline. An agent may keep a reference to this object after the build;
 * therefore the object releases the timeline when the build ends.
 */
final class TimelineSink implements ProgressSink {
    private volatile LiveTimeline timeline;

    TimelineSink(LiveTimeline timeline) {
        this.timeline = timeline;
    }

    @Override
    public void accept(ProgressReport report) {
        LiveTimeline current = timeline;
        if (current != null) {
            current.add(report);
        }
    }

    @Override
    public void entered(BuildPhase phase) {
        LiveTimeline current = timeline;
        if (current != null) {
            current.enteredOnAgent(phase);
        }
    }

    @Override
    public void source(BuildSource source) {
        LiveTimeline current = timeline;
        if (current != null) {
            current.source(source);
        }
    }

    void close() {
        timeline = null;
    }
}
