// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.timeline;

import edu.umd.cs.findbugs.annotations.CheckForNull;
import io.jenkins.plugins.treenq.buildkit.progress.StepOutput;
import io.jenkins.plugins.treenq.buildkit.progress.StepReport;
import java.time.Instant;
import java.util.List;
import org.kohsuke.stapler.export.Exported;
import org.kohsuke.stapler.export.ExportedBean;

/**
 * A step in REST. Times are milliseconds since 1970 by the daemon's clock, 0 for those that have not come.
 *
 * @param state of a build that is over, a step that was running is canceled
 * @param inputs numbers of the steps whose results it needs
 * @param outputLines how many it wrote, of which the last ones can be read
 */
@ExportedBean(defaultVisibility = TimelinePage.ALWAYS)
public record ExportedStep(
        @Exported int number,
        @Exported String vertex,
        @Exported String name,
        @Exported StepReport.State state,
        @Exported long startMillis,
        @Exported long endMillis,
        @Exported long durationMillis,
        @Exported List<Integer> inputs,
        @Exported List<Span> runs,
        @Exported List<Transfer> transfers,
        @Exported long transferredBytes,
        @Exported long outputLines,
        @Exported String error) {

    /** @param endMillis of a run that goes on, until when it is known */
    @ExportedBean(defaultVisibility = TimelinePage.ALWAYS)
    public record Span(@Exported long startMillis, @Exported long endMillis) {}

    /** A part of a step, such as a layer that is fetched. */
    @ExportedBean(defaultVisibility = TimelinePage.ALWAYS)
    public record Transfer(
            @Exported String name,
            @Exported long currentBytes,
            @Exported long totalBytes,
            @Exported long startMillis,
            @Exported long endMillis) {}

    /** @param now until when is known what happened */
    static ExportedStep of(StepReport step, @CheckForNull StepOutput output, Instant now, boolean buildIsRunning) {
        boolean stopped = !buildIsRunning && step.state() == StepReport.State.RUNNING;
        return new ExportedStep(
                step.number(),
                step.vertex(),
                step.name(),
                stopped ? StepReport.State.CANCELED : step.state(),
                millis(step.start()),
                millis(step.end()),
                step.duration(now).toMillis(),
                step.inputs(),
                step.runs().stream()
                        .map(run -> new Span(millis(run.start()), millis(run.end() == null ? now : run.end())))
                        .toList(),
                step.transfers().stream()
                        .map(part -> new Transfer(
                                part.name(),
                                part.currentBytes(),
                                part.totalBytes(),
                                millis(part.start()),
                                millis(part.end())))
                        .toList(),
                step.transferredBytes(),
                output == null
                        ? 0
                        : output.first().size()
                                + output.leftOut()
                                + output.last().size(),
                step.error());
    }

    private static long millis(@CheckForNull Instant time) {
        return time == null ? 0 : time.toEpochMilli();
    }
}
