// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.timeline;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.jenkins.plugins.treenq.buildkit.Digest;
import io.jenkins.plugins.treenq.buildkit.ImageContent;
import io.jenkins.plugins.treenq.buildkit.progress.ProgressReport;
import io.jenkins.plugins.treenq.buildkit.progress.SourceExcerpt;
import io.jenkins.plugins.treenq.buildkit.progress.StepOutput;
import io.jenkins.plugins.treenq.buildkit.progress.StepReport;
import io.jenkins.plugins.treenq.buildkit.progress.StepReport.State;
import io.jenkins.plugins.treenq.buildkit.progress.WarningReport;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LiveTimelineTest {
    private static final Instant ZERO = Instant.parse("2026-01-02T03:04:05Z");
    private static final SourceExcerpt PLACE =
            new SourceExcerpt("Dockerfile", 2, List.of(new SourceExcerpt.Line(2, true, "RUN make")));

    private final List<Timeline> kept = new CopyOnWriteArrayList<>();
    private final LiveTimeline timeline = live(kept::add, Runnable::run);

    @TempDir
    Path folder;

    @Test
    void oneLineThatIsNotStoredIsCountedInTheSingular() {
        String text = "\u2026 %s not stored here; see the console output";

        assertEquals(text.formatted("1 line is"), Messages.TimelinePage_leftOut(1));
        assertEquals(text.formatted("1,234 lines are"), Messages.TimelinePage_leftOut(1234));
    }

    @Test
    void reportsAreMerged() {
        WarningReport warning = new WarningReport("Rule: broken", List.of("detail"), "https://example.com", PLACE);
        timeline.add(report(
                List.of(step(1, State.RUNNING, 0)),
                Map.of(1, new StepOutput(List.of("one"), 0, List.of())),
                List.of(warning),
                PLACE));
        timeline.add(report(
                List.of(step(1, State.DONE, 5), step(2, State.WAITING, 0)),
                Map.of(1, new StepOutput(List.of("two"), 0, List.of())),
                List.of(),
                null));

        ProgressReport progress = timeline.snapshot().progress();
        assertEquals(List.of(step(1, State.DONE, 5), step(2, State.WAITING, 0)), progress.steps());
        assertEquals(Map.of(1, new StepOutput(List.of("one", "two"), 0, List.of())), progress.output());
        assertEquals(List.of(warning), progress.warnings());
        assertEquals(PLACE, progress.failedAt());
    }

    @Test
    void theTimelineIsStoredFromStartToEnd() {
        assertEquals(1, kept.size());
        assertNull(kept.get(0).end());

        timeline.add(report(List.of(step(1, State.DONE, 5)), Map.of(), List.of(), null));
        timeline.succeeded("sha256:abc");

        Timeline last = kept.get(kept.size() - 1);
        assertEquals(BuildState.SUCCESS, last.end().state());
        assertEquals("sha256:abc", last.end().digest());
        assertEquals(1, last.progress().steps().size());
        // What is stored does not stay in memory.
        assertEquals(List.of(), timeline.snapshot().progress().steps());
        assertEquals(BuildState.SUCCESS, timeline.snapshot().end().state());
    }

    @Test
    void reportsAreStoredWhenTheControllerShutsDown() {
        timeline.add(report(List.of(step(1, State.RUNNING, 0)), Map.of(), List.of(), null));
        timeline.add(report(List.of(step(2, State.RUNNING, 0)), Map.of(), List.of(), null));

        assertTrue(timeline.save().isDone());

        Timeline last = kept.get(kept.size() - 1);
        assertNull(last.end());
        assertEquals(2, last.progress().steps().size());
    }

    @Test
    void reportsAfterTheEndAreIgnored() {
        timeline.failed("it did not work");

        timeline.add(report(List.of(step(1, State.DONE, 5)), Map.of(), List.of(), null));

        assertEquals(List.of(), timeline.snapshot().progress().steps());
        assertEquals("it did not work", timeline.snapshot().end().failure());
    }

    @Test
    void theOutputOfEarlierStepsIsDiscardedFirst() {
        List<String> lines = Collections.nCopies(100, "x".repeat(600));
        int steps = 20;
        for (int number = 1; number <= steps; number++) {
            State state = number == 1 ? State.FAILED : number == steps ? State.RUNNING : State.DONE;
            timeline.add(report(
                    List.of(step(number, state, number)),
                    Map.of(number, new StepOutput(lines, 0, List.of())),
                    List.of(),
                    null));
        }

        Map<Integer, StepOutput> output = timeline.snapshot().progress().output();
        assertEquals(new StepOutput(List.of(), lines.size(), List.of()), output.get(2));
        assertEquals(lines.size(), kept(output.get(1)));
        assertEquals(lines.size(), kept(output.get(steps)));
        int chars = output.values().stream().mapToInt(LiveTimelineTest::kept).sum() * 600;
        assertTrue(chars <= LiveTimeline.MOST_OUTPUT_CHARS);
    }

    @Test
    void reportingAndReadingDoNotWaitForTheDisk() throws Exception {
        CountDownLatch writing = new CountDownLatch(1);
        CountDownLatch slow = new CountDownLatch(1);
        List<Timeline> written = new CopyOnWriteArrayList<>();
        AtomicInteger writers = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();
        ExecutorService threads = Executors.newFixedThreadPool(4);
        LiveTimeline live = live(
                content -> {
                    most.accumulateAndGet(writers.incrementAndGet(), Math::max);
                    if (!written.isEmpty()) {
                        writing.countDown();
                        await(slow);
                    }
                    written.add(content);
                    writers.decrementAndGet();
                },
                threads);
        live.add(report(List.of(step(1, State.RUNNING, 0)), Map.of(), List.of(), null));
        assertTrue(writing.await(1, TimeUnit.MINUTES));

        live.add(report(List.of(step(2, State.RUNNING, 0)), Map.of(), List.of(), null));
        assertEquals(2, live.snapshot().progress().steps().size());
        CompletableFuture<Void> end = live.succeeded("sha256:abc");
        assertEquals(BuildState.SUCCESS, live.snapshot().end().state());
        assertFalse(end.isDone());

        slow.countDown();
        end.get(1, TimeUnit.MINUTES);
        assertEquals("sha256:abc", written.get(written.size() - 1).end().digest());
        assertEquals(2, written.get(written.size() - 1).progress().steps().size());
        assertEquals(1, most.get());
        threads.shutdown();
    }

    @Test
    void theEndOfABuildCompletesIfStoringFails() throws Exception {
        AtomicBoolean full = new AtomicBoolean();
        LiveTimeline live = live(
                content -> {
                    if (full.get()) {
                        throw new StackOverflowError("on purpose");
                    }
                },
                Runnable::run);
        full.set(true);
        live.succeeded("sha256:abc").get(1, TimeUnit.MINUTES);

        LiveTimeline without = live(kept::add, task -> {
            throw new OutOfMemoryError("unable to create native thread");
        });
        without.succeeded("sha256:abc").get(1, TimeUnit.MINUTES);
        assertEquals(BuildState.SUCCESS, kept.get(kept.size() - 1).end().state());
    }

    @Test
    void reportsOfAnAgentAreLimited() {
        String longText = "x".repeat(1 << 20);
        for (int round = 0; round < 20; round++) {
            int first = 1 + 50 * round;
            timeline.add(report(
                    IntStream.range(first, first + 50)
                            .mapToObj(number -> new StepReport(
                                    number,
                                    longText,
                                    longText,
                                    State.RUNNING,
                                    Collections.nCopies(1000, 1),
                                    Collections.nCopies(1000, new StepReport.Run(ZERO, Instant.MAX)),
                                    Collections.nCopies(
                                            1000, new StepReport.Transfer(longText, -1, -1, Instant.MIN, null)),
                                    longText))
                            .toList(),
                    Map.of(first, new StepOutput(Collections.nCopies(1000, longText), Long.MAX_VALUE, List.of())),
                    Collections.nCopies(
                            1000, new WarningReport(longText, Collections.nCopies(1000, longText), longText, PLACE)),
                    new SourceExcerpt(
                            longText, 1, Collections.nCopies(10_000, new SourceExcerpt.Line(1, true, longText)))));
        }

        ProgressReport all = timeline.snapshot().progress();

        assertTrue(all.leftOut());
        assertEquals(1000, all.steps().size());
        assertTrue(
                all.steps().stream().mapToInt(step -> step.transfers().size()).sum() <= ProgressLimits.MOST_TRANSFERS);
        assertEquals(ProgressLimits.MOST_WARNINGS, all.warnings().size());
        int chars = all.steps().stream()
                        .mapToInt(step -> step.vertex().length()
                                + step.name().length()
                                + step.error().length()
                                + step.transfers().stream()
                                        .mapToInt(part -> part.name().length())
                                        .sum())
                        .sum()
                + all.warnings().stream()
                        .mapToInt(warning -> warning.summary().length()
                                + warning.detail().stream()
                                        .mapToInt(String::length)
                                        .sum())
                        .sum();
        assertTrue(chars <= ProgressLimits.MOST_CHARS, chars + " characters");
        assertTrue(
                all.output().values().stream().mapToInt(LiveTimelineTest::chars).sum()
                        <= LiveTimeline.MOST_OUTPUT_CHARS);
        // Pages and files convert the times in this way.
        all.steps().forEach(step -> step.runs().forEach(run -> run.end().toEpochMilli()));
    }

    @Test
    @SuppressWarnings({"unchecked", "rawtypes"})
    void valuesOfWrongTypesAreRefused() {
        List<StepReport> steps = (List) List.of("a step");
        Map<Integer, StepOutput> output = (Map) Map.of("1", new StepOutput(List.of(), 0, List.of()));
        List<String> lines = (List) List.of(1);
        List<WarningReport> warnings = (List) List.of(PLACE);
        List<Integer> inputs = (List) List.of("1");
        List<ProgressReport> reports = List.of(
                report(steps, Map.of(), List.of(), null),
                report(List.of(), output, List.of(), null),
                report(List.of(), Map.of(1, new StepOutput(lines, 0, List.of())), List.of(), null),
                report(List.of(), Map.of(-1, new StepOutput(List.of(), 0, List.of())), List.of(), null),
                report(List.of(), Map.of(), warnings, null),
                report(
                        List.of(new StepReport(1, "v", "n", State.DONE, inputs, List.of(), List.of(), "")),
                        Map.of(),
                        List.of(),
                        null),
                report(
                        List.of(new StepReport(1, "v", null, State.DONE, List.of(), List.of(), List.of(), "")),
                        Map.of(),
                        List.of(),
                        null),
                report(
                        List.of(new StepReport(1, "v", "n", null, List.of(), List.of(), List.of(), "")),
                        Map.of(),
                        List.of(),
                        null),
                report(
                        List.of(new StepReport(1001, "v", "n", State.DONE, List.of(), List.of(), List.of(), "")),
                        Map.of(),
                        List.of(),
                        null),
                new ProgressReport(null, List.of(), Map.of(), List.of(), null, false));

        for (ProgressReport report : reports) {
            assertThrows(IllegalArgumentException.class, () -> timeline.sink().accept(report));
        }
        assertThrows(IllegalArgumentException.class, () -> timeline.sink().accept(null));

        ProgressReport progress = timeline.snapshot().progress();
        assertEquals(List.of(), progress.steps());
        assertEquals(Map.of(), progress.output());
        assertEquals(List.of(), progress.warnings());
    }

    @Test
    void phasesHaveNoGapsForAnyReports() {
        ProgressSink lost = timeline.sink();
        timeline.located("first");
        lost.entered(BuildPhase.PREPARING);
        timeline.waiting();
        lost.entered(BuildPhase.STARTING);
        timeline.located("second");
        timeline.sink().entered(BuildPhase.CONNECTING);
        timeline.sink().entered(BuildPhase.PREPARING);
        timeline.sink().entered(BuildPhase.FINISHING);
        timeline.sink().entered(null);
        timeline.succeeded("");

        assertEquals(
                List.of(
                        BuildPhase.WAITING,
                        BuildPhase.SENDING,
                        BuildPhase.PREPARING,
                        BuildPhase.WAITING,
                        BuildPhase.SENDING,
                        BuildPhase.CONNECTING),
                timeline.snapshot().marks().stream().map(Timeline.Mark::phase).toList());
        assertEquals("second", timeline.snapshot().beginning().builder());
        for (int i = 0; i < 1000; i++) {
            timeline.waiting();
            timeline.located("again");
        }
        assertEquals(6, timeline.snapshot().marks().size());
    }

    @Test
    void theDurationEndsBeforeTheResultIsRecorded() throws Exception {
        Duration whole = timeline.stop();

        assertEquals(whole, timeline.stop());
        timeline.succeeded("sha256:abc");
        Timeline last = kept.get(kept.size() - 1);
        assertEquals(whole, Duration.between(last.beginning().time(), last.end().time()));
    }

    @Test
    @SuppressWarnings({"unchecked", "rawtypes"})
    void theSourceOfABuildIsLimited() {
        String text = "x".repeat(1 << 20);
        timeline.sink()
                .source(new BuildSource(
                        text, text, false, Collections.nCopies(10_000, new BuildSource.Argument(text, text))));

        BuildSource source = timeline.snapshot().source();

        assertTrue(source.clipped());
        assertEquals(BuildSource.MOST_TEXT_CHARS, source.text().length());
        assertEquals(BuildSource.MOST_ARGUMENTS, source.arguments().size());
        assertEquals(
                BuildSource.LONGEST_VALUE, source.arguments().get(0).value().length());
        for (BuildSource wrong : List.of(
                new BuildSource(null, "", false, List.of()),
                new BuildSource("", null, false, List.of()),
                new BuildSource("", "", false, (List) List.of("an argument")),
                new BuildSource("", "", false, List.of(new BuildSource.Argument("name", null))))) {
            assertThrows(IllegalArgumentException.class, () -> timeline.sink().source(wrong));
        }
    }

    @Test
    void theStoredTimelineEqualsTheLiveOne() throws Exception {
        timeline.add(report(
                List.of(new StepReport(
                        1,
                        "sha256:abc",
                        "RUN <make> \u2028 \"ä\"",
                        State.RUNNING,
                        List.of(2, 3),
                        List.of(new StepReport.Run(ZERO, ZERO.plusMillis(1)), new StepReport.Run(ZERO, null)),
                        List.of(new StepReport.Transfer("sha256:x", 1, 2, ZERO, null)),
                        "")),
                Map.of(1, new StepOutput(List.of("one"), 7, List.of("last"))),
                List.of(new WarningReport("Rule: broken", List.of("detail"), "", null)),
                PLACE));
        timeline.located("default");
        timeline.source(
                new BuildSource("Dockerfile", "FROM <b>", false, List.of(new BuildSource.Argument("target", "a"))));
        Digest digest = new Digest("sha256:" + "a".repeat(64));
        timeline.image(new ImageRecord(
                List.of("shop/web:1"),
                "shop/web@" + digest,
                List.of("linux/amd64"),
                7,
                "treenq/1-web.json",
                new ImageContent(List.of(new ImageContent.Variant(
                        "linux/amd64",
                        digest,
                        List.of(new ImageContent.Layer(digest, 7, "RUN make")),
                        List.of(new ImageContent.Attested(
                                "type",
                                8,
                                "builder",
                                "source",
                                List.of(new ImageContent.Material("uri", "digest")))))))));
        Path file = folder.resolve("treenq/1.json");
        Timeline running = timeline.snapshot();

        TimelineFile.write(file, running);

        Timeline read = TimelineFile.read(file).orElseThrow();
        assertEquals(running.beginning(), read.beginning());
        assertEquals(running.progress().steps(), read.progress().steps());
        assertEquals(running.progress().output(), read.progress().output());
        assertEquals(running.progress().warnings(), read.progress().warnings());
        assertEquals(running.progress().failedAt(), read.progress().failedAt());
        assertEquals(running.source(), read.source());
        assertEquals(running.image(), read.image());
        assertEquals(2, read.marks().size());
        assertNull(read.end());
        try (var files = Files.list(file.getParent())) {
            assertEquals(1, files.count());
        }
    }

    @Test
    void anInvalidFileIsIgnored() throws Exception {
        TimelineFile.write(folder.resolve("treenq/3.json"), timeline.snapshot());
        String right = Files.readString(folder.resolve("treenq/3.json"));
        List<String> wrong =
                new ArrayList<>(List.of("", "{", "[]", "{}", "{\"beginning\":{\"number\":\"x\"}}", "null"));
        for (String part : List.of("\"ref\":\"ref\",", "\"subject\":\"shop/web:1\",", "\"builder\":\"default\",")) {
            assertTrue(right.contains(part), right);
            wrong.add(right.replace(part, ""));
        }
        wrong.add(right.replace("\"steps\":[]", "\"steps\":[null]"));
        wrong.add(right.replace("\"steps\":[]", "\"steps\":[{\"number\":1}]"));
        wrong.add(right.replace("\"steps\":[]", "\"steps\":\"x\""));
        wrong.add(right.substring(0, right.length() - 1)
                + ",\"end\":{\"time\":1,\"state\":\"NONE\",\"failure\":\"\",\"digest\":\"\"}}");
        // The file is valid, but too large.
        wrong.add(right + " ".repeat(33 << 20));
        for (String text : wrong) {
            Path file = Files.writeString(folder.resolve("1.json"), text);
            assertEquals(Optional.empty(), TimelineFile.read(file), text.substring(0, Math.min(text.length(), 1000)));
        }
        assertEquals(Optional.empty(), TimelineFile.read(folder.resolve("2.json")));
    }

    private static LiveTimeline live(Consumer<Timeline> keeper, Executor threads) {
        return new LiveTimeline(
                new Timeline.Beginning(1, "ref", "shop/web:1", "default", ZERO),
                new LiveTimeline.Storage() {
                    @Override
                    public void save(Timeline timeline) {
                        keeper.accept(timeline);
                    }

                    @Override
                    public void delete() {}
                },
                threads);
    }

    private static void await(CountDownLatch latch) {
        try {
            assertTrue(latch.await(1, TimeUnit.MINUTES));
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static int chars(StepOutput output) {
        return output.first().stream().mapToInt(String::length).sum()
                + output.last().stream().mapToInt(String::length).sum();
    }

    private static int kept(StepOutput output) {
        return output.first().size() + output.last().size();
    }

    private static StepReport step(int number, State state, int seconds) {
        return new StepReport(
                number,
                "sha256:" + number,
                "step " + number,
                state,
                List.of(),
                List.of(new StepReport.Run(ZERO, state == State.RUNNING ? null : ZERO.plusSeconds(seconds))),
                List.of(),
                "");
    }

    private static ProgressReport report(
            List<StepReport> steps,
            Map<Integer, StepOutput> output,
            List<WarningReport> warnings,
            SourceExcerpt failedAt) {
        return new ProgressReport(ZERO.plusSeconds(60), steps, output, warnings, failedAt, false);
    }
}
