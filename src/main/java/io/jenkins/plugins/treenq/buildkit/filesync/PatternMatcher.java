// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.filesync;

import io.jenkins.plugins.treenq.buildkit.fsutil.NameBytes;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/**
 * A list of patterns of which the last match decides, with the rules of moby/patternmatcher
 * ({@code patternmatcher.go}), which are those of {@code .dockerignore}. A pattern that matches a folder applies to
 * everything below it, unless a later exception, which is a pattern that starts with "!", reverts it.
 *
 * <p>Instances are not thread-safe.
 */
final class PatternMatcher {
    /**
     * The result of the patterns for one path.
     *
     * @param matched whether the path matches
     * @param patterns for each pattern, whether it applies to the path and so to everything below it
     */
    record Match(boolean matched, boolean[] patterns) {}

    /** One pattern after cleaning and without its "!". */
    static final class Pattern {
        private final String text;
        private final boolean exception;
        private final Predicate<String> test;
        private final InvalidPatternException invalid;

        private Pattern(String text, boolean exception) {
            this.text = text;
            this.exception = exception;
            Predicate<String> compiled = null;
            InvalidPatternException failure = null;
            try {
                compiled = compile(text);
            } catch (InvalidPatternException e) {
                failure = e;
            }
            this.test = compiled;
            this.invalid = failure;
        }

        String text() {
            return text;
        }

        /** Whether the pattern reverts the matches of earlier patterns. */
        boolean isException() {
            return exception;
        }

        /** Whether the pattern matches the path. As in Go, a malformed expression is reported at its first use. */
        private boolean matches(String path) throws InvalidPatternException {
            if (invalid != null) {
                throw invalid;
            }
            return test.test(path);
        }
    }

    private final List<Pattern> patterns = new ArrayList<>();
    private final boolean exceptions;

    /** @throws InvalidPatternException if a pattern is malformed; the message names the pattern */
    PatternMatcher(List<String> texts, PathRules rules) throws InvalidPatternException {
        for (String text : texts) {
            String trimmed = trim(rules.slashed(text));
            if (trimmed.isEmpty()) {
                continue;
            }
            // As in Go, the pattern is cleaned together with its "!", so that "!a/../b" becomes "b", which is not an
            // exception.
            String clean = CleanPath.clean(trimmed);
            boolean exception = clean.startsWith("!");
            String pattern = exception ? clean.substring(1) : clean;
            if (pattern.isEmpty()) {
                throw new InvalidPatternException("the pattern '!' has no path after the exclamation mark");
            }
            // Go checks the syntax with this match, which overlooks some errors.
            new Glob(pattern).matches(".");
            patterns.add(new Pattern(pattern, exception));
        }
        exceptions = patterns.stream().anyMatch(Pattern::isException);
    }

    List<Pattern> patterns() {
        return patterns;
    }

    /** Whether any pattern is an exception. */
    boolean hasExceptions() {
        return exceptions;
    }

    /**
     * Matches a path.
     *
     * @param path relative and clean
     * @param parent the match of the folder that contains the path; null at the top of the tree
     * @throws InvalidPatternException if a pattern that had to be evaluated is malformed
     */
    Match match(String path, Match parent) throws InvalidPatternException {
        boolean[] held = new boolean[patterns.size()];
        boolean matched = false;
        for (int i = 0; i < held.length; i++) {
            Pattern pattern = patterns.get(i);
            // A pattern that cannot change the result is not evaluated, so it is not recorded as applying to the
            // entries below.
            held[i] = parent != null && parent.patterns[i] || pattern.exception == matched && pattern.matches(path);
            if (held[i]) {
                matched = !pattern.exception;
            }
        }
        return new Match(matched, held);
    }

    /**
     * Whether a path matches, without the match of its folder. The result can differ from that of {@link #match} where
     * a pattern matches a folder for which it was not evaluated.
     *
     * @throws InvalidPatternException if a pattern that had to be evaluated is malformed
     */
    boolean matchesAlone(String path) throws InvalidPatternException {
        boolean matched = false;
        for (Pattern pattern : patterns) {
            if (pattern.exception == matched && (pattern.matches(path) || matchesFolderOf(path, pattern))) {
                matched = !pattern.exception;
            }
        }
        return matched;
    }

