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
 * What happened in an image build, as it is kept.
 *
 * @param end null as long as nobody has seen it
 * @param progress all that there was, in one report
 * @param marks when the phases before the first step began, by the controller's clock; none in what earlier versions
 *     kept
 * @param stepsStart when the first step began, by the controller's clock; null when none has begun, or it is not known
 * @param source null when it is not known
 * @param image null when there is none
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
        // Null in what earlier versions kept.
        marks = RecordLimits.checked(marks);
    }

    /** The time by the controller's clock of something that happened when the daemon's clock said so. */
    @CheckForNull
    Instant ofController(Instant daemonTime) {
        return stepsStart == null ? null : stepsStart.plus(Duration.between(progress.start(), daemonTime));
    }

    /** Until when something is known, by the controller's clock. */
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

    /** The same with another end. */
    Timeline ended(End other) {
        return new Timeline(beginning, other, progress, marks, stepsStart, source, image);
    }

    /** What a list of many builds has room for. */
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

    /** In the place of one that is kept, but makes no sense. */
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
     * @param number counts from 1 within the run
     * @param ref names the build in the daemon
     * @param subject what is built, such as the first tag
     * @param builder its name
     */
    record Beginning(int number, String ref, String subject, String builder, Instant time) {}

    /**
     * @param failure why it did not succeed, in a line; empty otherwise
     * @param digest of the image; empty when there is none
     * @param continuedBy number of the build that does the same again after a restart of Jenkins; 0 for none
     */
    record End(Instant time, BuildState state, String failure, String digest, int continuedBy) {}

    /** That a phase began. */
    record Mark(BuildPhase phase, Instant time) {}
}
