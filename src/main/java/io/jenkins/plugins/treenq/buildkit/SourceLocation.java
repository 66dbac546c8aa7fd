// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit;

import java.io.Serializable;
import java.util.Arrays;
import java.util.List;

/**
 * Places in a source file of the build.
 *
 * @param file its name
 * @param lines the file's text, by lines; empty when it was not sent
 * @param ranges marked lines, the first range being the cause
 */
public record SourceLocation(String file, List<String> lines, List<Lines> ranges) implements Serializable {
    public SourceLocation {
        lines = List.copyOf(lines);
        ranges = List.copyOf(ranges);
    }

    /** A file's text by lines; what follows its last line end is a line too, as BuildKit counts. */
    public static List<String> linesOf(String text) {
        return text.isEmpty()
                ? List.of()
                : Arrays.stream(text.split("\n", -1))
                        .map(line -> line.endsWith("\r") ? line.substring(0, line.length() - 1) : line)
                        .toList();
    }

    /** Lines from first to last, both counted from 1. */
    public record Lines(int first, int last) implements Serializable {}

    /** The line of the cause, or 0. */
    public int line() {
        return ranges.isEmpty() ? 0 : ranges.get(0).first();
    }
}
