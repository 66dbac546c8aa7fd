// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.metadata;

import java.util.List;
import java.util.stream.Stream;

/** Splits texts into rules. Each line is a rule; empty lines and comment lines are skipped. */
final class RuleLines {
    private static final String COMMENT = "#";

    private RuleLines() {}

    /** @param texts texts of one or more lines */
    static List<String> of(List<String> texts) {
        return withoutComments(texts.stream().flatMap(String::lines));
    }

    /**
     * Skips empty texts and comments but does not split the texts, because the value of a label can have several lines.
     */
    static List<String> withoutComments(Stream<String> texts) {
        return texts.map(String::strip)
                .filter(text -> !text.isEmpty() && !text.startsWith(COMMENT))
                .toList();
    }
}