    private static boolean matchesFolderOf(String path, Pattern pattern) throws InvalidPatternException {
        for (int slash = path.indexOf('/'); slash >= 0; slash = path.indexOf('/', slash + 1)) {
            if (pattern.matches(path.substring(0, slash))) {
                return true;
            }
        }
        return false;
    }

    /** Whether a pattern matches a folder for which it was not evaluated because it could not change the result. */
    boolean overlooked(String folder, Match match) throws InvalidPatternException {
        for (int i = 0; exceptions && i < match.patterns.length; i++) {
            if (!match.patterns[i] && patterns.get(i).matches(folder)) {
                return true;
            }
        }
        return false;
    }

    /**
     * Trims by Go's {@code unicode.IsSpace}, which includes U+0085 and the no-break spaces that Java's {@code strip}
     * leaves.
     */
    static String trim(String text) {
        int start = 0;
        int end = text.length();
        while (start < end && isSpace(text.charAt(start))) {
            start++;
        }
        while (start < end && isSpace(text.charAt(end - 1))) {
            end--;
        }
        return text.substring(start, end);
    }

    private static boolean isSpace(char c) {
        return c >= '\t' && c <= '\r' || c == '\u0085' || Character.isSpaceChar(c);
    }

    private enum Shape {
        EXACT,
        PREFIX,
        SUFFIX,
        EXPRESSION
    }

    /**
     * Compiles a pattern with the shortcuts that Go has, because their results sometimes differ from those of the
     * expression. Brackets and escapes become a part of the expression unchanged, so {@code \d} matches a digit and
     * {@code [a*]} is not a set of two characters.
     */
    private static Predicate<String> compile(String pattern) throws InvalidPatternException {
        StringBuilder expression = new StringBuilder("^");
        Shape shape = Shape.EXACT;
        // Go's scanner skips a leading byte order mark.
        int read = pattern.startsWith("\uFEFF") ? 1 : 0;
        for (boolean first = true; read < pattern.length(); first = false) {
            char c = pattern.charAt(read++);
            if (c == '*' && pattern.startsWith("*", read)) {
                read++;
                if (pattern.startsWith("/", read)) {
                    read++;
                }
                if (read < pattern.length()) {
                    expression.append("(.*/)?");
                    shape = Shape.EXPRESSION;
                } else if (shape == Shape.EXACT) {
                    shape = Shape.PREFIX;
                } else {
                    expression.append(".*");
                    shape = Shape.EXPRESSION;
                }
                if (first) {
                    shape = Shape.SUFFIX;
                }
            } else if (c == '*') {
                expression.append("[^/]*");
                shape = Shape.EXPRESSION;
            } else if (c == '?') {
                expression.append("[^/]");
                shape = Shape.EXPRESSION;
            } else if (".+()$".indexOf(c) >= 0) {
                // Go means to escape "|", "{" and "}", too, but its table of characters is too small for them.
                expression.append('\\').append(c);
            } else if (c == '\\') {
                expression.append(c);
                if (read < pattern.length()) {
                    expression.append(pattern.charAt(read++));
                    shape = Shape.EXPRESSION;
                }
            } else {
                expression.append(c);
                if (c == '[' || c == ']') {
                    shape = Shape.EXPRESSION;
                }
            }
        }
        return switch (shape) {
            case EXACT -> pattern::equals;
            case PREFIX -> startsWith(pattern.substring(0, pattern.length() - 2));
            case SUFFIX -> endsWith(pattern.substring(2));
            case EXPRESSION -> PathExpression.of(seen(expression.append('$')))::matches;
        };
    }

    private static String seen(CharSequence expression) {
        return expression
                .codePoints()
                .map(NameBytes::seen)
                .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                .toString();
    }

    private static Predicate<String> startsWith(String prefix) {
        return path -> path.startsWith(prefix);
    }

    private static Predicate<String> endsWith(String suffix) {
        // A suffix that starts with "/" also matches the whole path without that "/".
        String whole = suffix.startsWith("/") ? suffix.substring(1) : null;
        return path -> path.endsWith(suffix) || path.equals(whole);
    }
}
