// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.timeline;

import edu.umd.cs.findbugs.annotations.CheckForNull;
import io.jenkins.plugins.treenq.buildkit.progress.ClippedOutput;
import io.jenkins.plugins.treenq.buildkit.progress.ProgressReport;
import io.jenkins.plugins.treenq.buildkit.progress.ProgressSummary;
import io.jenkins.plugins.treenq.buildkit.progress.SourceExcerpt;
import io.jenkins.plugins.treenq.buildkit.progress.StepOutput;
import io.jenkins.plugins.treenq.buildkit.progress.StepReport;
import io.jenkins.plugins.treenq.buildkit.progress.WarningReport;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * The timeline of a build that is under way: grows with each report, and is kept now and then. It is kept by one thread
 * at a time, which holds up nobody who reports or looks at it.
 */
public final class LiveTimeline {
    private static final Logger LOGGER = Logger.getLogger(LiveTimeline.class.getName());

    /** Of all steps together. */
    static final int MOST_OUTPUT_CHARS = 512 << 10;

    /** After a change; it comes sooner in a build that is younger than that. */
    private static final Duration LONGEST_UNKEPT = Duration.ofSeconds(10);

    private final Keeper keeper;
    private final Executor threads;
    private final Map<Integer, StepReport> steps = new TreeMap<>();
    private final Map<Integer, ClippedOutput> output = new TreeMap<>();
    private final CompletableFuture<Void> kept = new CompletableFuture<>();
    private final long beganNanos = System.nanoTime();
    private final List<Timeline.Mark> marks = new ArrayList<>();
    private Timeline.Beginning beginning;
    private TimelineSink sink = new TimelineSink(this);
    private BuildSource source;
    private ImageRecord image;

    /**
     * By how much the controller's clock is ahead of the daemon's, as far as that is known; null when nothing was
     * reported.
     */
    private Duration clockDifference;

    /** When the work was over, whatever is done afterwards; null while it goes on. */
    private Instant stopped;

    private List<WarningReport> warnings = List.of();
    private SourceExcerpt failedAt;
    private boolean leftOut;
    private Instant daemonTime;
    private long reportedNanos;
    private Timeline.End end;
    private boolean dropped;

    /** Whether a change is to be kept once {@link #LONGEST_UNKEPT} has passed. */
    private boolean willBeKept;

    /** Whether something has changed since the latest content was taken to be kept. */
    private boolean changed;

    /** Whether a thread is there to keep it. */
    private boolean isBeingKept;

    /** Puts the timeline where it survives; blocks while it does. */
    interface Keeper {
        void keep(Timeline timeline);

        /** Nothing of the build was begun. */
        void drop();
    }

    /**
     * Keeps the beginning on this thread.
     *
     * @param threads where the rest is kept
     */
    LiveTimeline(Timeline.Beginning beginning, Keeper keeper, Executor threads) {
        this.beginning = beginning;
        this.keeper = keeper;
        this.threads = threads;
        this.daemonTime = beginning.time();
        this.reportedNanos = beganNanos;
        marks.add(new Timeline.Mark(BuildPhase.WAITING, beginning.time()));
        keeper.keep(snapshot());
    }

    public synchronized int number() {
        return beginning.number();
    }

    /** For whoever follows the build. */
    public synchronized ProgressSink sink() {
        return sink;
    }

    /** The build waits for a daemon, maybe once more; what an agent still says of the last one counts no longer. */
    public synchronized void waiting() {
        sink.close();
        sink = new TimelineSink(this);
        enter(BuildPhase.WAITING);
    }

    /**
     * The build has its daemon, and is sent to where the files are.
     *
     * @param builder its name
     */
    public synchronized void located(String builder) {
        entered(BuildPhase.SENDING, builder);
    }

    /**
     * The build is done in parts, each of which has a timeline of its own.
     *
     * @param builders their names
     */
    public synchronized void divided(String builders) {
        entered(BuildPhase.PARTS, builders);
    }

    private void entered(BuildPhase phase, String builder) {
        beginning = new Timeline.Beginning(
                beginning.number(), beginning.ref(), beginning.subject(), builder, beginning.time());
        enter(phase);
    }

    /** Whether a daemon was ever found for it. */
    public synchronized boolean isLocated() {
        return marks.size() > 1;
    }

    /** An agent says so, which may be late. */
    synchronized void enteredOnAgent(BuildPhase phase) {
        if (phase == null
                || !phase.isOfAgent()
                || phase.compareTo(marks.get(marks.size() - 1).phase()) <= 0) {
            return;
        }
        enter(phase);
    }

    private void enter(BuildPhase phase) {
        if (end == null
                && marks.size() < RecordLimits.MOST_MARKS
                && marks.get(marks.size() - 1).phase() != phase) {
            marks.add(new Timeline.Mark(phase, clock()));
        }
    }

    /** @throws IllegalArgumentException when it is none that an agent of this plugin sends */
    void source(BuildSource untrusted) {
        BuildSource checked = RecordLimits.checked(untrusted);
        synchronized (this) {
            if (end == null) {
                source = checked;
            }
        }
    }

    /** What the build has made. */
    public synchronized void image(ImageRecord made) {
        image = made;
    }

    /**
     * The work is over: what is done until its end is kept takes no more of its time, so that all accounts of it are
     * the same.
     *
     * @return how long it took
     */
    public synchronized Duration stop() {
        if (stopped == null) {
            stopped = clock();
        }
        return Duration.between(beginning.time(), stopped);
    }

    /** The steps in numbers, in a line with the time until {@link #stop}; empty when there were none. */
    public synchronized String summary() {
        return steps.isEmpty() ? "" : ProgressSummary.of(steps.values()).line(stop());
    }

