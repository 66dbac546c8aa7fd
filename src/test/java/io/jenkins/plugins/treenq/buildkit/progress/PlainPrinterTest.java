// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.progress;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.jenkins.plugins.treenq.buildkit.BuildEvent;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PlainPrinterTest {
    private final Log log = new Log();

    @Test
    void theLogOfASmallBuildEqualsBuildctls() {
        log.known("[2/2] RUN make")
                .start("[internal] load build definition from Dockerfile", 0)
                .progress("[internal] load build definition from Dockerfile", "transferring dockerfile:", 0, 0, 2, 2)
                .progressDone(
                        "[internal] load build definition from Dockerfile", "transferring dockerfile:", 31, 0, 2, 9)
                .done("[internal] load build definition from Dockerfile", 0, 10)
                .start("[1/2] FROM busybox", 20)
                .progress("[1/2] FROM busybox", "sha256:aaa", 0, 3_400_000, 30, 30)
                .progress("[1/2] FROM busybox", "sha256:aaa", 1_050_000, 3_400_000, 30, 900)
                .progress("[1/2] FROM busybox", "sha256:aaa", 1_100_000, 3_400_000, 30, 950)
                .progressDone("[1/2] FROM busybox", "sha256:aaa", 3_400_000, 3_400_000, 30, 1230)
                .done("[1/2] FROM busybox", 20, 1300)
                .start("[2/2] RUN make", 2000)
                .output("[2/2] RUN make", 2123, "compiling\n")
                .output("[2/2] RUN make", 13_120, "linking\n")
                .output("[2/2] RUN make", 125_150, 2, "made\n")
                .done("[2/2] RUN make", 2000, 125_200)
                .start("exporting to image", 126_000)
                .progress("exporting to image", "exporting layers", 0, 0, 126_010, 126_010)
                .progressDone("exporting to image", "exporting layers", 0, 0, 126_010, 126_520)
                .done("exporting to image", 126_000, 126_600);
        assertEquals("""
                #1 [internal] load build definition from Dockerfile
                #1 transferring dockerfile: 31B done
                #1 DONE 0.0s

                #2 [1/2] FROM busybox
                #2 sha256:aaa 1.05MB / 3.40MB 0.9s
                #2 sha256:aaa 3.40MB / 3.40MB 1.2s done
                #2 DONE 1.3s

                #3 [2/2] RUN make
                #3 0.123 compiling
                #3 11.12 linking
                #3 123.2 made
                #3 DONE 123.2s

                #4 exporting to image
                #4 exporting layers
                #4 exporting layers 0.5s done
                #4 DONE 0.6s
                """, log.closed());
        assertEquals("\n", log.tail());
    }

    @Test
    void linesAreWrittenImmediatelyAndIncompleteLinesAtTheEnd() {
        log.start("a", 0);
        assertEquals("#1 a\n", log.text());
        log.output("a", 100, "one\ntw");
        assertEquals("#1 a\n#1 0.100 one\n", log.text());
        log.output("a", 200, "o\n");
        assertEquals("#1 a\n#1 0.100 one\n#1 0.100 two\n", log.text());
        log.output("a", 300, "three");
        assertEquals("#1 a\n#1 0.100 one\n#1 0.100 two\n#1 0.300 three\n", log.closed());
        assertEquals(log.text(), log.closed());
    }

    @Test
    void anIncompleteLineIsWrittenBeforeTheEndOfItsStep() {
        log.start("a", 0).output("a", 1, "unfinished").failed("a", 0, 2, "exit code: 1");
        assertEquals("#1 a\n#1 0.001 unfinished\n#1 ERROR: exit code: 1\n", log.text());
    }

    @Test
    void standardOutputAndErrorDoNotMixWithinALine() {
        log.start("a", 0)
                .output("a", 1, 1, "out")
                .output("a", 2, 2, "err\n")
                .output("a", 3, 1, "put\n")
                .done("a", 0, 4);
        assertEquals("#1 a\n#1 0.002 err\n#1 0.001 output\n#1 DONE 0.0s\n", log.closed());
    }

    @Test
    void cachedStepsAreMarked() {
        log.cached("[1/2] FROM busybox", 0).cached("[2/2] RUN make", 0);
        assertEquals("""
                #1 [1/2] FROM busybox
                #1 CACHED

                #2 [2/2] RUN make
                #2 CACHED
                """, log.text());
    }

    @Test
    void theLastLinesOfAFailedStepAreNotRepeatedIfTheyAreAtTheEnd() {
        log.start("[2/2] RUN make", 0)
                .output("[2/2] RUN make", 1, "broken\n")
                .failed(
                        "[2/2] RUN make",
                        0,
                        20,
                        "process \"/bin/sh -c make\nall\" did not complete successfully: exit code: 2");

        log.closed();
        assertEquals(List.of(), log.printer.distantFailureTail());
    }

    @Test
    void theLastLinesOfAFailedStepAreRepeatedAfterOtherSteps() {
        log.start("[2/2] RUN make", 0)
                .output("[2/2] RUN make", 1, "broken\n")
                .start("[3/3] RUN other", 5)
                .output("[3/3] RUN other", 15, "fine\n")
                .failed("[2/2] RUN make", 0, 20, "broken");
        log.closed();

        assertEquals(
                List.of("------", " > [2/2] RUN make:", "0.001 broken", "------"), log.printer.distantFailureTail());
    }

    @Test
    void theLastTenLinesOfAFailedStepAreRepeated() {
        log.start("[2/2] RUN make", 0);
        for (int i = 1; i <= 12; i++) {
            log.output("[2/2] RUN make", i, "line " + i + "\n");
        }
        log.start("[3/3] RUN other", 5)
                .failed("[2/2] RUN make", 0, 20, "process \"/bin/sh -c make\" did not complete: exit code: 2")
                .output("[3/3] RUN other", 15, "fine\n")
                .failed("[3/3] RUN other", 5, 30, "process killed: context canceled");
        assertTrue(log.closed().endsWith("""
                        #1 0.012 line 12
                        #1 ERROR: process "/bin/sh -c make" did not complete: exit code: 2

                        #2 [3/3] RUN other
                        #2 0.010 fine
                        #2 CANCELED
                        """));
        assertEquals("""
                ------
                 > [2/2] RUN make:
                0.003 line 3
                0.004 line 4
                0.005 line 5
                0.006 line 6
                0.007 line 7
                0.008 line 8
                0.009 line 9
                0.010 line 10
                0.011 line 11
                0.012 line 12
                ------
                """, log.tail());
    }

    @Test
    void aStepThatSucceedsInASecondRunIsNotFailed() {
        log.failed("a", 0, 10, "no route")
                // The daemon keeps the old error in the event.
                .event(Log.vertex("a", 20L, null, false, "no route", null));
        assertEquals("\n", log.tail());
        log.done("a", 20, 30);
        assertEquals("#1 a\n#1 ERROR: no route\n\n#1 a\n#1 DONE 0.0s\n", log.closed());
        assertEquals("\n", log.tail());
    }

    @Test
    void theLaterEndOfARunIsUsed() {
        log.start("a", 0).done("a", 0, 10).failed("a", 0, 20, "broken").done("a", 0, 10);
        assertEquals("#1 a\n#1 ERROR: broken\n", log.closed());
    }

    @Test
    void everyLineOfAnErrorHasTheNumberOfItsStep() {
        log.failed("a", 0, 10, "first\nsecond");
        assertEquals("#1 a\n#1 ERROR: first\n#1 second\n", log.text());
    }

    @Test
    void parallelStepsAlternateWithoutBeingIntroducedAgain() {
        log.start("a", 0)
                .start("b", 0)
                .output("a", 100, "1\n")
                .output("b", 200, "2\n")
                .output("a", 300, "3\n")
                .output("b", 400, "4\n")
                .done("b", 0, 1500)
                .output("a", 1600, "5\n")
                .done("a", 0, 1700);
        assertEquals("""
                #1 a
                #1 0.100 1
                #1 ...

                #2 b
                #2 0.200 2
                #1 0.300 3
                #2 0.400 4
                #2 DONE 1.5s

                #1 a
                #1 1.600 5
                #1 DONE 1.7s
                """, log.closed());
    }

    @Test
    void aStepIsIntroducedAgainAfterMoreThanTenLinesOfOthers() {
        log.start("a", 0).start("b", 0).output("b", 1, "b\n");
        for (int i = 0; i < 10; i++) {
            log.output("a", 2, "a\n");
        }
        log.output("b", 3, "ten\n");
        for (int i = 0; i < 11; i++) {
            log.output("a", 4, "a\n");
        }
        log.output("b", 5, "eleven\n");
        assertEquals("""
                #1 a
                #1 ...

                #2 b
                #2 0.001 b
                """ + "#1 0.002 a\n".repeat(10) + "#2 0.003 ten\n" + "#1 0.004 a\n".repeat(11) + """
                        #1 ...

                        #2 b
                        #2 0.005 eleven
                        """, log.text());
    }

    @Test
    void linesWithoutAnEndAreLimitedForAllStepsTogether() {
        String unfinished = "x".repeat(LineAssembler.LONGEST_LINE / 2);
        int steps = 50;
        int kept = PlainPrinter.MOST_PENDING_CHARS / unfinished.length();
        for (int i = 0; i < steps; i++) {
            log.start("step " + i, 0).output("step " + i, 1, unfinished);
        }
        assertEquals(
                steps - kept,
                log.lines.stream().filter(line -> line.contains(unfinished)).count());

        for (int i = 0; i < steps; i++) {
            log.output("step " + i, 2, "y\n");
        }
        // A line that was written in part is continued in the next one.
        assertEquals(
                kept, log.lines.stream().filter(line -> line.endsWith("xy")).count());
        assertEquals(
                steps - kept,
                log.lines.stream().filter(line -> line.endsWith(" y")).count());

        // A finished line is no longer counted.
        log.lines.clear();
        for (int i = 0; i < steps; i++) {
            log.output("step " + i, 3, unfinished + "z\n");
        }
        assertEquals(
                steps, log.lines.stream().filter(line -> line.endsWith("xz")).count());
    }

    @Test
    void longLinesOfAFailedStepAreTruncatedWhereTheyAreRepeated() {
        String line = "x".repeat(100_000);
        log.start("a", 0).output("a", 1, line + "\n").failed("a", 0, 2, "exit code: 1");
        assertEquals(1, log.lines.stream().filter(each -> each.contains(line)).count());
        List<String> tail = log.printer.failureTail();
        assertEquals(4, tail.size());
        assertEquals(Step.LONGEST_TAIL_LINE + 1, tail.get(2).length());
        assertTrue(tail.get(2).endsWith("x…"));
    }

    @Test
    void aSilentStepIsIntroducedWhenAnotherEndsOrAfterTenSeconds() {
        log.start("a", 0)
                .start("b", 1)
                .start("c", 2)
                .output("a", 9_000, "early\n")
                .done("a", 0, 9_500)
                .output("b", 10_001, "late\n")
                .output("b", 10_002, "later\n");
        assertEquals("""
                #1 a
                #1 9.000 early
                #1 DONE 9.5s

                #2 b
                #2 10.00 late
                #2 10.00 later
                #2 ...

                #3 c
                """, log.text());
    }

    @Test
    void theEndOfAStepIsWrittenImmediatelyIfAnotherStepIsSilent() {
        log.start("a", 0).start("b", 1).done("a", 0, 100);
        assertEquals("#1 a\n#1 DONE 0.1s\n\n#2 b\n", log.text());
    }

    @Test
    void aSecondRunIsIntroducedByItsFirstLine() {
        log.start("a", 0)
                .done("a", 0, 100)
                .start("b", 100)
                .done("b", 100, 200)
                .start("a", 200)
                .cached("c", 202)
                .output("a", 301, "again\n");
        assertEquals("""
                #1 a
                #1 DONE 0.1s

                #2 b
                #2 DONE 0.1s

                #3 c
                #3 CACHED

                #1 a
                #1 0.101 again
                """, log.text());
    }

    @Test
    void anEndedStepIsIntroducedAgain() {
        log.start("a", 0).done("a", 0, 100).start("b", 100).progress("a", "late", 0, 0, 90, 150);
        assertEquals("#1 a\n#1 DONE 0.1s\n\n#2 b\n#2 ...\n\n#1 a\n#1 late 0.1s\n", log.text());
    }

    @Test
    void anImmediateSecondRunBelongsToTheFirst() {
        log.start("a", 0).done("a", 0, 100).cached("a", 110).cached("b", 120);
        assertEquals("#1 a\n#1 CACHED\n\n#2 b\n#2 CACHED\n", log.text());
    }

    @Test
    void laterRunsShowTheTotalDurationWithoutOverlaps() {
        log.start("export", 0)
                .done("export", 0, 1000)
                .done("export", 500, 2000)
                .cached("other", 2500)
                .start("export", 10_000)
                .progress("export", "pushing layers", 0, 0, 10_000, 10_000)
                .done("export", 10_000, 11_500);
        assertEquals("""
                #1 export
                #1 DONE 2.0s

                #2 other
                #2 CACHED

                #1 export
                #1 pushing layers
                #1 DONE 3.5s
                """, log.closed());
    }

    @Test
    void progressIsWrittenEveryFivePercentOrFiveSeconds() {
        log.start("a", 0)
                .progress("a", "sha256:x", 0, 1000, 0, 600)
                .progress("a", "sha256:x", 49, 1000, 0, 700)
                .progress("a", "sha256:x", 50, 1000, 0, 800)
                .progress("a", "sha256:x", 51, 1000, 0, 5799)
                .progress("a", "sha256:x", 52, 1000, 0, 5800)
                .progress("a", "sha256:x", 1000, 1000, 0, 5900)
                .progressDone("a", "sha256:x", 1000, 1000, 0, 5901)
                .progressDone("a", "sha256:x", 1000, 1000, 0, 5901);
        assertEquals("""
                #1 a
                #1 sha256:x 0B / 1.00kB 0.6s
                #1 sha256:x 50B / 1.00kB 0.8s
                #1 sha256:x 52B / 1.00kB 5.8s
                #1 sha256:x 1.00kB / 1.00kB 5.9s
                #1 sha256:x 1.00kB / 1.00kB 5.9s done
                """, log.text());
    }

    @Test
    void warningsAreWrittenOnce() {
        log.start("a", 0).warning("a", "FromAsCasing: … (line 3)").warning("a", "FromAsCasing: … (line 3)");
        assertEquals("#1 a\n#1 WARN: FromAsCasing: … (line 3)\n", log.text());
    }

    @Test
    void aGroupIsDisplayedAsOneStep() {
        log.group("[auth] pulling", false)
                .start("x", 0)
                .start("y", 100)
                .output("y", 150, "from y\n")
                .done("x", 0, 200)
                .done("y", 100, 400);
        assertEquals("#1 [auth] pulling\n#1 0.150 from y\n#1 DONE 0.4s\n", log.closed());
    }

    @Test
    void aGroupIsCachedIfAllMembersAre() {
        log.group("g", false).known("y").cached("x", 0).cached("y", 10);
        assertEquals("#1 g\n#1 CACHED\n", log.closed());
    }

    @Test
    void aGroupIsHiddenWhileOnlyWeakMembersRan() {
        log.group("merging", true)
                .start("weak", 0)
                .progress("weak", "step", 0, 0, 0, 0)
                .done("weak", 0, 10);
        assertEquals("\n", log.closed());
        log.group("merging", false).start("strong", 20).done("strong", 20, 30);
        assertEquals("#1 merging\n#1 DONE 0.0s\n", log.closed());
    }

    @Test
    void aHiddenGroupAppearsWhenItFailsOrHasOutput() {
        log.group("g", true).start("a", 0).output("a", 5, "hello\n");
        log.group("h", true).failed("b", 0, 10, "broken");
        assertEquals("#1 g\n#1 0.005 hello\n#1 ...\n\n#2 h\n#2 ERROR: broken\n", log.text());
        assertEquals("------\n > h:\n------\n", log.tail());
    }

    @Test
    void repeatedEventsWriteNothing() {
        replayed(log);
        String once = log.text();
        assertTrue(once.contains("#2 ERROR"), once);
        replayed(log);
        assertEquals(once, log.closed());
    }

    private static void replayed(Log log) {
        log.known("a")
                .start("a", 0)
                .progress("a", "x", 1, 2, 0, 100)
                .progressDone("a", "x", 2, 2, 0, 200)
                .warning("a", "careful")
                .cached("a", 300)
                .start("b", 400)
                .failed("b", 400, 500, "broken")
                .cached("c", 600);
    }

    @Test
    void aRepeatedCachedEventMayHaveAnotherTime() {
        log.cached("a", 100).cached("b", 200).cached("a", 150);
        assertEquals("#1 a\n#1 CACHED\n\n#2 b\n#2 CACHED\n", log.text());
    }

    @Test
    void theDaemonsMessageAboutTruncatedOutputIsALine() {
        log.start("a", 0).output("a", 1, "half a line\n[output clipped, log limit 200KiB/s reached]\nlast\n");
        assertEquals(
                "#1 a\n#1 0.001 half a line\n#1 0.001 [output clipped, log limit 200KiB/s reached]\n#1 0.001 last\n",
                log.text());
    }

    @Test
    void outputCannotContainJenkinsMarkup() {
        String note = "\u001b[8mha:AAAA\u001b[0m";
        log.start("name " + note, 0)
                .output("name " + note, 1, note + "\n")
                .progress("name " + note, "id " + note, 0, 0, 1, 1)
                .warning("name " + note, note)
                .failed("name " + note, 0, 2, note);
        assertTrue(log.closed().contains("ha:AAAA"));
        assertTrue(!(log.text() + log.tail()).contains("\u001b[8m"), log.text());
    }

    @Test
    void outputOfAnUnknownVertexIsNotLost() {
        log.output("?", 0, "who am I\n");
        assertEquals("#1 sha256:?\n#1 0.000 who am I\n", log.text());
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void everyLineIsWrittenOnceAndInOrderForAnyOrderOfSteps(long seed) {
        Random random = new Random(seed);
        List<Deque<BuildEvent>> steps = new ArrayList<>();
        List<List<String>> expected = new ArrayList<>();
        for (int step = 0; step < 7; step++) {
            List<String> lines = new ArrayList<>();
            steps.add(events("step " + step, random, lines));
            expected.add(lines);
        }
        List<Deque<BuildEvent>> left = new ArrayList<>(steps);
        while (!left.isEmpty()) {
            Deque<BuildEvent> step = left.get(random.nextInt(left.size()));
            for (int burst = random.nextInt(20); burst >= 0 && !step.isEmpty(); burst--) {
                log.event(step.remove());
            }
            left.removeIf(Deque::isEmpty);
        }
        log.printer.close();

        Set<String> named = new HashSet<>();
        for (int step = 0; step < expected.size(); step++) {
            String name = " step " + step;
            String header = log.lines.stream()
                    .filter(line -> line.endsWith(name))
                    .findFirst()
                    .orElseThrow();
            String tag = header.substring(0, header.indexOf(' ') + 1);
            assertTrue(named.add(tag), tag);
            List<String> own =
                    log.lines.stream().filter(line -> line.startsWith(tag)).toList();
            assertEquals(header, own.get(0));
            List<String> written = own.stream()
                    .filter(line -> line.contains("|"))
                    .map(line -> line.substring(line.indexOf('|')))
                    .toList();
            assertEquals(expected.get(step), written);
            assertTrue(own.get(own.size() - 1).startsWith(tag + "DONE "), own.get(own.size() - 1));
            assertEquals(
                    1,
                    own.stream().filter(line -> line.startsWith(tag + "DONE ")).count());
        }
    }

    /** A step that writes to one stream in pieces that end within lines, mixed with all other events. */
    private static Deque<BuildEvent> events(String name, Random random, List<String> lines) {
        Deque<BuildEvent> events = new ArrayDeque<>();
        events.add(Log.vertex(name, null, null, false, "", null));
        events.add(Log.vertex(name, 0L, null, false, "", null));
        StringBuilder text = new StringBuilder();
        for (int i = random.nextInt(60); i >= 0; i--) {
            lines.add("|" + name + " 😀 line " + i);
            text.append(lines.get(lines.size() - 1)).append(random.nextBoolean() ? "\n" : "\r\n");
        }
        long time = 0;
        int at = 0;
        while (at < text.length()) {
            int end = Math.min(text.length(), at + 1 + random.nextInt(50));
            time += random.nextInt(700);
            events.add(new BuildEvent.Output("sha256:" + name, Log.at(time), 1, text.substring(at, end)));
            if (random.nextInt(5) == 0) {
                events.add(new BuildEvent.Progress("sha256:" + name, "part", time, 0, Log.at(time), Log.at(0), null));
            }
            at = end;
        }
        events.add(Log.vertex(name, 0L, time + 1, false, "", null));
        return events;
    }
}
