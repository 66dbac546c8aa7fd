// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.progress;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.jenkins.plugins.treenq.buildkit.BuildEvent;
import io.jenkins.plugins.treenq.buildkit.SourceLocation;
import io.jenkins.plugins.treenq.buildkit.progress.StepReport.State;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectOutputStream;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class ProgressReporterTest {
    private static final BuildEvent.Group NO_GROUP = null;

    private final SlowClock clock = new SlowClock();
    private final ProgressReporter reporter = new ProgressReporter(text -> text.replace("hunter2", "****"), clock);

    /** A clock that stands still until a test moves it. */
    private static final class SlowClock extends Clock {
        private Instant now = Log.at(0);

        @Override
        public Instant instant() {
            return now;
        }

        @Override
        public ZoneId getZone() {
            return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(ZoneId zone) {
            return this;
        }
    }

    @Test
    void onlyChangedStepsAreReported() {
        tell("RUN make", null, null);
        assertEquals(State.WAITING, only().state());

        tell("RUN make", 10L, null);
        StepReport running = only();
        assertEquals(1, running.number());
        assertEquals("sha256:RUN make", running.vertex());
        assertEquals("RUN make", running.name());
        assertEquals(State.RUNNING, running.state());
        assertEquals(Log.at(10), running.start());
        assertNull(running.end());

        assertTrue(reporter.take().isEmpty());

        tell("RUN make", 10L, 30L);
        StepReport done = only();
        assertEquals(State.DONE, done.state());
        assertEquals(List.of(new StepReport.Run(Log.at(10), Log.at(30))), done.runs());
    }

    @Test
    void aStepHasOneOfFourFinalStates() {
        reporter.onEvent(Log.vertex("cached", 1L, 1L, true, "", NO_GROUP));
        reporter.onEvent(Log.vertex("done", 1L, 2L, false, "", NO_GROUP));
        reporter.onEvent(Log.vertex("failed", 1L, 2L, false, "exit code: 1", NO_GROUP));
        reporter.onEvent(Log.vertex("canceled", 1L, 2L, false, "context canceled", NO_GROUP));

        List<StepReport> steps = reporter.take().steps();
        assertEquals(
                List.of(State.CACHED, State.DONE, State.FAILED, State.CANCELED),
                steps.stream().map(StepReport::state).toList());
        assertEquals("exit code: 1", steps.get(2).error());
    }

    @Test
    void runsOfAStepAreReportedSeparately() {
        for (long run = 0; run < 100; run++) {
            tell("a", 10 * run, 10 * run + 4);
        }

        StepReport step = only();
        assertEquals(16, step.runs().size());
        assertEquals(new StepReport.Run(Log.at(10), Log.at(14)), step.runs().get(1));
        assertEquals(new StepReport.Run(Log.at(150), Log.at(994)), step.runs().get(15));
        assertEquals(Duration.ofMillis(15 * 4 + 844), step.duration(Log.at(5000)));
    }

    @Test
    void stepsHaveTheNumbersOfTheirInputs() {
        reporter.onEvent(needing("c", "a", "b", "never heard of"));
        tell("b", null, null);
        tell("a", null, null);

        List<StepReport> steps = reporter.take().steps();
        assertEquals(List.of(2, 3), steps.get(0).inputs());
        assertEquals(List.of(), steps.get(1).inputs());
    }

    @Test
    void endedStepsKeepTheirStateInARepeatedBuild() {
        tell("made", 1L, 20L);
        tell("export", 20L, null);
        reporter.reset();

        reporter.onEvent(Log.vertex("made", 30L, 30L, true, "", NO_GROUP));
        tell("export", 20L, 40L);
        tell("another export", 40L, 50L);

        List<StepReport> steps = reporter.take().steps();
        assertEquals(
                List.of(State.DONE, State.DONE, State.DONE),
                steps.stream().map(StepReport::state).toList());
        assertEquals(
                List.of(new StepReport.Run(Log.at(1), Log.at(20))), steps.get(0).runs());
    }

    @Test
    void verticesOfAGroupAreOneStep() {
        BuildEvent.Group group = new BuildEvent.Group("g", "COPY --link", false);
        reporter.onEvent(Log.vertex("copy", 1L, 2L, false, "", group));
        reporter.onEvent(Log.vertex("merge", 2L, 5L, false, "", group));

        StepReport step = only();
        assertEquals("COPY --link", step.name());
        assertEquals(List.of(new StepReport.Run(Log.at(1), Log.at(5))), step.runs());
    }

    @Test
    void aWeakGroupIsNotReportedWhileItIsHidden() {
        BuildEvent.Group group = new BuildEvent.Group("g", "weak", true);
        reporter.onEvent(Log.vertex("copy", 1L, 2L, false, "", group));
        assertTrue(reporter.take().isEmpty());

        reporter.onEvent(Log.vertex("copy", 3L, 4L, false, "exit code: 1", group));

        assertEquals("weak", only().name());
    }

    @Test
    void transfersOfAStepAreCollected() {
        progress("FROM busybox", "sha256:aaa", 10, 100);
        progress("FROM busybox", "sha256:bbb", 50, 50);
        progress("FROM busybox", "sha256:aaa", 70, 100);

        StepReport step = only();
        assertEquals(
                List.of("sha256:aaa", "sha256:bbb"),
                step.transfers().stream().map(StepReport.Transfer::name).toList());
        assertEquals(100, step.transfers().get(0).totalBytes());
        assertEquals(120, step.transferredBytes());
    }

    @Test
    void veryLargeSizesDoNotOverflow() {
        progress("FROM busybox", "sha256:aaa", Long.MAX_VALUE, 1);
        progress("FROM busybox", "sha256:bbb", Long.MAX_VALUE, 1);
        progress("FROM busybox", "sha256:ccc", Long.MAX_VALUE, 1);

        assertTrue(only().transferredBytes() > 0);
        assertTrue(reporter.summary().transferredBytes() > 0);
    }

    @Test
    void outputIsReportedOnce() {
        tell("a", 1L, null);
        tell("b", 1L, null);
        reporter.line("sha256:a", "one");
        reporter.line("sha256:b", "two");
        reporter.line("sha256:never heard of", "three");
        assertEquals(
                Map.of(
                        1,
                        new StepOutput(List.of("one"), 0, List.of()),
                        2,
                        new StepOutput(List.of("two"), 0, List.of())),
                reporter.take().output());

        reporter.line("sha256:a", "four");

        ProgressReport report = reporter.take();
        assertEquals(Map.of(1, new StepOutput(List.of("four"), 0, List.of())), report.output());
        assertEquals(List.of(), report.steps());
    }

    @Test
    void secretsAreMaskedInAllTexts() throws IOException {
        SourceLocation place =
                new SourceLocation("hunter2", List.of("ARG hunter2"), List.of(new SourceLocation.Lines(1, 1)));
        reporter.onEvent(Log.vertex("RUN hunter2", 1L, 2L, false, "hunter2 failed", NO_GROUP));
        progress("RUN hunter2", "pushing hunter2", 1, 2);
        reporter.line("sha256:RUN hunter2", "\u001b[1mhun\u001b[0mter2");
        reporter.line("sha256:RUN hunter2", "x".repeat(ProgressReporter.LONGEST_LINE - 3) + "hunter2");
        reporter.onEvent(new BuildEvent.Warning(
                "sha256:RUN hunter2", 1, "hunter2", List.of("hunter2"), "https://example.com/hunter2", place));
        reporter.failedAt(place);

        ProgressReport report = reporter.take();
        assertEquals("RUN ****", report.steps().get(0).name());
        assertEquals("**** failed", report.steps().get(0).error());
        assertEquals("pushing ****", report.steps().get(0).transfers().get(0).name());
        SourceExcerpt masked = new SourceExcerpt("****", 1, List.of(new SourceExcerpt.Line(1, true, "ARG ****")));
        assertEquals(
                List.of(new WarningReport("****", List.of("****"), "https://example.com/****", masked)),
                report.warnings());
        assertEquals(masked, report.failedAt());
        List<String> lines = report.output().get(1).first();
        assertEquals("****", lines.get(0));
        assertTrue(lines.get(1).endsWith("x***…"), lines.get(1));
        assertFalse(report.toString().contains("hun"));
    }

    @Test
    void timesAreThoseOfTheDaemonsClock() {
        clock.now = Log.at(3_600_000);
        tell("a", 0L, null);
        clock.now = Log.at(3_600_700);
        // This event arrived late.
        tell("b", 200L, null);
        clock.now = Log.at(3_601_000);

        assertEquals(Log.at(1_000), reporter.take().now());
    }

    @Test
    void theSummaryCountsStepsAndBytes() {
        tell("load", 1L, 2L);
        progress("load", "transferring context:", 1_050_000, 0);
        reporter.onEvent(needing("waits", "load"));
        for (String cached : List.of("a", "b", "c")) {
            reporter.onEvent(new BuildEvent.VertexChanged(
                    "sha256:" + cached, List.of("sha256:load"), cached, true, Log.at(3), Log.at(3), "", null));
        }
        reporter.onEvent(new BuildEvent.VertexChanged(
                "sha256:d", List.of("sha256:a"), "d", false, Log.at(3), Log.at(9), "", null));

        ProgressSummary summary = reporter.summary();
        assertEquals(new ProgressSummary(6, 4, 3, 1_050_000), summary);
        assertEquals("6 steps, 3 of 4 cached, 12.3s, 1.05MB transferred", summary.line(Duration.ofMillis(12_340)));
        assertEquals("1 step, 0.0s, 0B transferred", new ProgressSummary(1, 0, 0, 0).line(Duration.ZERO));
    }

    @Test
    void reportsAreLimitedForAnyInput() throws IOException {
        String longText = "€".repeat(10_000);
        List<String> inputs = Stream.iterate(0, i -> i + 1)
                .limit(1_000)
                .map(i -> "sha256:" + i)
                .toList();
        for (int step = 0; step < 3_000; step++) {
            String vertex = "sha256:" + step;
            reporter.onEvent(new BuildEvent.VertexChanged(
                    vertex, inputs, step + longText, false, Log.at(1), Log.at(2), longText, null));
            for (int i = 0; i < 5; i++) {
                reporter.onEvent(new BuildEvent.Progress(vertex, i + longText, 1, 2, Log.at(1), Log.at(1), Log.at(2)));
                reporter.line(vertex, longText);
            }
            List<String> source = List.of(longText, longText, longText);
            reporter.onEvent(new BuildEvent.Warning(
                    vertex,
                    1,
                    step + longText,
                    List.of(longText, longText),
                    longText,
                    new SourceLocation(longText, source, List.of(new SourceLocation.Lines(2, 2)))));
        }

        ProgressReport report = reporter.take();
        assertTrue(report.leftOut());
        assertEquals(ProgressReporter.MOST_STEPS, report.steps().size());
        assertEquals(ProgressReporter.MOST_WARNINGS, report.warnings().size());
        assertTrue(chars(report.output().values()) <= ProgressReporter.MOST_OUTPUT_CHARS);
        assertTrue(serialized(report) < 20 << 20, "the report has " + serialized(report) + " bytes");
    }

    @Test
    void aReportOfAnOrdinaryBuildIsSmall() throws IOException {
        for (int step = 0; step < 20; step++) {
            tell("[stage-1 " + step + "/20] RUN apt-get install -y --no-install-recommends something", 1L, 2L);
        }

        assertTrue(serialized(reporter.take()) < 10_000);
    }

    private static int chars(Collection<StepOutput> outputs) {
        return outputs.stream()
                .flatMap(output -> Stream.concat(output.first().stream(), output.last().stream()))
                .mapToInt(String::length)
                .sum();
    }

    private static int serialized(ProgressReport report) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
            out.writeObject(report);
        }
        return bytes.size();
    }

    private StepReport only() {
        List<StepReport> steps = reporter.take().steps();
        assertEquals(1, steps.size());
        return steps.get(0);
    }

    private void tell(String name, Long started, Long completed) {
        reporter.onEvent(Log.vertex(name, started, completed, false, "", NO_GROUP));
    }

    private void progress(String name, String id, long current, long total) {
        reporter.onEvent(
                new BuildEvent.Progress("sha256:" + name, id, current, total, Log.at(1), Log.at(1), Log.at(2)));
    }

    private static BuildEvent.VertexChanged needing(String name, String... inputs) {
        return new BuildEvent.VertexChanged(
                "sha256:" + name,
                Stream.of(inputs).map(input -> "sha256:" + input).toList(),
                name,
                false,
                null,
                null,
                "",
                null);
    }
}
