// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.metadata;

import java.util.List;
import java.util.stream.Stream;

/** Rules as they are written: one a line, with empty lines and lines of comment between them. */
final class RuleLines {
    private static final String COMMENT = "#";

    private RuleLines() {}

    /** @param texts each of one or more lines */
    static List<String> of(List<String> texts) {
        return withoutComments(texts.stream().flatMap(String::lines));
    }

    /** The same for texts that may go over several lines, as the value of a label may. */
    static List<String> withoutComments(Stream<String> texts) {
        return texts.map(String::strip)
                .filter(text -> !text.isEmpty() && !text.startsWith(COMMENT))
                .toList();
    }
}
