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
 * The timeline of a running build. The timeline grows with each report and is stored from time to time. One thread at a
 * time stores the timeline, without blocking those that report or read it.
 */
public final class LiveTimeline {
    private static final Logger LOGGER = Logger.getLogger(LiveTimeline.class.getName());

    /** The maximum size of the stored output of all steps together, in characters. */
    static final int MOST_OUTPUT_CHARS = 512 << 10;

    /**
     * The maximum time until a change is stored. In a build that is younger than this time, a change is stored sooner.
     */
    private static final Duration MAX_UNSAVED_TIME = Duration.ofSeconds(10);

    private final Storage storage;
    private final Executor threads;
    private final Map<Integer, StepReport> steps = new TreeMap<>();
    private final Map<Integer, ClippedOutput> output = new TreeMap<>();
    private final CompletableFuture<Void> saved = new CompletableFuture<>();

    /** Completes when content is stored that is taken from now on. */
    private CompletableFuture<Void> nextSaved = new CompletableFuture<>();

    private final long beganNanos = System.nanoTime();
    private final List<Timeline.Mark> marks = new ArrayList<>();
    private Timeline.Beginning beginning;
    private TimelineSink sink = new TimelineSink(this);
    private BuildSource source;
    private ImageRecord image;

    /**
     * The difference by which the controller's clock is ahead of the daemon's, as far as it is known; null before the
     * first report.
     */
    private Duration clockDifference;

    /** The time at which the build ended, before the result was recorded; null while the build is running. */
    private Instant stopped;

    private List<WarningReport> warnings = List.of();
    private SourceExcerpt failedAt;
    private boolean leftOut;
    private Instant daemonTime;
    private long reportedNanos;
    private Timeline.End end;
    private boolean deleted;

    /** Whether the end of the build is stored, so that the steps are no longer in memory. */
    private boolean released;

    /** Whether a change is scheduled to be stored. */
    private boolean saveScheduled;

    /** Whether the timeline has changed since its content was last taken for storing. */
    private boolean changed;

    /** Whether a thread is storing the timeline. */
    private boolean isSaving;

    /** Stores the timeline. */
    interface Storage {
        void save(Timeline timeline);

        /** Deletes the stored timeline, because the build was not started. */
        void delete();
    }

    /**
     * Stores the start of the build on this thread.
     *
     * @param threads executor that stores the later changes
     */
    LiveTimeline(Timeline.Beginning beginning, Storage storage, Executor threads) {
        this.beginning = beginning;
        this.storage = storage;
        this.threads = threads;
        this.daemonTime = beginning.time();
        this.reportedNanos = beganNanos;
        marks.add(new Timeline.Mark(BuildPhase.WAITING, beginning.time()));
        storage.save(snapshot());
    }

    public synchronized int number() {
        return beginning.number();
    }

    /** Returns the subject of the build, such as the first tag. */
    public synchronized String subject() {
        return beginning.subject();
    }

    /** Returns the receiver of the build's progress. */
    public synchronized ProgressSink sink() {
        return sink;
    }

    /**
     * Records that the build waits for a daemon, possibly for the second time. Later reports of the agent about the
     * previous attempt are ignored.
     */
    public synchronized void waiting() {
        sink.close();
        sink = new TimelineSink(this);
        enter(BuildPhase.WAITING);
    }

    /**
     * Records that a daemon was selected and the build is being sent to the agent.
     *
     * @param builder name of the builder
     */
    public synchronized void located(String builder) {
        entered(BuildPhase.SENDING, builder);
    }

    /**
     * Records that several builders build the parts of the image. Each part has a timeline of its own.
     *
     * @param builders names of the builders
     */
    public synchronized void divided(String builders) {
        entered(BuildPhase.PARTS, builders);
    }

    private void entered(BuildPhase phase, String builder) {
        beginning = new Timeline.Beginning(
                beginning.number(), beginning.ref(), beginning.subject(), builder, beginning.time());
        enter(phase);
    }

    /** Tells whether a daemon was ever selected for the build. */
    public synchronized boolean isLocated() {
        return marks.size() > 1;
    }

    /** Records a phase that the agent reported. A report that arrives late is ignored. */
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

    /**
     * Records the source of the build.
     *
     * @throws IllegalArgumentException if the agent sent values of wrong types
     */
    void source(BuildSource untrusted) {
        BuildSource checked = RecordLimits.checked(untrusted);
        synchronized (this) {
            if (end == null) {
                source = checked;
            }
        }
    }

    /** Records the image that the build created. */
    public synchronized void image(ImageRecord made) {
        image = made;
    }

    /**
     * Ends the time measurement of the build. The time for recording the result is not included, so that all reports of
     * the build show the same duration.
     *
     * @return duration of the build
     */
    public synchronized Duration stop() {
        if (stopped == null) {
            stopped = clock();
        }
        return Duration.between(beginning.time(), stopped);
    }

    /** Returns a line with the number of steps and the duration until {@link #stop}; empty if there were no steps. */
    public synchronized String summary() {
        return steps.isEmpty() ? "" : ProgressSummary.of(steps.values()).line(stop());
    }

