// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.filesync;

import java.util.List;
import java.util.function.IntPredicate;

/** A regular expression that was understood, see {@link ExpressionParser}. */
sealed interface Expression {
    /**
     * One character of a set.
     *
     * @param only the one character that a path has here, or 0 if it can have others or one that takes two of Java's
     */
    record Characters(IntPredicate set, char only) implements Expression {}

    /** A place in the text, without a character. */
    enum Edge implements Expression {
        BEGIN,
        END,
        WORD,
        NO_WORD
    }

    /** @param most -1 if there is no limit */
    record Repeated(Expression part, int least, int most) implements Expression {}

    record Sequence(List<Expression> parts) implements Expression {}

    record Choice(List<Expression> parts) implements Expression {}
}
