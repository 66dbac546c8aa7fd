// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.timeline;

import edu.umd.cs.findbugs.annotations.CheckForNull;
import io.jenkins.plugins.treenq.buildkit.ProgressReport;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * What happened in an image build, as it is kept.
 *
 * @param end null as long as nobody has seen it
 * @param progress all that there was, in one report
 */
record Timeline(Beginning beginning, @CheckForNull End end, ProgressReport progress) {
    Timeline {
        Objects.requireNonNull(beginning);
        Objects.requireNonNull(progress);
    }

    /** What a list of many builds has room for. */
    static Timeline withoutSteps(Beginning beginning, @CheckForNull End end) {
        return new Timeline(
                beginning, end, new ProgressReport(beginning.time(), List.of(), Map.of(), List.of(), null, true));
    }

    /** In the place of one that is kept, but makes no sense. */
    static Timeline unreadable(int number) {
        return new Timeline(
                new Beginning(number, "", Messages.Timeline_unreadable(number), "", Instant.EPOCH),
                new End(Instant.EPOCH, BuildState.UNREADABLE, "", ""),
                new ProgressReport(Instant.EPOCH, List.of(), Map.of(), List.of(), null, false));
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
     */
    record End(Instant time, BuildState state, String failure, String digest) {}
}
