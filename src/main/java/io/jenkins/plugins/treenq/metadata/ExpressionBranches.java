// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.metadata;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Computes how many attempts Java's matcher makes at most before it reads the next character of the text. Repetitions
 * and alternatives that can match nothing multiply these attempts: {@code (|)(|)(|)x} tries eight ways before it reads.
 * The result may be too large but is never too small.
 */
final class ExpressionBranches {
    /** An escape with all its characters, because a repetition after it repeats all of them. */
    private static final Pattern ESCAPE = Pattern.compile(
            "\\\\(?:[pPxNb]\\{[^}]*}|x[0-9A-Fa-f]{2}"
                    + "|u[0-9A-Fa-f]{4}(?:\\\\u[0-9A-Fa-f]{4})?|0[0-7]{1,3}|c.|k<[^>]*>|[1-9][0-9]*|.)",
            Pattern.DOTALL);

    private static final Pattern LOOKAROUND = Pattern.compile("\\(\\?(?:<?[=!])");
    private static final Pattern NAME = Pattern.compile("\\(\\?<[A-Za-z][A-Za-z0-9]*>");
    private static final Pattern FLAGS = Pattern.compile("\\(\\?([A-Za-z-]*)([:)])");
    private static final Pattern REPETITION = Pattern.compile("\\{([0-9]{1,9})(,)?([0-9]{0,9})}");
    private static final String POSITIONS = "bBAGzZ";

    private static final Branches NOTHING = new Branches(1, 0, 0, 0);
    private static final Branches POSITION = new Branches(1, 1, 0, 0);
    private static final Branches CHARACTER = new Branches(0, 1, 1, 0);
    private static final Branches BACK_REFERENCE = new Branches(1, 1, 1, 0);

    private final String expression;
    private int position;

    private ExpressionBranches(String expression) {
        this.expression = expression;
    }

    /**
     * The ways through a part of the expression, and the attempts within it, between two reads.
     *
     * @param through ways from the beginning to the end of the part without a read
     * @param fromStart attempts from the beginning of the part
     * @param toEnd ways to the end of the part after a read within it; the maximum of all reads
     * @param fromRead attempts within the part after a read within it; the maximum of all reads
     */
    private record Branches(long through, long fromStart, long toEnd, long fromRead) {
        Branches {
            through = Math.min(through, Integer.MAX_VALUE);
            fromStart = Math.min(fromStart, Integer.MAX_VALUE);
            toEnd = Math.min(toEnd, Integer.MAX_VALUE);
            fromRead = Math.min(fromRead, Integer.MAX_VALUE);
        }

        Branches then(Branches next) {
            return new Branches(
                    through * next.through,
                    fromStart + Math.min(through * next.fromStart, Integer.MAX_VALUE),
                    Math.max(toEnd * next.through, next.toEnd),
                    Math.max(fromRead + Math.min(toEnd * next.fromStart, Integer.MAX_VALUE), next.fromRead));
        }

        Branches or(Branches other) {
            return new Branches(
                    through + other.through,
                    fromStart + other.fromStart,
                    Math.max(toEnd, other.toEnd),
                    Math.max(fromRead, other.fromRead));
        }

        Branches optional() {
            return or(POSITION);
        }

        /** A repetition without an upper limit. Java ends it after a repetition that matches nothing. */
        Branches repeated() {
            Branches again = then(optional());
            return new Branches(
                            again.through,
                            again.fromStart,
                            // After a read, the part can begin anew.
                            toEnd * (1 + through),
                            fromRead + Math.min(toEnd * (1 + fromStart), Integer.MAX_VALUE))
                    .or(new Branches(0, 1, again.toEnd, again.fromRead));
        }

        Branches repeated(int least, int most, boolean unlimited) {
            Branches result = unlimited ? repeated().optional() : NOTHING;
            for (int i = least; i < most; i++) {
                result = then(result).optional();
            }
            for (int i = 0; i < least; i++) {
                result = then(result);
            }
            return result;
        }

        /** A group whose ways are not tried again after it has matched. */
        Branches atomic() {
            return new Branches(Math.min(through, 1), 1 + fromStart, 1, fromRead + toEnd);
        }

        /** @param starts number of positions at which the part is tried */
        Branches looking(long starts) {
            return new Branches(1, 1 + starts * (1 + fromStart), 0, fromRead + toEnd);
        }

