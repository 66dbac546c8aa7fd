// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.timeline;

import io.jenkins.plugins.treenq.buildkit.ProgressReport;
import io.jenkins.plugins.treenq.buildkit.SourceExcerpt;
import io.jenkins.plugins.treenq.buildkit.StepOutput;
import io.jenkins.plugins.treenq.buildkit.StepReport;
import io.jenkins.plugins.treenq.buildkit.WarningReport;
import io.jenkins.plugins.treenq.buildkit.progress.ClippedOutput;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import jenkins.util.Timer;

/** The timeline of a build that is under way: grows with each report, and is kept now and then. */
public final class LiveTimeline {
    /** Of all steps together. */
    static final int MOST_OUTPUT_CHARS = 512 << 10;

    /** After a change; it comes sooner in a build that is younger than that. */
    private static final Duration LONGEST_UNKEPT = Duration.ofSeconds(10);

    private final Timeline.Beginning beginning;
    private final Consumer<Timeline> keeper;
    private final TimelineSink sink = new TimelineSink(this);
    private final Map<Integer, StepReport> steps = new TreeMap<>();
    private final Map<Integer, ClippedOutput> output = new TreeMap<>();
    private final List<WarningReport> warnings = new ArrayList<>();
    private final long beganNanos = System.nanoTime();
    private SourceExcerpt failedAt;
    private boolean leftOut;
    private Instant daemonTime;
    private long reportedNanos;
    private Timeline.End end;
    private boolean willBeKept;

    /** @param keeper puts the timeline where it survives */
    LiveTimeline(Timeline.Beginning beginning, Consumer<Timeline> keeper) {
        this.beginning = beginning;
        this.keeper = keeper;
        this.daemonTime = beginning.time();
        this.reportedNanos = beganNanos;
        keeper.accept(snapshot());
    }

    public int number() {
        return beginning.number();
    }

    /** For whoever follows the build. */
    public ProgressSink sink() {
        return sink;
    }

    synchronized void add(ProgressReport report) {
        if (end != null) {
            return;
        }
        report.steps().forEach(step -> steps.put(step.number(), step));
        report.output().forEach((step, lines) ->
                output.computeIfAbsent(step, number -> new ClippedOutput()).add(lines));
        warnings.addAll(report.warnings());
        failedAt = report.failedAt() == null ? failedAt : report.failedAt();
        leftOut |= report.leftOut();
        daemonTime = report.now();
        reportedNanos = System.nanoTime();
        limitOutput();
        if (!willBeKept) {
            willBeKept = true;
            long delayNanos = Math.min(System.nanoTime() - beganNanos, LONGEST_UNKEPT.toNanos());
            Timer.get().schedule(this::keep, delayNanos, TimeUnit.NANOSECONDS);
        }
    }

    private synchronized void keep() {
        willBeKept = false;
        if (end == null) {
            keeper.accept(snapshot());
        }
    }

    /** Gives up what steps wrote that ended first; that of failed ones last. */
    private void limitOutput() {
        int chars = output.values().stream().mapToInt(ClippedOutput::chars).sum();
        if (chars <= MOST_OUTPUT_CHARS) {
            return;
        }
        List<Integer> order = new ArrayList<>(output.keySet());
        order.sort(Comparator.comparing(this::isFailed).thenComparing(this::endOf));
        for (int step : order) {
            if (chars > MOST_OUTPUT_CHARS) {
                chars -= output.get(step).chars();
                output.get(step).clear();
            }
        }
    }

    private boolean isFailed(int step) {
        StepReport report = steps.get(step);
        return report != null && report.state() == StepReport.State.FAILED;
    }

    private Instant endOf(int step) {
        StepReport report = steps.get(step);
        return report == null || report.end() == null ? Instant.MAX : report.end();
    }

    /** The image is built. */
    public void succeeded(String digest) {
        finish(BuildState.SUCCESS, "", digest);
    }

    /** @param reason in a line */
    public void failed(String reason) {
        finish(BuildState.FAILURE, reason, "");
    }

    /** Somebody stopped it. */
    public void aborted() {
        finish(BuildState.ABORTED, "", "");
    }

    /** Jenkins does not wait for its end. */
    public void interrupted() {
        finish(BuildState.INTERRUPTED, "", "");
    }

    /** Nothing of the build was begun, and nothing more is kept. */
    synchronized void drop() {
        sink.close();
        end = new Timeline.End(Instant.now(), BuildState.ABORTED, "", "");
    }

    private synchronized void finish(BuildState state, String failure, String digest) {
        if (end != null) {
            return;
        }
        sink.close();
        daemonTime = now();
        reportedNanos = System.nanoTime();
        end = new Timeline.End(Instant.now(), state, failure, digest);
        keeper.accept(snapshot());
    }

    private Instant now() {
        return end == null ? daemonTime.plusNanos(System.nanoTime() - reportedNanos) : daemonTime;
    }

    synchronized Timeline snapshot() {
        Map<Integer, StepOutput> lines = new HashMap<>();
        output.forEach((step, clipped) -> lines.put(step, clipped.content()));
        return new Timeline(
                beginning,
                end,
                new ProgressReport(
                        now(), List.copyOf(steps.values()), lines, List.copyOf(warnings), failedAt, leftOut));
    }
}
