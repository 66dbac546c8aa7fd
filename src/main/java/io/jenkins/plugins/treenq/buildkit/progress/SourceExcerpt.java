// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.progress;

import java.io.Serializable;
import java.util.List;

/**
 * Lines of a source file around a place in it.
 *
 * @param file its name
 * @param line the first line that is meant
 */
public record SourceExcerpt(String file, int line, List<Line> lines) implements Serializable {
    public SourceExcerpt {
        lines = List.copyOf(lines);
    }

    /**
     * @param number counts from 1
     * @param marked whether it is one of those that are meant
     */
    public record Line(int number, boolean marked, String text) implements Serializable {}
}
