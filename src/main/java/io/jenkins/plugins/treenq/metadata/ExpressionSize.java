// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.metadata;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Computes the number of characters and character classes in a regular expression after its counted repetitions are
 * expanded. The result may be too large but is never too small.
 */
final class ExpressionSize {
    private static final Pattern REPETITION = Pattern.compile("\\{(\\d{1,9})(?:,(\\d{0,9}))?\\}");

    private final String expression;
    private final Deque<Long> outer = new ArrayDeque<>();
    private int position;
    private long sequence;
    private long atom;

    ExpressionSize(String expression) {
        this.expression = expression;
        Matcher repetition = REPETITION.matcher(expression);
        while (position < expression.length()) {
            if (repetition.region(position, expression.length()).lookingAt()) {
                repeat(Math.max(count(repetition.group(1)), count(repetition.group(2))));
                position = repetition.end();
            } else {
                next(expression.charAt(position));
            }
        }
        while (!outer.isEmpty()) {
            sequence = sum(sequence, outer.pop());
        }
    }

    long value() {
        return sequence;
    }

    private static long count(String digits) {
        return digits == null || digits.isEmpty() ? 1 : Long.parseLong(digits);
    }

    private void next(char c) {
        position++;
        switch (c) {
            case '\\' -> {
                position++;
                add(1);
            }
            case '[' -> {
                skipClass();
                add(1);
            }
            case '(' -> {
                outer.push(sequence);
                sequence = 0;
            }
            case ')' -> {
                long group = sequence;
                sequence = outer.isEmpty() ? 0 : outer.pop();
                add(sum(group, 1));
            }
            case '*', '+', '?' -> {
                // An uncounted repetition needs no more space than the repeated part.
            }
            default -> add(1);
        }
    }

    private void add(long size) {
        atom = size;
        sequence = sum(sequence, size);
    }

    private void repeat(long times) {
        sequence -= atom;
        add(product(atom, times));
    }

    private void skipClass() {
        if (expression.startsWith("^", position)) {
            position++;
        }
        int first = position;
        while (position < expression.length() && (expression.charAt(position) != ']' || position == first)) {
            int named = expression.startsWith("[:", position) ? expression.indexOf(":]", position) : -1;
            position = named > 0 ? named + 2 : position + (expression.charAt(position) == '\\' ? 2 : 1);
        }
        position++;
    }

    private static long sum(long one, long other) {
        return Math.min(one + other, Integer.MAX_VALUE);
    }

    private static long product(long one, long other) {
        return one > Integer.MAX_VALUE / Math.max(1, other) ? Integer.MAX_VALUE : one * other;
    }
}
