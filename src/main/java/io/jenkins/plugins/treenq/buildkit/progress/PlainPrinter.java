// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.progress;

import io.jenkins.plugins.treenq.buildkit.BuildEvent;
import io.jenkins.plugins.treenq.buildkit.BuildListener;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Predicate;

/**
 * Writes the log of a build in the form of {@code buildctl build --progress=plain}. The printer has no timers: it
 * writes the lines of each event immediately. Steps are numbered in the order in which they are introduced.
 *
 * <p>Each line starts with the number of its step, so that lines of parallel steps can alternate. A step is introduced
 * by a blank line and its name in these cases:
 *
 * <ul>
 *   <li>It has not been introduced yet. The step is then introduced at its start if no other step is being written, at
 *       its first line, at the end of another step, or after ten seconds.
 *   <li>More than ten lines of other steps were written since its last line.
 *   <li>Its end was written before.
 * </ul>
 *
 * <p>If another step is introduced while a step is running, the printer first writes {@code #N ...} for the running
 * step. The end of a successful step is written only before the next event of another step, because many vertices run
 * twice in succession: once to determine their work, and once to do it.
 *
 * <p>The output of a step must be delivered before the end of the step. Events may be repeated, except output.
 *
 * <p>Lines that have no line end yet are kept, up to {@link #MOST_PENDING_CHARS} of all steps together. A Dockerfile
 * can have hundreds of steps that run at the same time, and a build without files runs in the controller's JVM.
 */
public final class PlainPrinter implements BuildListener, AutoCloseable {
    private static final int MAX_DISTANCE_LINES = 10;
    static final int MOST_PENDING_CHARS = 4 * LineAssembler.LONGEST_LINE;
    private static final Duration OVERDUE_AFTER = Duration.ofSeconds(10);
    private static final String RULE = "------";

    private final Consumer<String> log;
    private final BiConsumer<String, String> bare;
    private final Steps steps = new Steps();
    private final Set<Step> started = new LinkedHashSet<>();
    private final Set<Step> waiting = new LinkedHashSet<>();
    private Step current;
    private Step ending;
    private int indices;

    /** Number of characters of all lines that have no line end yet. */
    private int pendingChars;

    private long lines;

    /** @param log receives each line without its line end */
    public PlainPrinter(Consumer<String> log) {
        this(log, (vertex, line) -> {});
    }

    /**
     * @param log receives each line without its line end
     * @param bare receives the vertex and each line of the vertex' own output, before the log receives the line
     */
    public PlainPrinter(Consumer<String> log, BiConsumer<String, String> bare) {
        this.log = log;
        this.bare = bare;
    }

    @Override
    public void onEvent(BuildEvent event) {
        Step step = steps.of(event);
        if (step != ending) {
            endPending();
        }
        // Java 17 has no switch over types.
        if (event instanceof BuildEvent.VertexChanged vertex) {
            vertex(step, vertex);
        } else if (event instanceof BuildEvent.Progress progress) {
            progress(step, progress);
            introduceOverdue(progress.timestamp());
        } else if (event instanceof BuildEvent.Output output) {
            output(step, output);
            introduceOverdue(output.timestamp());
        } else if (event instanceof BuildEvent.Warning warning) {
            warning(step, warning);
        }
    }

    /**
     * Writes the pending lines: incomplete lines of output, and the end of a step. Nothing is written about steps that
     * are still running.
     */
    @Override
    public void close() {
        endPending();
        steps.all().forEach(this::flush);
    }

    /** Returns the steps that are not hidden, in the order of their starts. */
    Collection<Step> started() {
        return started;
    }

    /** Returns the name and the last ten lines of output of each failed step, in the order of the steps' starts. */
    public List<String> failureTail() {
        return failureTail(step -> true);
    }

    private List<String> failureTail(Predicate<Step> printed) {
        List<String> text = new ArrayList<>();
        for (Step step : started) {
            if (step.failed() && printed.test(step)) {
                text.add(RULE);
                text.add(" > " + step.name + ":");
                text.addAll(step.tail());
                text.add(RULE);
            }
        }
        return text;
    }

