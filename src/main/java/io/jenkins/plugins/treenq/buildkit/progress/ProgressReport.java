// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.progress;

import java.io.Serializable;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * The changes in a build since the last report.
 *
 * @param now time of the report, by the clock of the steps' times
 * @param steps steps that have changed
 * @param output new output by the number of the step
 * @param warnings new warnings
 * @param failedAt location in the source because of which the build failed; null if it has not changed
 * @param leftOut whether the build has more steps, transfers or warnings than are reported
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
     * Returns the start of the first step, or else the current time. Only steps without inputs that are not cached
     * count, because every build executes them itself. The results of other steps may come from the cache or from
     * another build that started earlier.
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
