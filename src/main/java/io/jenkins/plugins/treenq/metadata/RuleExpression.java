// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.metadata;

import edu.umd.cs.findbugs.annotations.CheckForNull;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/**
 * A regular expression in a rule. The work of matching is limited, because some expressions take a time that is
 * exponential in the length of the text, and a user who can push a tag must not be able to block the controller.
 */
final class RuleExpression {
    private static final int MAX_LENGTH = 500;
    private static final int MAX_IN_MESSAGE = 40;

    /**
     * The limit of counted repetitions. Java repeats even an empty match, so that a few nested repetitions would take
     * practically forever.
     */
    private static final int MAX_REPETITIONS = 2000;

    /**
     * The limit of attempts between two reads. Without it, an expression whose parts can match nothing would take
     * practically forever without a read.
     */
    private static final int MAX_ATTEMPTS = 1000;

    /** The limit of read characters. An expression with little backtracking reads each character only a few times. */
    private static final int MAX_READS = 1_000_000;

    private final Pattern pattern;
    private final boolean all;
    private final String rule;

    private RuleExpression(Pattern pattern, boolean all, String rule) {
        this.pattern = pattern;
        this.all = all;
        this.rule = rule;
    }

    /** @throws InvalidRuleException if the expression is invalid */
    static RuleExpression of(String expression, String rule) {
        return compile(expression, 0, false, rule);
    }

    /**
     * Returns the expression for a text that is a plain expression or has the form {@code /EXPRESSION/FLAGS}.
     *
     * @throws InvalidRuleException if the expression or a flag is invalid
     */
    static RuleExpression withFlags(String text, String rule) {
        int end = text.lastIndexOf('/');
        if (!text.startsWith("/") || end < 2) {
            return of(text, rule);
        }
        int flags = 0;
        boolean all = false;
        for (char flag : text.substring(end + 1).toCharArray()) {
            switch (flag) {
                case 'g' -> all = true;
                case 'i' -> flags |= Pattern.CASE_INSENSITIVE | Pattern.UNICODE_CASE;
                case 'm' -> flags |= Pattern.MULTILINE;
                case 's' -> flags |= Pattern.DOTALL;
                case 'u' -> {
                    // The flag has no effect, because Java always matches Unicode characters.
                }
                default ->
                    throw new InvalidRuleException("A regular expression can have the flags g, i, m, s and u, and not '"
                            + flag + "', as in '" + rule + "'.");
            }
        }
        return compile(text.substring(1, end), flags, all, rule);
    }

    private static RuleExpression compile(String expression, int flags, boolean all, String rule) {
        if (expression.length() > MAX_LENGTH) {
            throw new InvalidRuleException("A regular expression has at most " + MAX_LENGTH + " characters; that in '"
                    + rule.substring(0, MAX_IN_MESSAGE) + "…' is longer.");
        }
        if (expression.contains("\\Q")) {
            throw new InvalidRuleException(
                    "'" + expression + "' in '" + rule + "' has \\Q, which cannot be used here.");
        }
        if (new ExpressionSize(expression).value() > MAX_REPETITIONS) {
            throw new InvalidRuleException("'" + expression + "' in '" + rule
                    + "' repeats too much: written out, it has more than " + MAX_REPETITIONS + " characters.");
        }
        limitAttempts(expression, rule);
        try {
            return new RuleExpression(Pattern.compile(expression, flags), all, rule);
        } catch (PatternSyntaxException e) {
            throw new InvalidRuleException("'" + expression + "' in '" + rule + "' is not a valid regular expression: "
                    + e.getDescription() + ".");
        }
    }

    private static void limitAttempts(String expression, String rule) {
        long attempts;
        try {
            attempts = ExpressionBranches.of(expression);
        } catch (IllegalArgumentException e) {
            throw new InvalidRuleException(
                    "'" + expression + "' in '" + rule + "' has " + e.getMessage() + ", which cannot be used here.");
        }
        if (attempts > MAX_ATTEMPTS) {
            throw new InvalidRuleException("'" + expression + "' in '" + rule
                    + "' has too many alternatives and repetitions that can match nothing."
                    + " Omit optional parts within optional parts.");
        }
    }

    /**
     * Returns the match and its groups, which are null if they did not take part in the match; with the flag {@code g},
     * returns all matches. Null if the text does not match.
     *
     * @throws InvalidRuleException if matching takes too much work
     */
    @CheckForNull
    List<String> match(String text) {
        try {
            return match(pattern.matcher(new LimitedText(text)));
        } catch (TooManyReadsException | StackOverflowError e) {
            throw new InvalidRuleException("The regular expression in '" + rule + "' takes too long for '"
                    + text.substring(0, Math.min(text.length(), MAX_IN_MESSAGE))
                    + "'. Nested repetitions may be the cause.");
        }
    }

    @CheckForNull
    private List<String> match(Matcher matcher) {
        if (!matcher.find()) {
            return null;
        }
        List<String> found = new ArrayList<>();
        if (all) {
            do {
                found.add(matcher.group());
            } while (matcher.find());
        } else {
            for (int group = 0; group <= matcher.groupCount(); group++) {
                found.add(matcher.group(group));
            }
        }
        return found;
    }

    private static final class TooManyReadsException extends RuntimeException {
        private static final long serialVersionUID = 1;
    }

    /** A text that limits the number of reads. */
    private static final class LimitedText implements CharSequence {
        private final String text;
        private int reads;

        LimitedText(String text) {
            this.text = text;
        }

        @Override
        public int length() {
            return text.length();
        }

        @Override
        public char charAt(int index) {
            if (++reads > MAX_READS) {
                throw new TooManyReadsException();
            }
            return text.charAt(index);
        }

        @Override
        public CharSequence subSequence(int start, int end) {
            return text.subSequence(start, end);
        }

        @Override
        public String toString() {
            return text;
        }
    }
}