    /**
     * Returns the same lines as {@link #failureTail}, without steps whose last lines are at the end of the log anyway.
     */
    public List<String> distantFailureTail() {
        return failureTail(
                step -> step.lastLine != lines || step.linesInRow <= step.tail().size());
    }

    private void vertex(Step step, BuildEvent.VertexChanged vertex) {
        if (!step.record(vertex) || step.hidden()) {
            return;
        }
        started.add(step);
        ending = null;
        if (step.running()) {
            begin(step);
        } else if (step.takeEnd()) {
            boolean success = step.error().isEmpty() && !step.cached();
            if (success && waiting.stream().noneMatch(Step::running)) {
                ending = step;
            } else {
                end(step);
            }
        }
    }

    private void endPending() {
        Step step = ending;
        ending = null;
        if (step != null) {
            end(step);
        }
    }

    private void begin(Step step) {
        // A second run, which is often short, is introduced by its first line, or after some time without output.
        if (current == null && step.index == 0) {
            introduce(step);
        } else if (step != current) {
            waiting.add(step);
        }
    }

    private void end(Step step) {
        flush(step);
        step.streams.clear();
        if (step.canceled()) {
            line(step, "CANCELED");
        } else if (step.failed()) {
            LineAssembler.linesOf("ERROR: " + step.error()).forEach(text -> line(step, text));
        } else {
            line(step, step.cached() ? "CACHED" : "DONE " + Numbers.seconds(step.duration()));
        }
        step.ended = true;
        current = null;
        waiting.stream().filter(Step::running).findFirst().ifPresent(this::introduce);
    }

    private void progress(Step step, BuildEvent.Progress progress) {
        VertexStatus part =
                step.parts.computeIfAbsent(progress.vertex() + ' ' + progress.id(), key -> new VertexStatus());
        if (part.take(progress) && !step.hidden()) {
            line(step, VertexStatus.describe(progress));
        }
    }

    private void output(Step step, BuildEvent.Output output) {
        String vertex = output.vertex();
        LineAssembler stream = step.streams.computeIfAbsent(
                vertex + ' ' + output.stream(),
                key -> new LineAssembler((time, line) -> output(step, vertex, time, line)));
        pendingChars -= stream.pendingLength();
        stream.append(output.text(), output.timestamp());
        pendingChars += stream.pendingLength();
        if (pendingChars > MOST_PENDING_CHARS) {
            flush(stream);
        }
    }

    private void output(Step step, String vertex, Instant time, String line) {
        bare.accept(vertex, line);
        String text = step.offset(time) + (line.isEmpty() ? "" : " " + line);
        step.remember(text);
        line(step, text);
    }

    private void warning(Step step, BuildEvent.Warning warning) {
        if (step.warnings.add(warning)) {
            line(step, "WARN: " + LineAssembler.lineOf(warning.summary()));
        }
    }

    private void flush(Step step) {
        step.streams.values().forEach(this::flush);
    }

    private void flush(LineAssembler stream) {
        pendingChars -= stream.pendingLength();
        stream.flush();
    }

    private void line(Step step, String text) {
        step.reveal();
        if (step != current) {
            boolean isNear =
                    current != null && step.index != 0 && !step.ended && lines - step.lastLine <= MAX_DISTANCE_LINES;
            if (!isNear) {
                introduce(step);
            }
            current = step;
        }
        step.linesInRow = step.lastLine == lines ? step.linesInRow + 1 : 1;
        lines++;
        step.lastLine = lines;
        log.accept("#" + step.index + " " + text);
    }

    private void introduce(Step step) {
        if (current != null && !current.finished()) {
            log.accept("#" + current.index + " ...");
        }
        if (indices > 0) {
            log.accept("");
        }
        if (step.index == 0) {
            step.index = ++indices;
        }
        log.accept("#" + step.index + " " + step.name);
        step.ended = false;
        step.lastLine = lines;
        waiting.remove(step);
        current = step;
    }

    /**
     * Introduces steps that have been running for ten seconds without output, so that they do not seem to be missing
     * while another step writes output.
     */
    private void introduceOverdue(Instant now) {
        waiting.removeIf(step -> !step.running());
        waiting.stream()
                .filter(step -> step.runningSince(now.minus(OVERDUE_AFTER)))
                .toList()
                .forEach(this::introduce);
    }
}
