// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.timeline;

import io.jenkins.plugins.treenq.buildkit.ProgressReport;

/** Is told on the controller what is new in a build. */
@FunctionalInterface
public interface ProgressSink {
    void accept(ProgressReport report);
}
