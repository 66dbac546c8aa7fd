// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.timeline;

import edu.umd.cs.findbugs.annotations.CheckForNull;
import io.jenkins.plugins.treenq.buildkit.progress.ProgressReport;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * The events of an image build, in the form that is stored.
 *
 * @param end the end of the build; null if it is unknown
 * @param progress the whole progress in one report
 * @param marks the starts of the phases before the first step, by the controller's clock; empty in the records of
 *     earlier versions
 * @param stepsStart start of the first step, by the controller's clock; null if no step has started or the time is
 *     unknown
 * @param source the source of the build; null if it is unknown
 * @param image the image; null if there is none
 */
record Timeline(
        Beginning beginning,
        @CheckForNull End end,
        ProgressReport progress,
        List<Mark> marks,
        @CheckForNull Instant stepsStart,
        @CheckForNull BuildSource source,
        @CheckForNull ImageRecord image) {
    Timeline {
        Objects.requireNonNull(beginning);
        Objects.requireNonNull(progress);
        // The list is null in the records of earlier versions.
        marks = RecordLimits.checked(marks);
    }

    /** Converts a time by the daemon's clock to the controller's clock; null if no step has started. */
    @CheckForNull
    Instant ofController(Instant daemonTime) {
        return stepsStart == null ? null : stepsStart.plus(Duration.between(progress.start(), daemonTime));
    }

    /** Returns the time of the latest known event, by the controller's clock. */
    Instant knownUntil() {
        if (end != null) {
            return end.time();
        }
        Instant steps = ofController(progress.now());
        return steps != null
                ? steps
                : marks.isEmpty()
                        ? beginning.time()
                        : marks.get(marks.size() - 1).time();
    }

    /** Returns the same timeline with another end. */
    Timeline ended(End other) {
        return new Timeline(beginning, other, progress, marks, stepsStart, source, image);
    }

    /** Returns a timeline without steps, for a list of many builds. */
    static Timeline withoutSteps(Beginning beginning, @CheckForNull End end) {
        return new Timeline(
                beginning,
                end,
                new ProgressReport(beginning.time(), List.of(), Map.of(), List.of(), null, true),
                List.of(),
                null,
                null,
                null);
    }

    /** Returns a timeline that represents a stored timeline that cannot be read. */
    static Timeline unreadable(int number) {
        return new Timeline(
                new Beginning(number, "", Messages.Timeline_unreadable(number), "", Instant.EPOCH),
                new End(Instant.EPOCH, BuildState.UNREADABLE, "", "", 0),
                new ProgressReport(Instant.EPOCH, List.of(), Map.of(), List.of(), null, false),
                List.of(),
                null,
                null,
                null);
    }

    /**
     * The start of a build.
     *
     * @param number number of the build in the run, which counts from 1
     * @param ref ID of the build in the daemon
     * @param subject subject of the build, such as the first tag
     * @param builder name of the builder
     */
    record Beginning(int number, String ref, String subject, String builder, Instant time) {}

    /**
     * The end of a build.
     *
     * @param failure reason of a failure in one line, or why the daemon was lost; empty if there is none
     * @param digest digest of the image; empty if there is none
     * @param continuedBy number of the build that repeats this build after a restart of Jenkins or because the daemon
     *     was lost; 0 for none
     */
    record End(Instant time, BuildState state, String failure, String digest, int continuedBy) {
        /** Returns the same end with the number of the build that repeats this build. */
        End continuedBy(int number) {
            return new End(time, state, failure, digest, number);
        }
    }

    /** The start of a phase. */
    record Mark(BuildPhase phase, Instant time) {}
}
