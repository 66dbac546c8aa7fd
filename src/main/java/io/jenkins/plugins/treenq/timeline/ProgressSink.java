// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.timeline;

import io.jenkins.plugins.treenq.buildkit.ProgressReport;
import java.io.Serializable;

/** Is told on the controller what is new in a build. Travels to the agent that tells it. */
@FunctionalInterface
public interface ProgressSink extends Serializable {
    void accept(ProgressReport report);
}