    /** @throws IllegalArgumentException when the report is none that an agent of this plugin sends */
    void add(ProgressReport untrusted) {
        ProgressReport report = ProgressLimits.checked(untrusted);
        synchronized (this) {
            if (end != null) {
                return;
            }
            merge(report);
            if (!willBeKept) {
                willBeKept = true;
                long delayNanos = Math.min(System.nanoTime() - beganNanos, LONGEST_UNKEPT.toNanos());
                CompletableFuture.delayedExecutor(delayNanos, TimeUnit.NANOSECONDS, threads)
                        .execute(this::keepChange);
            }
        }
    }

    private void merge(ProgressReport report) {
        report.steps().forEach(step -> steps.put(step.number(), step));
        List<WarningReport> allWarnings = new ArrayList<>(warnings);
        allWarnings.addAll(report.warnings());
        // Many small reports add up, too.
        ProgressReport all = ProgressLimits.checked(new ProgressReport(
                report.now(),
                List.copyOf(steps.values()),
                Map.of(),
                allWarnings,
                report.failedAt() == null ? failedAt : report.failedAt(),
                leftOut || report.leftOut()));
        all.steps().forEach(step -> steps.put(step.number(), step));
        warnings = all.warnings();
        failedAt = all.failedAt();
        leftOut = all.leftOut();
        report.output().forEach((step, lines) -> output.computeIfAbsent(step, number -> new ClippedOutput())
                .add(lines));
        limitOutput();
        daemonTime = report.now();
        reportedNanos = System.nanoTime();
        Duration difference = Duration.between(report.now(), Instant.now());
        if (clockDifference == null || difference.compareTo(clockDifference) < 0) {
            clockDifference = difference;
        }
    }

    private void keepChange() {
        synchronized (this) {
            willBeKept = false;
            if (end != null) {
                return;
            }
        }
        changed();
    }

    /** Lets a thread keep the latest content, if none is at it. */
    private void changed() {
        synchronized (this) {
            changed = true;
            if (isBeingKept) {
                return;
            }
            isBeingKept = true;
        }
        try {
            threads.execute(this::keep);
        } catch (RuntimeException | Error e) {
            // Somebody waits for the end of it, whatever this JVM lacks.
            LOGGER.log(Level.WARNING, "there is no thread that keeps a timeline", e);
            keep();
        }
    }

    private void keep() {
        while (true) {
            Timeline latest;
            boolean last;
            synchronized (this) {
                if (!changed) {
                    isBeingKept = false;
                    return;
                }
                changed = false;
                last = end != null;
                latest = dropped ? null : snapshot();
            }
            try {
                if (latest == null) {
                    keeper.drop();
                } else {
                    keeper.keep(latest);
                }
            } catch (RuntimeException | Error e) {
                LOGGER.log(Level.WARNING, "a timeline cannot be kept", e);
            } finally {
                if (last) {
                    kept.complete(null);
                }
            }
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

    /**
     * The image is built.
     *
     * @return completes when that is kept
     */
    public CompletableFuture<Void> succeeded(String digest) {
        return finish(BuildState.SUCCESS, "", digest);
    }

    /**
     * The image was there already.
     *
     * @return completes when that is kept
     */
    public CompletableFuture<Void> skipped(String digest) {
        return finish(BuildState.SKIPPED, "", digest);
    }

    /** @param reason in a line */
    public CompletableFuture<Void> failed(String reason) {
        return finish(BuildState.FAILURE, reason, "");
    }

    /** Somebody stopped it. */
    public CompletableFuture<Void> aborted() {
        return finish(BuildState.ABORTED, "", "");
    }

    /** Jenkins does not wait for its end. */
    public CompletableFuture<Void> interrupted() {
        return finish(BuildState.INTERRUPTED, "", "");
    }

    /** Nothing of the build was begun, and nothing more is kept. */
    CompletableFuture<Void> drop() {
        synchronized (this) {
            dropped = true;
        }
        return finish(BuildState.ABORTED, "", "");
    }

    private CompletableFuture<Void> finish(BuildState state, String failure, String digest) {
        synchronized (this) {
            sink.close();
            if (end != null) {
                return kept;
            }
            stop();
            daemonTime = now();
            reportedNanos = System.nanoTime();
            end = new Timeline.End(stopped, state, failure, digest, 0);
        }
        changed();
        return kept;
    }

    /** In whole milliseconds, as times are kept, so that what is counted now is the same when it is read again. */
    static Instant clock() {
        return Instant.ofEpochMilli(System.currentTimeMillis());
    }

    private Instant now() {
        return end == null ? daemonTime.plusNanos(System.nanoTime() - reportedNanos) : daemonTime;
    }

    synchronized Timeline withoutSteps() {
        return Timeline.withoutSteps(beginning, end);
    }

    synchronized Timeline snapshot() {
        Map<Integer, StepOutput> lines = new HashMap<>();
        output.forEach((step, clipped) -> lines.put(step, clipped.content()));
        ProgressReport all = new ProgressReport(now(), List.copyOf(steps.values()), lines, warnings, failedAt, leftOut);
        return new Timeline(beginning, end, all, marks, stepsStart(all), source, image);
    }

    /** By the controller's clock; what a daemon's clock says may be absurd. */
    @CheckForNull
    private Instant stepsStart(ProgressReport all) {
        if (clockDifference == null || all.steps().isEmpty()) {
            return null;
        }
        Instant earliest = marks.get(marks.size() - 1).time();
        Instant latest = stopped == null ? clock() : stopped;
        Instant start = all.start().plus(clockDifference).truncatedTo(ChronoUnit.MILLIS);
        return start.isBefore(earliest) ? earliest : start.isAfter(latest) ? latest : start;
    }
}
