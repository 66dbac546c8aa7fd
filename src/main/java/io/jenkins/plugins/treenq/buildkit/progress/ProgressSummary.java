// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.progress;

import java.time.Duration;
import java.util.Collection;
import java.util.List;

/**
 * A build's steps in numbers.
 *
 * @param steps how many there were
 * @param cacheable how many of them began and make something of others' results, which a cache can spare
 * @param cached for how many of these it did
 * @param transferredBytes of contexts, images and results, as far as the daemon counts them
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

    /** In a line, such as {@code 9 steps, 3 of 4 cached, 12.3s, 1.05MB transferred}. */
    public String line(Duration time) {
        return steps + (steps == 1 ? " step, " : " steps, ")
                + (cacheable == 0 ? "" : cached + " of " + cacheable + " cached, ")
                + Numbers.seconds(time) + ", "
                + Numbers.bytes(transferredBytes) + " transferred";
    }
}
