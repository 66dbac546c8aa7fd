// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.progress;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ClippedOutputTest {
    private static final int MANY = 100_000;

    private final ClippedOutput output = new ClippedOutput();

    @Test
    void shortOutputIsKeptCompletely() {
        output.add("one");
        output.add("");
        output.add("two");

        assertEquals(new StepOutput(List.of("one", "", "two"), 0, List.of()), output.content());
    }

    @Test
    void longOutputKeepsTheFirstAndLastLines() {
        IntStream.range(0, MANY).forEach(i -> output.add("line " + i));

        StepOutput kept = output.content();
        assertEquals("line 0", kept.first().get(0));
        assertEquals("line " + (MANY - 1), kept.last().get(kept.last().size() - 1));
        assertEquals(MANY, kept.first().size() + kept.leftOut() + kept.last().size());
        assertEquals(
                "line " + (kept.first().size() + kept.leftOut()), kept.last().get(0));
        assertTrue(output.chars() <= ClippedOutput.FIRST_CHARS + ClippedOutput.LAST_CHARS);
    }

    @Test
    void outputInPiecesHasTheSameResult() {
        ClippedOutput whole = new ClippedOutput();
        ClippedOutput piece = new ClippedOutput();
        for (int i = 0; i < MANY; i++) {
            whole.add("line " + i);
            piece.add("line " + i);
            // Some are clipped themselves, some are not.
            if (i % 7_001 == 0 || i < 1_000 && i % 100 == 0) {
                output.add(piece.content());
                piece = new ClippedOutput();
            }
        }
        output.add(piece.content());

        assertEquals(whole.content(), output.content());
        assertEquals(whole.content(), ClippedOutput.of(output.content()).content());
    }

    @Test
    void omittedLinesAreCounted() {
        output.add("one");
        output.add("two");

        output.clear();
        output.add("three");

        assertEquals(new StepOutput(List.of(), 2, List.of("three")), output.content());
    }

    @Test
    void emptyLinesCountTowardsTheLimit() {
        IntStream.range(0, MANY).forEach(i -> output.add(""));

        StepOutput kept = output.content();
        assertTrue(kept.first().size() + kept.last().size() < 3_000);
    }
}
