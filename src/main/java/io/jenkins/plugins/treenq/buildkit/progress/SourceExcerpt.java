// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.progress;

import java.io.Serializable;
import java.util.List;

/**
 * The lines of a source file around a location.
 *
 * @param file name of the file
 * @param line first line of the location
 */
public record SourceExcerpt(String file, int line, List<Line> lines) implements Serializable {
    public SourceExcerpt {
        lines = List.copyOf(lines);
    }

    /**
     * A line of the source file.
     *
     * @param number number of the line; the first line of a file is line 1
     * @param marked whether the line belongs to the location
     */
    public record Line(int number, boolean marked, String text) implements Serializable {}
}
