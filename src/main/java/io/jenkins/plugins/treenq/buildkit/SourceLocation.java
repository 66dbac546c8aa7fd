// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit;

import java.io.Serializable;
import java.util.Arrays;
import java.util.List;

/**
 * Ranges of lines in a source file of the build.
 *
 * @param file name of the file
 * @param lines content of the file, in lines; empty if the daemon did not send the content
 * @param ranges ranges of lines; the first range is the cause of the error or warning
 */
public record SourceLocation(String file, List<String> lines, List<Lines> ranges) implements Serializable {
    public SourceLocation {
        lines = List.copyOf(lines);
        ranges = List.copyOf(ranges);
    }

    /**
     * Splits a text into lines. The text after the last line end is a line even if it is empty, because BuildKit counts
     * lines like that.
     */
    public static List<String> linesOf(String text) {
        return text.isEmpty()
                ? List.of()
                : Arrays.stream(text.split("\n", -1))
                        .map(line -> line.endsWith("\r") ? line.substring(0, line.length() - 1) : line)
                        .toList();
    }

    /** A range of lines. The first and the last line are included, and the first line of a file is line 1. */
    public record Lines(int first, int last) implements Serializable {}

    /** Returns the lines of all ranges; empty if the daemon did not send the content of the file. */
    public List<String> linesInRanges() {
        return ranges.stream()
                .flatMap(
                        range -> lines.stream().limit(Math.max(0, range.last())).skip(Math.max(0, range.first() - 1)))
                .toList();
    }

    /** Returns the first line of the cause; 0 if there are no ranges. */
    public int line() {
        return ranges.isEmpty() ? 0 : ranges.get(0).first();
    }
}
