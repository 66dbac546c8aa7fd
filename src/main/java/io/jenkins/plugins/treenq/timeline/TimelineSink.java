// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.timeline;

import io.jenkins.plugins.treenq.buildkit.progress.ProgressReport;

/**
 * Adds to a timeline while the build goes on. An agent may hold on to this for longer than that, but holds nothing else
 * by it then.
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
