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
 * A build step in the REST API. Times are in milliseconds since 1970 by the daemon's clock; 0 if the step has not
 * started or ended.
 *
 * @param state state of the step; canceled if the step was still running when the build ended
 * @param inputs numbers of the steps whose results this step uses
 * @param outputLines number of lines that the step printed. Only the first and the last lines may be stored
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

    /**
     * A period in which the step was running.
     *
     * @param endMillis end of the period; if the step is still running, the time of the latest report
     */
    @ExportedBean(defaultVisibility = TimelinePage.ALWAYS)
    public record Span(@Exported long startMillis, @Exported long endMillis) {}

    /** A part of a step that transfers data, such as a layer that is pulled. */
    @ExportedBean(defaultVisibility = TimelinePage.ALWAYS)
    public record Transfer(
            @Exported String name,
            @Exported long currentBytes,
            @Exported long totalBytes,
            @Exported long startMillis,
            @Exported long endMillis) {}

    /** @param now time of the latest report, by the daemon's clock */
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
