// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.filesync;

import java.util.List;
import java.util.function.IntPredicate;

/** A parsed regular expression, see {@link ExpressionParser}. */
sealed interface Expression {
    /**
     * One character of a set.
     *
     * @param only the one character that every matching path has at this position; 0 if several characters match, or
     *     one that takes two Java chars
     */
    record Characters(IntPredicate set, char only) implements Expression {}

    /** A position in the text that consumes no character. */
    enum Edge implements Expression {
        BEGIN,
        END,
        WORD,
        NO_WORD
    }

    /** @param most the maximum number of repetitions, or -1 for no maximum */
    record Repeated(Expression part, int least, int most) implements Expression {}

    record Sequence(List<Expression> parts) implements Expression {}

    record Choice(List<Expression> parts) implements Expression {}
}
