// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.filesync;

import io.jenkins.plugins.treenq.buildkit.fsutil.NameBytes;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/**
 * A list of patterns of which the last match wins, with the rules of moby/patternmatcher ({@code patternmatcher.go}),
 * which are those of {@code .dockerignore}. A pattern that matches a folder holds for everything below it, unless a
 * later one that starts with "!" takes it back.
 *
 * <p>One thread at a time.
 */
final class PatternMatcher {
    /**
     * What the patterns say about one path.
     *
     * @param matched the verdict
     * @param patterns which of them hold for the path and so for everything below it
     */
    record Match(boolean matched, boolean[] patterns) {}

    /** One pattern after cleaning, without its "!". */
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

        /** Whether it takes back what earlier patterns matched. */
        boolean isException() {
            return exception;
        }

        /** A wrong expression shows only when somebody asks for it, as in Go. */
        private boolean matches(String path) throws InvalidPatternException {
            if (invalid != null) {
                throw invalid;
            }
            return test.test(path);
        }
    }

    private final List<Pattern> patterns = new ArrayList<>();
    private final boolean exceptions;

    /** @throws InvalidPatternException naming the pattern that is none */
    PatternMatcher(List<String> texts, PathRules rules) throws InvalidPatternException {
        for (String text : texts) {
            String trimmed = trim(rules.slashed(text));
            if (trimmed.isEmpty()) {
                continue;
            }
            // Cleaned together with its "!", so that "!a/../b" is no exception any more.
            String clean = CleanPath.clean(trimmed);
            boolean exception = clean.startsWith("!");
            String pattern = exception ? clean.substring(1) : clean;
            if (pattern.isEmpty()) {
                throw new InvalidPatternException("the pattern '!' takes nothing back");
            }
            // Go looks for syntax errors in this way, which overlooks some of them.
            new Glob(pattern).matches(".");
            patterns.add(new Pattern(pattern, exception));
        }
        exceptions = patterns.stream().anyMatch(Pattern::isException);
    }

    List<Pattern> patterns() {
        return patterns;
    }

    /** Whether any pattern starts with "!". */
    boolean hasExceptions() {
        return exceptions;
    }

    /**
     * @param path relative and clean
     * @param parent the match of the folder that holds it; null at the top
     * @throws InvalidPatternException for a pattern that had to be asked and makes no sense
     */
    Match match(String path, Match parent) throws InvalidPatternException {
        boolean[] held = new boolean[patterns.size()];
        boolean matched = false;
        for (int i = 0; i < held.length; i++) {
            Pattern pattern = patterns.get(i);
            // A pattern that cannot change the verdict is not asked, so it is not known to hold for what is below.
            held[i] = parent != null && parent.patterns[i] || pattern.exception == matched && pattern.matches(path);
            if (held[i]) {
                matched = !pattern.exception;
            }
        }
        return new Match(matched, held);
    }

    /**
     * The verdict on a path for itself. It can differ from {@link #match} where a pattern holds for a folder that was
     * not asked about it.
     *
     * @throws InvalidPatternException for a pattern that had to be asked and makes no sense
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

    /** Whether a pattern that was not asked about a folder, because it could not change the verdict, holds for it. */
    boolean overlooked(String folder, Match match) throws InvalidPatternException {
        for (int i = 0; exceptions && i < match.patterns.length; i++) {
            if (!match.patterns[i] && patterns.get(i).matches(folder)) {
                return true;
            }
        }
        return false;
    }

    /** Go's unicode.IsSpace, which has U+0085 and the no-break spaces that Java leaves out. */
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
     * The same shortcuts as Go, because they do not always say what the expression would. Brackets and escapes go into
     * the expression as they are, so {@code \d} is a digit and {@code [a*]} is no set of two.
     */
    private static Predicate<String> compile(String pattern) throws InvalidPatternException {
        StringBuilder expression = new StringBuilder("^");
        Shape shape = Shape.EXACT;
        // Go's scanner takes a leading byte order mark for none.
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
                // Go means to escape "|", "{" and "}" as well, but its table of characters is too small for them.
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
        // What ends a path below some folder may also be the whole path.
        String whole = suffix.startsWith("/") ? suffix.substring(1) : null;
        return path -> path.endsWith(suffix) || path.equals(whole);
    }
}