    /**
     * Adds a report of the agent.
     *
     * @throws IllegalArgumentException if the agent sent values of wrong types
     */
    void add(ProgressReport untrusted) {
        ProgressReport report = ProgressLimits.checked(untrusted);
        synchronized (this) {
            if (end != null) {
                return;
            }
            merge(report);
            if (!saveScheduled) {
                saveScheduled = true;
                long delayNanos = Math.min(System.nanoTime() - beganNanos, MAX_UNSAVED_TIME.toNanos());
                CompletableFuture.delayedExecutor(delayNanos, TimeUnit.NANOSECONDS, threads)
                        .execute(this::saveChange);
            }
        }
    }

    private void merge(ProgressReport report) {
        report.steps().forEach(step -> steps.put(step.number(), step));
        List<WarningReport> allWarnings = new ArrayList<>(warnings);
        allWarnings.addAll(report.warnings());
        // The limits also apply to the sum of all reports.
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

    private void saveChange() {
        synchronized (this) {
            saveScheduled = false;
            if (end != null) {
                return;
            }
        }
        changed();
    }

    /**
     * Stores the latest content now, because the controller is shutting down.
     *
     * @return completes when the content is stored, or cannot be stored
     */
    CompletableFuture<Void> save() {
        CompletableFuture<Void> next;
        synchronized (this) {
            if (end != null) {
                return saved;
            }
            next = nextSaved;
        }
        changed();
        return next;
    }

    /** Lets a thread store the latest content, unless a thread is already storing it. */
    private void changed() {
        synchronized (this) {
            changed = true;
            if (isSaving) {
                return;
            }
            isSaving = true;
        }
        try {
            threads.execute(this::saveChanges);
        } catch (RuntimeException | Error e) {
            // The timeline is stored on this thread, because others wait until the end of the build is stored.
            LOGGER.log(Level.WARNING, "no thread is available to store a timeline", e);
            saveChanges();
        }
    }

    private void saveChanges() {
        while (true) {
            Timeline latest;
            boolean last;
            CompletableFuture<Void> current;
            synchronized (this) {
                if (!changed || released) {
                    isSaving = false;
                    return;
                }
                changed = false;
                current = nextSaved;
                nextSaved = new CompletableFuture<>();
                last = end != null;
                latest = deleted ? null : snapshot();
            }
            try {
                if (latest == null) {
                    storage.delete();
                } else {
                    storage.save(latest);
                }
                if (last) {
                    release();
                }
            } catch (RuntimeException | Error e) {
                LOGGER.log(Level.WARNING, "a timeline cannot be stored", e);
            } finally {
                current.complete(null);
                if (last) {
                    saved.complete(null);
                }
            }
        }
    }

    /**
     * Removes the steps from memory. A bake keeps the timelines of its targets until all of them are built, and its
     * files can have a thousand targets.
     */
    private synchronized void release() {
        released = true;
        steps.clear();
        output.clear();
        warnings = List.of();
        failedAt = null;
        source = null;
        image = null;
    }

    /**
     * Discards output until the limit is met. The output of the steps that ended first is discarded first, and that of
     * failed steps last.
     */
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
     * Records that the image was built.
     *
     * @return completes when the timeline is stored
     */
    public CompletableFuture<Void> succeeded(String digest) {
        return finish(BuildState.SUCCESS, "", digest);
    }

    /**
     * Records that the image already existed.
     *
     * @return completes when the timeline is stored
     */
    public CompletableFuture<Void> skipped(String digest) {
        return finish(BuildState.SKIPPED, "", digest);
    }

    /**
     * Records that the build failed.
     *
     * @param reason the reason in one line
     * @return completes when the timeline is stored
     */
    public CompletableFuture<Void> failed(String reason) {
        return finish(BuildState.FAILURE, reason, "");
    }

    /**
     * Records that the build was stopped, by a user or because another part of the image failed.
     *
     * @return completes when the timeline is stored
     */
    public CompletableFuture<Void> aborted() {
        return finish(BuildState.ABORTED, "", "");
    }

    /**
     * Records that Jenkins is shutting down before the build has ended.
     *
     * @return completes when the timeline is stored
     */
    public CompletableFuture<Void> interrupted() {
        return finish(BuildState.INTERRUPTED, "", "");
    }

    /** Deletes the timeline, because the build was not started. */
    CompletableFuture<Void> drop() {
        synchronized (this) {
            deleted = true;
        }
        return finish(BuildState.ABORTED, "", "");
    }

    /**
     * Records that the daemon was lost and the build was started again.
     *
     * @param reason the reason in one line
     * @param continuedBy number of the build that repeats this build
     * @return completes when the timeline is stored
     */
    public CompletableFuture<Void> daemonLost(String reason, int continuedBy) {
        return finish(BuildState.DAEMON_LOST, reason, "", continuedBy);
    }

    private CompletableFuture<Void> finish(BuildState state, String failure, String digest) {
        return finish(state, failure, digest, 0);
    }

    private CompletableFuture<Void> finish(BuildState state, String failure, String digest, int continuedBy) {
        synchronized (this) {
            sink.close();
            if (end != null) {
                return saved;
            }
            stop();
            daemonTime = now();
            reportedNanos = System.nanoTime();
            end = new Timeline.End(stopped, state, failure, digest, continuedBy);
        }
        changed();
        return saved;
    }

    /**
     * Returns the current time in whole milliseconds. Times are stored with this precision, so that durations stay the
     * same after the timeline is read again.
     */
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

    /**
     * Returns the start of the first step by the controller's clock. The time is limited to the duration of the build,
     * because the daemon's clock may be wrong.
     */
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
