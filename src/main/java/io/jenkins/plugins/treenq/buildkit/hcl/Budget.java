// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.hcl;

/**
 * What the evaluation of a file may use. A file of a repository is not trusted: without limits, a few lines of
 * variables that repeat each other would fill the memory.
 */
public final class Budget {
    /** Expressions nest no deeper than this in a file. */
    static final int MAX_DEPTH = 100;

    /** Expressions that are evaluated within one another: functions and long sums add to what a file nests. */
    private static final int MAX_CALLS = 500;

    /** What an expression has within it is nested no deeper: each operand of a long sum counts. */
    static final int MAX_HEIGHT = 400;

    /** The longest string that a file can make. */
    static final int MAX_STRING = 4 << 20;

    private long work = 20_000_000;
    private int depth;

    /** Counts work: an expression that is evaluated, an element that is made, a character that is copied. */
    void use(long amount) {
        work -= amount;
        if (work < 0) {
            throw new HclException(null, "The file needs too much work to evaluate; use fewer or shorter values");
        }
    }

    void text(long length) {
        if (length > MAX_STRING) {
            throw new HclException(null, "The file makes a string of more than 4 MiB");
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
