// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.ctl;

import io.jenkins.plugins.treenq.buildkit.progress.LineAssembler;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;

/**
 * Aligns cells that end in tabs, like Go's text/tabwriter, which buildctl uses. A column is as wide as its widest cell
 * in adjacent lines, and the text after the last tab of a line belongs to no column.
 */
final class TabWriter {
    private final PrintWriter out;
    private final int tabWidth;
    private final int padding;
    private final char pad;
    private final List<String[]> lines = new ArrayList<>();
    private final List<Integer> widths = new ArrayList<>();

    private TabWriter(PrintWriter out, int tabWidth, int padding, char pad) {
        this.out = out;
        this.tabWidth = tabWidth;
        this.padding = padding;
        this.pad = pad;
    }

    /** Returns a writer that aligns with tabs of eight columns. */
    static TabWriter tabs(PrintWriter out) {
        return new TabWriter(out, 8, 1, '\t');
    }

    /** Returns a writer that aligns with spaces. */
    static TabWriter spaces(PrintWriter out) {
        return new TabWriter(out, 1, 1, ' ');
    }

    /**
     * Adds a line. What a daemon or a registry has sent cannot begin another line or control a terminal; buildctl
     * prints it unchanged.
     */
    void line(String text) {
        lines.add(LineAssembler.plainLine(text).split("\t", -1));
    }

    /** Writes the collected lines. The following lines are aligned separately. */
    void flush() {
        format(0, 0, lines.size());
        lines.clear();
        out.flush();
    }

    private void format(int column, int from, int to) {
        int written = from;
        for (int start = from; start < to; start++) {
            if (!hasCell(start, column)) {
                continue;
            }
            write(written, start);
            int width = 1;
            int end = start;
            while (end < to && hasCell(end, column)) {
                width = Math.max(width, length(lines.get(end)[column]) + padding);
                end++;
            }
            widths.add(width);
            format(column + 1, start, end);
            widths.remove(widths.size() - 1);
            written = end;
            start = end - 1;
        }
        write(written, to);
    }

    private boolean hasCell(int line, int column) {
        return column < lines.get(line).length - 1;
    }

    private void write(int from, int to) {
        for (String[] cells : lines.subList(from, to)) {
            StringBuilder text = new StringBuilder();
            for (int column = 0; column < cells.length; column++) {
                text.append(cells[column]);
                if (column < widths.size()) {
                    int width = (widths.get(column) + tabWidth - 1) / tabWidth * tabWidth;
                    int gap = width - length(cells[column]);
                    text.append(String.valueOf(pad).repeat((gap + tabWidth - 1) / tabWidth));
                }
            }
            out.print(text.append('\n'));
        }
    }

    private static int length(String cell) {
        return cell.codePointCount(0, cell.length());
    }
}