        long most() {
            return Math.max(fromStart, fromRead + toEnd);
        }
    }

    /**
     * Returns the number of attempts.
     *
     * @throws IllegalArgumentException if the expression has a construct that is not supported; the message names it
     */
    static long of(String expression) {
        ExpressionBranches reader = new ExpressionBranches(expression);
        Branches all = reader.alternatives();
        while (reader.position < expression.length()) {
            // A parenthesis that closes nothing makes the expression invalid, which the compiler reports.
            reader.position++;
            all = all.then(reader.alternatives());
        }
        return all.most();
    }

    private boolean has(String text) {
        return expression.startsWith(text, position);
    }

    private boolean skip(String text) {
        boolean there = has(text);
        position += there ? text.length() : 0;
        return there;
    }

    private Matcher skip(Pattern pattern) {
        Matcher matcher = pattern.matcher(expression).region(position, expression.length());
        if (!matcher.lookingAt()) {
            return null;
        }
        position = matcher.end();
        return matcher;
    }

    private Branches alternatives() {
        Branches all = sequence();
        while (skip("|")) {
            all = all.or(sequence()).or(new Branches(0, 1, 0, 0));
        }
        return all;
    }

    private Branches sequence() {
        Branches all = NOTHING;
        while (position < expression.length() && !has("|") && !has(")")) {
            all = all.then(repetition(part()));
        }
        return all;
    }

    private Branches repetition(Branches part) {
        Matcher counted = skip(REPETITION);
        Branches result = part;
        if (counted != null) {
            int least = Integer.parseInt(counted.group(1));
            String most = counted.group(3);
            boolean unlimited = counted.group(2) != null && most.isEmpty();
            result = part.repeated(
                    least, Math.max(Math.max(1, least), most.isEmpty() ? least : Integer.parseInt(most)), unlimited);
        } else if (skip("?")) {
            result = part.optional();
        } else if (skip("*")) {
            result = part.repeated().optional();
        } else if (skip("+")) {
            result = part.repeated();
        } else {
            return result;
        }
        // A reluctant or possessive repetition has no more ways than a greedy one.
        if (!skip("?")) {
            skip("+");
        }
        return result;
    }

    private Branches part() {
        switch (expression.charAt(position)) {
            case '(' -> {
                return group();
            }
            case '[' -> {
                position++;
                skipClass();
                return CHARACTER;
            }
            case '\\' -> {
                return escape();
            }
            case '^', '$' -> {
                position++;
                return POSITION;
            }
            default -> {
                if (skip(REPETITION) != null) {
                    // Java repeats an empty part here.
                    return POSITION;
                }
                position += Character.charCount(expression.codePointAt(position));
                return CHARACTER;
            }
        }
    }

    private Branches escape() {
        Matcher escape = skip(ESCAPE);
        if (escape == null) {
            position++;
            return POSITION;
        }
        char kind = expression.charAt(escape.start() + 1);
        if (kind == 'k' || kind >= '1' && kind <= '9') {
            return BACK_REFERENCE;
        }
        return POSITIONS.indexOf(kind) >= 0 ? POSITION : CHARACTER;
    }

    private Branches group() {
        int begin = position;
        if (skip("(?>")) {
            return closed().atomic();
        }
        if (skip(LOOKAROUND) != null) {
            boolean behind = expression.charAt(begin + 2) == '<';
            int content = position;
            Branches look = closed();
            return look.looking(behind ? 1 + new ExpressionSize(expression.substring(content, position)).value() : 1);
        }
        if (skip(NAME) != null) {
            return closed();
        }
        Matcher flags = skip(FLAGS);
        if (flags == null) {
            position++;
            return closed();
        }
        if (flags.group(1).contains("x")) {
            throw new IllegalArgumentException("the flag x");
        }
        return flags.group(2).equals(")") ? NOTHING : closed();
    }

    private Branches closed() {
        Branches content = alternatives();
        skip(")");
        // The group itself is one more attempt.
        return POSITION.then(content);
    }

    private void skipClass() {
        skip("^");
        if (has("]")) {
            throw new IllegalArgumentException("a class that begins with ], which is written \\]");
        }
        while (position < expression.length() && !skip("]")) {
            if (has("[") || has("&&")) {
                throw new IllegalArgumentException("[ or && within a class, where [ is written \\[");
            }
            if (skip(ESCAPE) == null) {
                position++;
            }
        }
    }
}
