// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.progress;

import io.jenkins.plugins.treenq.buildkit.BuildEvent;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;

/** A step of the log, with its state. A step is a vertex, or a group of vertices that is displayed as one step. */
final class Step {
    private static final int TAIL = 10;

    /** Longer lines of the tail are truncated, because each of many steps that run at a time has a tail. */
    static final int LONGEST_TAIL_LINE = 4000;

    private final Map<String, TreeMap<Instant, Run>> runs = new LinkedHashMap<>();
    private final Deque<String> tail = new ArrayDeque<>();
    private boolean hidden;
    private boolean endPending;
    private Instant offsetTime;
    private String offset;

    String name;

    // State of the printer, which this class does not use.
    int index;
    long lastLine;
    int linesInRow;
    boolean ended;
    final Map<String, LineAssembler> streams = new LinkedHashMap<>();
    final Map<String, VertexStatus> parts = new HashMap<>();
    final Set<BuildEvent.Warning> warnings = new HashSet<>();

    /** A run of a vertex. A vertex may run several times. */
    private record Run(Instant start, Instant end, boolean cached, String error) {}

    private Step(String name, boolean hidden) {
        this.name = name;
        this.hidden = hidden;
    }

    static Step of(String name) {
        return new Step(name, false);
    }

    /** Creates the step of a group, which is hidden until a member is worth displaying. */
    static Step group(String name) {
        return new Step(name, true);
    }

    boolean hidden() {
        return hidden;
    }

    void reveal() {
        hidden = false;
    }

    /**
     * Records the state of a vertex. Known states are ignored, because events may be repeated.
     *
     * @return whether there is something new to display
     */
    boolean record(BuildEvent.VertexChanged vertex) {
        TreeMap<Instant, Run> own = runs.computeIfAbsent(vertex.vertex(), digest -> new TreeMap<>());
        Instant start = vertex.started();
        if (start == null) {
            return false;
        }
        boolean ended = vertex.completed() != null;
        Run known = own.get(start);
        boolean later = known == null
                || ended && (known.end == null || vertex.completed().isAfter(known.end));
        if (!later || wasCached(own, vertex)) {
            return false;
        }
        // An event of a start may still contain the error of the previous run.
        own.put(start, new Run(start, vertex.completed(), vertex.cached(), ended ? vertex.error() : ""));
        offsetTime = null;
        boolean weak = vertex.group() != null && vertex.group().weak();
        if (!weak || !error().isEmpty()) {
            reveal();
        }
        endPending |= ended;
        return true;
    }

    /**
     * Returns whether the event repeats that a vertex is cached. In each such event of an input of a cached vertex, the
     * daemon sends the start of the cached vertex as time.
     */
    private static boolean wasCached(TreeMap<Instant, Run> own, BuildEvent.VertexChanged vertex) {
        return vertex.cached()
                && vertex.started().equals(vertex.completed())
                && own.values().stream().anyMatch(run -> run.cached && run.end != null);
    }

    boolean started() {
        return all().findAny().isPresent();
    }

    boolean finished() {
        return started() && all().allMatch(run -> run.end != null);
    }

    boolean running() {
        return all().anyMatch(run -> run.end == null);
    }

    /** Returns whether the step has ended and its end was not written yet, and marks the end as written. */
    boolean takeEnd() {
        boolean ended = endPending && finished();
        if (ended) {
            endPending = false;
            if (!failed()) {
                tail.clear();
            }
        }
        return ended;
    }

    /** Returns the first error of the members' last runs; empty if there is none. */
    String error() {
        return latest().map(Run::error)
                .filter(error -> !error.isEmpty())
                .findFirst()
                .orElse("");
    }

    boolean canceled() {
        return error().endsWith("context canceled");
    }

    boolean failed() {
        return !error().isEmpty() && !canceled();
    }

    boolean cached() {
        return runs.values().stream().noneMatch(Map::isEmpty) && latest().allMatch(Run::cached);
    }

    /** Returns whether a member has been running since the given time or longer. */
    boolean runningSince(Instant then) {
        return all().anyMatch(run -> run.end == null && !run.start.isAfter(then));
    }

    /** Returns the total duration of all ended runs. Parallel runs count once. */
    Duration duration() {
        return duration(null);
    }

    /**
     * Returns the total duration of all runs, including runs that have not ended by {@code now}. Parallel runs count
     * once.
     */
    Duration duration(Instant now) {
        Duration sum = Duration.ZERO;
        for (Span span : spans()) {
            Instant end = span.end == null ? now : span.end;
            if (end != null && end.isAfter(span.start)) {
                sum = sum.plus(Duration.between(span.start, end));
            }
        }
        return sum;
    }

    /**
     * Returns the formatted time since the start of the current run. The result is cached, because hundreds of lines
     * may have the same time.
     */
    String offset(Instant time) {
        if (!time.equals(offsetTime)) {
            offsetTime = time;
            offset = Numbers.offset(sinceStart(time));
        }
        return offset;
    }

    /** Returns the time since the start of the run that contains the given time. */
    private Duration sinceStart(Instant time) {
        List<Span> spans = spans();
        for (int i = spans.size() - 1; i >= 0; i--) {
            if (!spans.get(i).start.isAfter(time)) {
                return Duration.between(spans.get(i).start, time);
            }
        }
        return Duration.ZERO;
    }

    void remember(String line) {
        tail.add(ProgressReporter.clipped(line, LONGEST_TAIL_LINE));
        if (tail.size() > TAIL) {
            tail.remove();
        }
    }

    Collection<String> tail() {
        return List.copyOf(tail);
    }

    StepReport.State state() {
        if (!started()) {
            return StepReport.State.WAITING;
        }
        if (running()) {
            return StepReport.State.RUNNING;
        }
        if (canceled()) {
            return StepReport.State.CANCELED;
        }
        if (failed()) {
            return StepReport.State.FAILED;
        }
        return cached() ? StepReport.State.CACHED : StepReport.State.DONE;
    }

    /** Returns the times of all runs. If there are more than {@code most}, the last runs are combined. */
    List<StepReport.Run> runs(int most) {
        List<StepReport.Run> runs = new ArrayList<>(spans().stream()
                .map(span -> new StepReport.Run(span.start, span.end))
                .toList());
        if (runs.size() > most) {
            List<StepReport.Run> rest = runs.subList(most - 1, runs.size());
            StepReport.Run all = new StepReport.Run(
                    rest.get(0).start(), rest.get(rest.size() - 1).end());
            rest.clear();
            runs.add(all);
        }
        return runs;
    }

    private record Span(Instant start, Instant end) {}

    /** Returns the runs in the order of their starts. Overlapping runs are combined. */
    private List<Span> spans() {
        List<Span> spans = new ArrayList<>();
        all().sorted(Comparator.comparing(Run::start)).forEach(run -> {
            Span last = spans.isEmpty() ? null : spans.get(spans.size() - 1);
            if (last == null || last.end != null && last.end.isBefore(run.start)) {
                spans.add(new Span(run.start, run.end));
            } else if (last.end != null && (run.end == null || run.end.isAfter(last.end))) {
                spans.set(spans.size() - 1, new Span(last.start, run.end));
            }
        });
        return spans;
    }

    private Stream<Run> all() {
        return runs.values().stream().flatMap(own -> own.values().stream());
    }

    private Stream<Run> latest() {
        return runs.values().stream()
                .map(TreeMap::lastEntry)
                .filter(Objects::nonNull)
                .map(Map.Entry::getValue);
    }
}
