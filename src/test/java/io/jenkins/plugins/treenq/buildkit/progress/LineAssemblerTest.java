// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.progress;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LineAssemblerTest {
    private final List<String> lines = new ArrayList<>();
    private final LineAssembler assembler = new LineAssembler((time, line) -> lines.add(line));

    private static final Instant NOW = Instant.EPOCH;

    @ParameterizedTest
    @CsvSource({
        "'a\r\n', a",
        "'a\r\r\n', a",
        "'10%\r20%\r30%\n', 30%",
        "'10%\r20%\r', 20%",
        "'long text\rok\n', ok",
        "'\ttab\u0000\u0007\b\u007f\u009bend\n', '\ttabend'",
        "'😀\n', 😀",
        "'\u001b[1;31mred\u001b[0m\n', '\u001b[1;31mred\u001b[0m'",
        "'\u001b[38;5;8mgrey\n', '\u001b[38;5;8mgrey'",
        "'\u001b[8mhidden\n', hidden",
        "'\u001b[0;08mhidden\n', hidden",
        "'\u001b\u001b[8mhidden\n', hidden",
        "'\u001b\u001b[0K[8mhidden\n', [8mhidden",
        "'\u001b[\u001b[8mhidden\n', hidden",
        "'\u001b[?25l\u001b[2K\u001b[1Gtext\u001b[?25h\n', text",
        "'\u001b]0;title\u0007text\n', text",
        "'\u001b]8;;https://example.com\u001b\\link\u001b]8;;\u001b\\\n', link",
        "'\u001b(Btext\u001b7\u001b=\n', text",
        "'done\r\u001b[0m\n', 'done\u001b[0m'",
        "'old\r\u001b[32mnew\n', '\u001b[32mnew'",
        "'\u001b]unfinished\n', ''",
    })
    void linesAreWhatATerminalWouldShow(String text, String line) {
        assertEquals(List.of(line), LineAssembler.linesOf(text));
        // The result does not depend on the division into pieces.
        for (int i = 0; i < text.length(); i++) {
            assembler.append(text.substring(i, i + 1), NOW);
        }
        assembler.flush();
        assertEquals(List.of(line), lines);
    }

    @ParameterizedTest
    @CsvSource({
        "'', '', ''",
        "'\n', '\n', ''",
        "'a\tb\r\n\nc', 'a\tb\n\nc', 'a\tb  c'",
        "'a\n\n', 'a\n\n', 'a '",
        "'\u001b[1;31mred\u001b[0m \u001b]0;title\u0007\u001b[2Jend\u0007\u009b\n', 'red end\n', 'red end'",
        "'\u001b[\u001b[0m8mx', 8mx, 8mx",
        "'😀', 😀, 😀",
    })
    void aPlainTextHasNoAttributesEither(String text, String plain, String line) {
        assertEquals(plain, LineAssembler.plainText(text));
        assertEquals(line, LineAssembler.plainLine(text));
    }

    @Test
    void anUnfinishedSequenceEndsWithTheLine() {
        assembler.append("\u001b]0;never ended\nnext\n\u001b[12\nlast\n", NOW);
        assertEquals(List.of("", "next", "", "last"), lines);
    }

    @Test
    void aLineHasTheTimeOfItsFirstPiece() {
        List<Instant> times = new ArrayList<>();
        LineAssembler timed = new LineAssembler((time, line) -> times.add(time));
        timed.append("a", NOW);
        timed.append("b\nc", NOW.plusSeconds(1));
        timed.append("d\n", NOW.plusSeconds(2));
        assertEquals(List.of(NOW, NOW.plusSeconds(1)), times);
    }

    @Test
    void aLineThatIsRedrawnForLongShowsItsStateEveryFiveSeconds() {
        for (int second = 0; second <= 12; second++) {
            assembler.append("\r" + second + " of 12", NOW.plusSeconds(second));
        }
        assembler.append("\r\n", NOW.plusSeconds(13));
        assertEquals(List.of("4 of 12", "9 of 12", "12 of 12"), lines);
    }

    @Test
    void aVeryLongLineIsSplitBetweenCharacters() {
        assembler.append("x", NOW);
        String half = "😀".repeat(LineAssembler.LONGEST_LINE / 4);
        for (int i = 0; i < 5; i++) {
            assembler.append(half, NOW);
        }
        assembler.append("\n", NOW);
        assertEquals(3, lines.size());
        assertEquals("x" + half.repeat(5), String.join("", lines));
        for (String line : lines) {
            assertTrue(line.length() <= LineAssembler.LONGEST_LINE + 1);
            assertFalse(Character.isLowSurrogate(line.charAt(0)));
        }
    }

    @Test
    void veryLongEscapeSequencesUseNoMemory() {
        assembler.append("a\r" + "\u001b[31m".repeat(100_000) + "\u001b[" + "1".repeat(100_000), NOW);
        assembler.append("\n", NOW);
        assertEquals(1, lines.size());
        assertTrue(lines.get(0).length() < 200, () -> "" + lines.get(0).length());
    }
}
