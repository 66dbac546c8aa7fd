// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.metadata;

import edu.umd.cs.findbugs.annotations.CheckForNull;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/**
 * A regular expression of a rule. Its work has a limit: there are expressions that take a time which is exponential in
 * the text, and who pushes a tag must not hold up the controller with one.
 */
final class RuleExpression {
    private static final int MAX_LENGTH = 500;
    private static final int MAX_IN_MESSAGE = 40;

    /** Java goes through counted repetitions even of nothing, so that a few nested ones would take forever. */
    private static final int MAX_REPETITIONS = 2000;

    /** An expression that does not go back often reads each character a few times. */
    private static final int MAX_READS = 1_000_000;

    private final Pattern pattern;
    private final boolean all;
    private final String rule;

    private RuleExpression(Pattern pattern, boolean all, String rule) {
        this.pattern = pattern;
        this.all = all;
        this.rule = rule;
    }

    /** @throws InvalidRuleException when it is none */
    static RuleExpression of(String expression, String rule) {
        return compile(expression, 0, false, rule);
    }

    /** The same, or an expression of the form {@code /EXPRESSION/FLAGS}. */
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
                    // Characters are Unicode's always.
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
        try {
            return new RuleExpression(Pattern.compile(expression, flags), all, rule);
        } catch (PatternSyntaxException e) {
            throw new InvalidRuleException(
                    "'" + expression + "' in '" + rule + "' is no regular expression: " + e.getDescription() + ".");
        }
    }

    /**
     * The match and its groups, of which those that took no part are null; with the flag {@code g}, all matches. Null
     * when nothing matches.
     *
     * @throws InvalidRuleException when that takes too much work
     */
    @CheckForNull
    List<String> match(String text) {
        try {
            return match(pattern.matcher(new LimitedText(text)));
        } catch (TooManyReadsException | StackOverflowError e) {
            throw new InvalidRuleException("The regular expression in '" + rule + "' takes too long for '"
                    + text.substring(0, Math.min(text.length(), MAX_IN_MESSAGE))
                    + "'. A repetition within a repetition may be why.");
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

    /** A text that can be read so often only. */
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
