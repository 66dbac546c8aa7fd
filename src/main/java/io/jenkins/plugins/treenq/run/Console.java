// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.run;

import edu.umd.cs.findbugs.annotations.CheckForNull;
import io.jenkins.plugins.treenq.buildkit.SourceLocation;
import io.jenkins.plugins.treenq.buildkit.progress.SourceSnippet;
import io.jenkins.plugins.treenq.timeline.ProgressSink;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;

/**
 * The outputs of a run, as the agent uses them.
 *
 * @param log receives lines of the log and masks the secrets in them
 * @param mask masks the same texts in a line as the run's console does
 * @param progress receives the progress of a build; null if no one needs the progress
 * @param link line with a link to the build's page; empty if the build has no page
 */
record Console(
        Consumer<String> log,
        UnaryOperator<String> mask,
        @CheckForNull ProgressSink progress,
        String link) {
    void print(String line) {
        log.accept(line);
    }

    /** Prints the lines around a location in a source file. Does nothing if the location is null. */
    void print(SourceLocation place) {
        if (place != null) {
            SourceSnippet.of(place).forEach(log);
        }
    }
}
