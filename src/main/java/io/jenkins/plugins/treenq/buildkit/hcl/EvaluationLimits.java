// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.hcl;

/**
 * The limits for the evaluation of a file. A file of a repository is not trusted: without limits, a few lines of
 * variables that repeat each other would fill the memory.
 */
public final class EvaluationLimits {
    /** The maximum nesting of expressions, blocks and JSON values in the text of a file. */
    static final int MAX_DEPTH = 100;

    /** The maximum number of nested evaluations. Calls of functions and long sums add to the nesting of the text. */
    private static final int MAX_CALLS = 500;

    /** The maximum height of an expression's tree. Each operand of a long sum adds a level. */
    static final int MAX_HEIGHT = 400;

    /** The maximum length of a string that a file can create. */
    static final int MAX_STRING = 4 << 20;

    private long work = 20_000_000;
    private int depth;

    /**
     * Counts units of work: expressions that are evaluated, elements that are created, and pieces of text that are
     * copied.
     */
    void use(long amount) {
        work -= amount;
        if (work < 0) {
            throw new HclException(null, "Evaluating the file takes too much work; use fewer or shorter values");
        }
    }

    void text(long length) {
        if (length > MAX_STRING) {
            throw new HclException(null, "The file creates a string of more than 4 MiB");
        }
        use(length / 16);
    }

    void enter(Position position) {
        use(1);
        if (++depth > MAX_CALLS) {
            throw new HclException(position, "Expressions are nested more than " + MAX_CALLS + " deep");
        }
    }

    void leave() {
        depth--;
    }
}
