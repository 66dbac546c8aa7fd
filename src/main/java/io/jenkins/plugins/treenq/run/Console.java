// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.run;

import edu.umd.cs.findbugs.annotations.CheckForNull;
import io.jenkins.plugins.treenq.buildkit.SourceLocation;
import io.jenkins.plugins.treenq.buildkit.progress.SourceSnippet;
import io.jenkins.plugins.treenq.timeline.ProgressSink;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;

/**
 * What people see of a run, seen from the agent.
 *
 * @param log takes lines; secrets in them are masked
 * @param mask does to a line what was done to it before somebody reads it in the console
 * @param progress hears how a build goes on; null for nobody
 * @param link a line that leads to the build's page; empty when it has none
 */
record Console(
        Consumer<String> log,
        UnaryOperator<String> mask,
        @CheckForNull ProgressSink progress,
        String link) {
    void print(String line) {
        log.accept(line);
    }

    /** Shows a place in a source file, if there is one. */
    void print(SourceLocation place) {
        if (place != null) {
            SourceSnippet.of(place).forEach(log);
        }
    }
}
