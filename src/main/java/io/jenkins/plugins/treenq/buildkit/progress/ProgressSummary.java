// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.progress;

import java.time.Duration;
import java.util.Collection;
import java.util.List;

/**
 * Statistics of a build's steps.
 *
 * @param steps number of steps
 * @param cacheable number of started steps with inputs, whose results can come from a cache
 * @param cached number of these steps whose results came from a cache
 * @param transferredBytes size of the transferred contexts, images and results, as far as the daemon reports it
 */
public record ProgressSummary(int steps, int cacheable, int cached, long transferredBytes) {
    public static ProgressSummary of(Collection<StepReport> steps) {
        List<StepReport> cacheable = steps.stream()
                .filter(step -> !step.inputs().isEmpty() && step.state() != StepReport.State.WAITING)
                .toList();
        return new ProgressSummary(
                steps.size(),
                cacheable.size(),
                (int) cacheable.stream()
                        .filter(step -> step.state() == StepReport.State.CACHED)
                        .count(),
                steps.stream().mapToLong(StepReport::transferredBytes).reduce(0, StepReport::sum));
    }

    /**
     * Returns the statistics as a line, such as {@code 9 steps, 3 of 4 cached, 12.3s, 1.05MB transferred}.
     *
     * @param time duration of the build
     */
    public String line(Duration time) {
        return steps + (steps == 1 ? " step, " : " steps, ")
                + (cacheable == 0 ? "" : cached + " of " + cacheable + " cached, ")
                + Numbers.seconds(time) + ", "
                + Numbers.bytes(transferredBytes) + " transferred";
    }
}
