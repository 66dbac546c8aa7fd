// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.timeline;

import edu.umd.cs.findbugs.annotations.CheckForNull;
import io.jenkins.plugins.treenq.buildkit.progress.ProgressReport;
import io.jenkins.plugins.treenq.buildkit.progress.SourceExcerpt;
import io.jenkins.plugins.treenq.buildkit.progress.StepOutput;
import io.jenkins.plugins.treenq.buildkit.progress.StepReport;
import io.jenkins.plugins.treenq.buildkit.progress.WarningReport;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;

/**
 * The limits of an agent's reports about a build, and of the timelines that are read from the disk. The plugin's own
 * code on agents observes these limits, but the controller does not trust agents. Java's deserialization checks the
 * types of fields but not those of the elements of a list or a map.
 */
public final class ProgressLimits {
    static final int MOST_STEPS = 1000;
    static final int MOST_TRANSFERS = 2000;
    static final int MOST_WARNINGS = 100;

    /** The maximum size of all texts except the output of steps, in characters. */
    static final int MOST_CHARS = 4 << 20;

    private static final int MOST_RUNS_OF_STEP = 100;
    private static final int MOST_INPUTS = 100;
    private static final int MOST_DETAILS = 20;
    private static final int MOST_SOURCE_LINES = 100;
    private static final int MOST_OUTPUT_LINES = 100_000;
    /** The maximum length of a text, including the sign that the text was truncated. */
    private static final int LONGEST_TEXT = 2001;

    /** The limits of times by the daemon's clock, which may be wrong. */
    private static final Instant EARLIEST = Instant.EPOCH;

    private static final Instant LATEST = Instant.parse("2200-01-01T00:00:00Z");

    private int chars;
    private int transfers;
    private boolean leftOut;

    private ProgressLimits() {}

    /**
     * Returns a copy of a report with checked types and bounded sizes. Values beyond the limits are omitted.
     *
     * @throws IllegalArgumentException if a value is missing or has a wrong type
     */
    public static ProgressReport checked(@CheckForNull ProgressReport report) {
        return new ProgressLimits().report(as(ProgressReport.class, report));
    }

    private ProgressReport report(ProgressReport report) {
        List<StepReport> steps = list(report.steps(), MOST_STEPS, this::step);
        Map<Integer, StepOutput> output = new HashMap<>();
        int outputChars = 0;
        for (Map.Entry<?, ?> written : report.output().entrySet()) {
            int number = number(written.getKey());
            StepOutput lines =
                    output(as(StepOutput.class, written.getValue()), LiveTimeline.MOST_OUTPUT_CHARS - outputChars);
            outputChars += chars(lines);
            output.put(number, lines);
        }
        List<WarningReport> warnings = list(report.warnings(), MOST_WARNINGS, this::warning);
        SourceExcerpt failedAt = source(report.failedAt());
        return new ProgressReport(
                Objects.requireNonNull(time(as(Instant.class, report.now()))),
                steps,
                output,
                warnings,
                failedAt,
                leftOut || report.leftOut());
    }

    private StepReport step(Object item) {
        StepReport step = as(StepReport.class, item);
        return new StepReport(
                number(step.number()),
                text(step.vertex()),
                text(step.name()),
                as(StepReport.State.class, step.state()),
                list(step.inputs(), MOST_INPUTS, ProgressLimits::number),
                list(step.runs(), MOST_RUNS_OF_STEP, each -> {
                    StepReport.Run run = as(StepReport.Run.class, each);
                    return new StepReport.Run(
                            Objects.requireNonNull(time(as(Instant.class, run.start()))), time(run.end()));
                }),
                list(step.transfers(), MOST_TRANSFERS - transfers, this::transfer),
                text(step.error()));
    }

    private StepReport.Transfer transfer(Object item) {
        transfers++;
        StepReport.Transfer part = as(StepReport.Transfer.class, item);
        return new StepReport.Transfer(
                text(part.name()),
                Math.max(0, part.currentBytes()),
                Math.max(0, part.totalBytes()),
                time(part.start()),
                time(part.end()));
    }

    private static StepOutput output(StepOutput output, int mostChars) {
        List<String> first = lines(output.first(), mostChars);
        List<String> last = lines(
                output.last(),
                mostChars - first.stream().mapToInt(ProgressLimits::chars).sum());
        long missing =
                output.first().size() - first.size() + (long) output.last().size() - last.size();
        return new StepOutput(first, Math.min(Math.max(0, output.leftOut()), Integer.MAX_VALUE) + missing, last);
    }

    private static List<String> lines(List<?> lines, int mostChars) {
        List<String> copy = new ArrayList<>();
        int left = mostChars;
        for (Object line : lines) {
            String text = clipped(as(String.class, line));
            left -= chars(text);
            if (left < 0 || copy.size() == MOST_OUTPUT_LINES) {
                break;
            }
            copy.add(text);
        }
        return copy;
    }

    private static int chars(StepOutput output) {
        return output.first().stream().mapToInt(ProgressLimits::chars).sum()
                + output.last().stream().mapToInt(ProgressLimits::chars).sum();
    }

    private static int chars(String line) {
        return line.length() + 1;
    }

    private WarningReport warning(Object item) {
        WarningReport warning = as(WarningReport.class, item);
        return new WarningReport(
                text(warning.summary()),
                list(warning.detail(), MOST_DETAILS, line -> text(as(String.class, line))),
                text(warning.url()),
                source(warning.place()));
    }

    @CheckForNull
    private SourceExcerpt source(@CheckForNull SourceExcerpt excerpt) {
        return excerpt == null
                ? null
                : new SourceExcerpt(
                        text(excerpt.file()), excerpt.line(), list(excerpt.lines(), MOST_SOURCE_LINES, each -> {
                            SourceExcerpt.Line line = as(SourceExcerpt.Line.class, each);
                            return new SourceExcerpt.Line(line.number(), line.marked(), text(line.text()));
                        }));
    }

    /** Returns the text; empty if the total size of the texts would exceed its limit. */
    private String text(@CheckForNull String text) {
        String clipped = clipped(as(String.class, text));
        if (clipped.length() > MOST_CHARS - chars) {
            leftOut = true;
            return "";
        }
        chars += clipped.length();
        return clipped;
    }

    private static String clipped(String text) {
        return text.length() > LONGEST_TEXT ? text.substring(0, LONGEST_TEXT) : text;
    }

    private static int number(Object item) {
        int number = as(Integer.class, item);
        if (number < 1 || number > MOST_STEPS) {
            throw new IllegalArgumentException("there is no step " + number);
        }
        return number;
    }

    /** Returns the time within the limits; null if the time is null. */
    @CheckForNull
    static Instant time(@CheckForNull Instant time) {
        if (time == null) {
            return null;
        }
        return time.isBefore(EARLIEST) ? EARLIEST : time.isAfter(LATEST) ? LATEST : time;
    }

    private <T> List<T> list(@CheckForNull List<?> items, int most, Function<Object, T> copy) {
        List<T> copies = new ArrayList<>();
        if (items == null) {
            throw new IllegalArgumentException("a list is missing");
        }
        leftOut |= items.size() > most;
        items.stream().limit(most).forEach(item -> copies.add(copy.apply(item)));
        return copies;
    }

    private static <T> T as(Class<T> type, @CheckForNull Object value) {
        if (!type.isInstance(value)) {
            throw new IllegalArgumentException(
                    value == null
                            ? "a value is missing"
                            : "there is a " + value.getClass().getName());
        }
        return type.cast(value);
    }
}
