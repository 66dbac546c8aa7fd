// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.timeline;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.jenkins.plugins.treenq.buildkit.ProgressReport;
import io.jenkins.plugins.treenq.buildkit.SourceExcerpt;
import io.jenkins.plugins.treenq.buildkit.StepOutput;
import io.jenkins.plugins.treenq.buildkit.StepReport;
import io.jenkins.plugins.treenq.buildkit.StepReport.State;
import io.jenkins.plugins.treenq.buildkit.WarningReport;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LiveTimelineTest {
    private static final Instant ZERO = Instant.parse("2026-01-02T03:04:05Z");
    private static final SourceExcerpt PLACE =
            new SourceExcerpt("Dockerfile", 2, List.of(new SourceExcerpt.Line(2, true, "RUN make")));

    private final List<Timeline> kept = new ArrayList<>();
    private final LiveTimeline timeline =
            new LiveTimeline(new Timeline.Beginning(1, "ref", "shop/web:1", "default", ZERO), kept::add);

    @TempDir
    Path folder;

    @Test
    void reportsAddUp() {
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
    void itIsKeptFromItsBeginningToItsEnd() {
        assertEquals(1, kept.size());
        assertNull(kept.get(0).end());

        timeline.add(report(List.of(step(1, State.DONE, 5)), Map.of(), List.of(), null));
        timeline.succeeded("sha256:abc");

        Timeline last = kept.get(kept.size() - 1);
        assertEquals(BuildState.SUCCESS, last.end().state());
        assertEquals("sha256:abc", last.end().digest());
        assertEquals(1, last.progress().steps().size());
    }

    @Test
    void nothingIsAddedToWhatIsOver() {
        timeline.failed("it did not work");

        timeline.add(report(List.of(step(1, State.DONE, 5)), Map.of(), List.of(), null));

        assertEquals(List.of(), timeline.snapshot().progress().steps());
        assertEquals("it did not work", timeline.snapshot().end().failure());
    }

    @Test
    void whatEarlierStepsWroteMakesRoom() {
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
    void onDiskItIsTheSame() throws Exception {
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
        Path file = folder.resolve("treenq/1.json");
        Timeline running = timeline.snapshot();

        TimelineFile.write(file, running);

        Timeline read = TimelineFile.read(file).orElseThrow();
        assertEquals(running.beginning(), read.beginning());
        assertEquals(running.progress().steps(), read.progress().steps());
        assertEquals(running.progress().output(), read.progress().output());
        assertEquals(running.progress().warnings(), read.progress().warnings());
        assertEquals(running.progress().failedAt(), read.progress().failedAt());
        assertNull(read.end());
        try (var files = Files.list(file.getParent())) {
            assertEquals(1, files.count());
        }
    }

    @Test
    void aFileThatMakesNoSenseIsNone() throws Exception {
        for (String text : List.of("", "{", "[]", "{}", "{\"beginning\":{\"number\":\"x\"}}", "null")) {
            Path file = Files.writeString(folder.resolve("1.json"), text);
            assertEquals(Optional.empty(), TimelineFile.read(file), text);
        }
        assertEquals(Optional.empty(), TimelineFile.read(folder.resolve("2.json")));
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
