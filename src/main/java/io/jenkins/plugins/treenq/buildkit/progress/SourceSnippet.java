// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.progress;

import io.jenkins.plugins.treenq.buildkit.SourceLocation;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Displays a location of a source file with the surrounding lines, as buildctl does for errors. */
public final class SourceSnippet {
    private static final String RULE = "-".repeat(20);

    private SourceSnippet() {}

    /** Returns the lines of the snippet; empty if the location has no lines, or the content of the file is unknown. */
    public static List<String> of(SourceLocation location) {
        return excerpt(location).map(SourceSnippet::text).orElse(List.of());
    }

    private static List<String> text(SourceExcerpt excerpt) {
        List<String> text = new ArrayList<>();
        text.add(excerpt.file() + ":" + excerpt.line());
        text.add(RULE);
        for (SourceExcerpt.Line line : excerpt.lines()) {
            text.add(String.format(
                    Locale.ROOT, " %3d | %s %s", line.number(), line.marked() ? ">>>" : "   ", line.text()));
        }
        text.add(RULE);
        return text;
    }

    /** Returns the excerpt that the snippet displays. */
    static Optional<SourceExcerpt> excerpt(SourceLocation location) {
        int count = location.lines().size();
        int first = location.ranges().stream()
                .mapToInt(SourceLocation.Lines::first)
                .min()
                .orElse(0);
        int last = Math.min(
                count,
                location.ranges().stream().mapToInt(SourceSnippet::end).max().orElse(0));
        if (first < 1 || first > count) {
            return Optional.empty();
        }
        int from = first;
        int to = last;
        // As in BuildKit, a single line is displayed with at most two lines before and after it, and a range of lines
        // with at most one.
        int contextLines = first == last ? 4 : 2;
        for (int budget = 0; budget < contextLines; budget++) {
            if (from > 1) {
                from--;
                budget++;
            }
            if (to < count) {
                to++;
                budget++;
            }
        }
        List<SourceExcerpt.Line> lines = new ArrayList<>();
        for (int number = from; number <= to; number++) {
            String text = LineAssembler.lineOf(location.lines().get(number - 1));
            lines.add(new SourceExcerpt.Line(number, marked(location, number), text));
        }
        return Optional.of(new SourceExcerpt(LineAssembler.lineOf(location.file()), first, lines));
    }

    private static boolean marked(SourceLocation location, int number) {
        return location.ranges().stream().anyMatch(range -> range.first() <= number && number <= end(range));
    }

    /** Returns the last line of a range. A frontend that knows only the start of a range sends 0 as its end. */
    private static int end(SourceLocation.Lines range) {
        return Math.max(range.first(), range.last());
    }
}
