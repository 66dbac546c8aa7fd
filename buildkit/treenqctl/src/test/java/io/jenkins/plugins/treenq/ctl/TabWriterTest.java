// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.ctl;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

/** The expectations are what Go's text/tabwriter writes with buildctl's settings. */
class TabWriterTest {
    private static String aligned(Function<PrintWriter, TabWriter> kind, String... lines) {
        StringWriter text = new StringWriter();
        TabWriter table = kind.apply(new PrintWriter(text));
        List.of(lines).forEach(table::line);
        table.flush();
        return text.toString();
    }

    @Test
    void columnsAreAsWideAsTheirWidestCell() {
        assertEquals(
                "ID\t\tSIZE\nabcdefgh\t1B\nab\t\t22B\n",
                aligned(TabWriter::tabs, "ID\tSIZE", "abcdefgh\t1B", "ab\t22B"));
        assertEquals("a    b\nccc  d\n", aligned(TabWriter::spaces, "a \tb", "ccc \td"));
    }

    @Test
    void aLineWithoutTheColumnEndsIt() {
        assertEquals(
                "a long cell\tx\nb\t\ty\nno cell at all here\nc\tz\n",
                aligned(TabWriter::tabs, "a long cell\tx", "b\ty", "no cell at all here", "c\tz"));
    }

    @Test
    void linesMayBeginWithATab() {
        assertEquals(
                "Labels:\n\texecutor:\toci\n\thostname:\tbuilder\n",
                aligned(TabWriter::tabs, "Labels:", "\texecutor:\toci", "\thostname:\tbuilder"));
    }

    @Test
    void aCellCannotBeginAnotherLineOrControlTheTerminal() {
        assertEquals(
                "ID          x\nforged line y\n",
                aligned(TabWriter::spaces, "ID\tx", "forged\nline\u001b[2J\u0007\ty\r"));
    }

    @Test
    void linesAfterAFlushAreAlignedSeparately() {
        StringWriter text = new StringWriter();
        TabWriter table = TabWriter.tabs(new PrintWriter(text));
        table.line("a very long cell\tx");
        table.flush();
        table.line("a\tx");
        table.flush();
        table.flush();
        assertEquals("a very long cell\tx\na\tx\n", text.toString());
    }
}
