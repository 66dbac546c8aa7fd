// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.progress;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.jenkins.plugins.treenq.buildkit.SourceLocation;
import io.jenkins.plugins.treenq.buildkit.SourceLocation.Lines;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class SourceSnippetTest {
    private static String snippet(int count, Lines... ranges) {
        List<String> lines =
                IntStream.rangeClosed(1, count).mapToObj(i -> "RUN " + i).toList();
        return String.join("\n", SourceSnippet.of(new SourceLocation("Dockerfile", lines, List.of(ranges)))) + "\n";
    }

    @Test
    void aSingleLineHasFourLinesAroundIt() {
        assertEquals("""
                Dockerfile:10
                --------------------
                   8 |     RUN 8
                   9 |     RUN 9
                  10 | >>> RUN 10
                  11 |     RUN 11
                  12 |     RUN 12
                --------------------
                """, snippet(100, new Lines(10, 10)));
    }

    @Test
    void aRangeHasTwoLinesAroundIt() {
        assertEquals("""
                Dockerfile:3
                --------------------
                   2 |     RUN 2
                   3 | >>> RUN 3
                   4 | >>> RUN 4
                   5 |     RUN 5
                --------------------
                """, snippet(6, new Lines(3, 4)));
    }

    @Test
    void linesBetweenRangesAreNotMarked() {
        assertEquals("""
                Dockerfile:1
                --------------------
                   1 | >>> RUN 1
                   2 |     RUN 2
                   3 | >>> RUN 3
                   4 |     RUN 4
                --------------------
                """, snippet(9, new Lines(3, 3), new Lines(1, 1)));
    }

    @Test
    void contextLinesMissingOnOneSideAreTakenFromTheOther() {
        assertEquals("""
                Dockerfile:1
                --------------------
                   1 | >>> RUN 1
                   2 |     RUN 2
                   3 |     RUN 3
                --------------------
                """, snippet(5, new Lines(1, 0)));
        assertEquals("""
                Dockerfile:1
                --------------------
                   1 | >>> RUN 1
                --------------------
                """, snippet(1, new Lines(1, 7)));
    }

    @Test
    void thereIsNoSnippetWithoutAKnownLine() {
        assertEquals("\n", snippet(5));
        assertEquals("\n", snippet(0, new Lines(1, 1)));
        assertEquals("\n", snippet(5, new Lines(6, 6)));
        assertEquals("\n", snippet(5, new Lines(0, 0)));
    }

    @Test
    void aSourceCannotBeJenkinsMarkup() {
        List<String> lines = SourceSnippet.of(
                new SourceLocation("f\u001b[8m", List.of("\u001b[8mha:x\u001b[0m\r"), List.of(new Lines(1, 1))));
        assertEquals("f:1", lines.get(0));
        assertEquals("   1 | >>> ha:x\u001b[0m", lines.get(2));
    }
}
