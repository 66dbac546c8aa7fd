// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.progress;

import java.io.Serializable;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * What is new in a build since the last report.
 *
 * @param now by the clock that the steps' times are of
 * @param steps those of which something has changed
 * @param output what they wrote since, by their numbers
 * @param warnings new ones
 * @param failedAt null, or the place in the source that made the build fail
 * @param leftOut whether the build has more steps, parts or warnings than are reported
 */
public record ProgressReport(
        Instant now,
        List<StepReport> steps,
        Map<Integer, StepOutput> output,
        List<WarningReport> warnings,
        SourceExcerpt failedAt,
        boolean leftOut)
        implements Serializable {
    public ProgressReport {
        steps = List.copyOf(steps);
        output = Map.copyOf(output);
        warnings = List.copyOf(warnings);
    }

    /**
     * When the first of the steps began, or now. Only those count that every build does itself: what others make of
     * their results may come from the cache, or be shared with a build that began earlier.
     */
    public Instant start() {
        return steps.stream()
                .filter(step -> step.inputs().isEmpty() && step.state() != StepReport.State.CACHED)
                .map(StepReport::start)
                .filter(Objects::nonNull)
                .min(Comparator.naturalOrder())
                .orElse(now);
    }

    public boolean isEmpty() {
        return steps.isEmpty() && output.isEmpty() && warnings.isEmpty() && failedAt == null;
    }
}
