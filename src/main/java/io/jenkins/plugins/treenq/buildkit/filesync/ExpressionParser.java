// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.filesync;

import java.util.ArrayList;
import java.util.List;
import java.util.function.IntPredicate;

/**
 * Parses regular expressions in the syntax of Go ({@code regexp/syntax}), as far as a path pattern can produce them:
 * the only group is {@link #FOLDERS}, and no repetition is lazy. The parser rejects the expressions that Go rejects.
 */
final class ExpressionParser {
    /** The expression that "**" is translated to. */
    private static final String FOLDERS = "(.*/)?";

    private static final IntPredicate NO_LINE_END = c -> c != '\n';
    private static final int MOST_REPEATS = 1000;

    private final String text;
    private int read;

    private ExpressionParser(String text) {
        this.text = text;
    }

    static Expression.Choice parse(String text) throws InvalidPatternException {
        return new ExpressionParser(text).choice();
    }

    private Expression.Choice choice() throws InvalidPatternException {
        List<Expression> choices = new ArrayList<>();
        List<Expression> parts = new ArrayList<>();
        // Go rejects a repetition of a repetition.
        boolean repeated = false;
        while (read < text.length()) {
            char next = text.charAt(read);
            int before = read;
            if (next == '|') {
                read++;
                choices.add(new Expression.Sequence(parts));
                parts = new ArrayList<>();
                repeated = false;
            } else if (next == '*' || next == '{' && repetition(parts, repeated)) {
                if (next == '*') {
                    read++;
                    repeat(parts, repeated, 0, -1);
                }
                repeated = true;
            } else {
                part(parts);
                repeated = text.startsWith(FOLDERS, before);
            }
        }
        choices.add(new Expression.Sequence(parts));
        return new Expression.Choice(choices);
    }

    private void part(List<Expression> parts) throws InvalidPatternException {
        if (text.startsWith(FOLDERS, read)) {
            read += FOLDERS.length();
            Expression names = new Expression.Repeated(set(NO_LINE_END), 0, -1);
            parts.add(new Expression.Repeated(new Expression.Sequence(List.of(names, character('/'))), 0, 1));
            return;
        }
        switch (text.charAt(read)) {
            case '^' -> parts.add(edge(Expression.Edge.BEGIN, 1));
            case '$' -> parts.add(edge(Expression.Edge.END, 1));
            case '.' -> {
                read++;
                parts.add(set(NO_LINE_END));
            }
            case '[' -> {
                read++;
                parts.add(set(bracket()));
            }
            case '\\' -> escape(parts);
            default -> parts.add(character(codePoint()));
        }
    }

    /**
     * Parses {@code {2}}, {@code {2,}} or {@code {2,3}}. Returns false if the brace starts no repetition and is a
     * literal character.
     */
    private boolean repetition(List<Expression> parts, boolean repeated) throws InvalidPatternException {
        int end = text.indexOf('}', read);
        if (end < 0) {
            return false;
        }
        String[] numbers = text.substring(read + 1, end).split(",", -1);
        boolean open = numbers.length == 2 && numbers[1].isEmpty();
        if (numbers.length > 2 || !isNumber(numbers[0]) || numbers.length == 2 && !open && !isNumber(numbers[1])) {
            return false;
        }
        read = end + 1;
        int least = number(numbers[0]);
        int most = open ? -1 : number(numbers[numbers.length - 1]);
        if (least > MOST_REPEATS || most > MOST_REPEATS || !open && most < least) {
            throw invalid();
        }
        repeat(parts, repeated, least, most);
        return true;
    }

    private void repeat(List<Expression> parts, boolean repeated, int least, int most) throws InvalidPatternException {
        if (repeated || parts.isEmpty()) {
            throw invalid();
        }
        parts.add(new Expression.Repeated(parts.remove(parts.size() - 1), least, most));
    }

    private static boolean isNumber(String text) {
        return !text.isEmpty()
                && text.chars().allMatch(CharacterSet.DIGIT)
                && (text.length() == 1 || text.charAt(0) != '0');
    }

    private static int number(String digits) {
        return digits.length() > 4 ? MOST_REPEATS + 1 : Integer.parseInt(digits);
    }

    private void escape(List<Expression> parts) throws InvalidPatternException {
        char letter = read + 1 < text.length() ? text.charAt(read + 1) : '\0';
        switch (letter) {
            case 'A' -> parts.add(edge(Expression.Edge.BEGIN, 2));
            case 'z' -> parts.add(edge(Expression.Edge.END, 2));
            case 'b' -> parts.add(edge(Expression.Edge.WORD, 2));
            case 'B' -> parts.add(edge(Expression.Edge.NO_WORD, 2));
            case 'Q' -> {
                // Without \E, the literal extends to the end of the expression, including the $ that is appended to
                // each pattern.
                int end = text.indexOf("\\E", read + 2);
                String literal = text.substring(read + 2, end < 0 ? text.length() : end);
                read = end < 0 ? text.length() : end + 2;
                literal.codePoints().forEach(c -> parts.add(character(c)));
            }
            default -> {
                IntPredicate set = escapedSet();
                parts.add(set == null ? character(escapedCharacter()) : set(set));
            }
        }
    }

    private Expression.Edge edge(Expression.Edge edge, int length) {
        read += length;
        return edge;
    }

    private static Expression set(IntPredicate set) {
        return new Expression.Characters(set, '\0');
    }

    private static Expression character(int codePoint) {
        // A byte that belongs to no character matches U+FFFD, so a path can have another character at this position.
        boolean only = Character.isBmpCodePoint(codePoint) && codePoint != '\uFFFD';
        return new Expression.Characters(c -> c == codePoint, only ? (char) codePoint : '\0');
    }

    private IntPredicate bracket() throws InvalidPatternException {
        boolean negated = read < text.length() && text.charAt(read) == '^';
        if (negated) {
            read++;
        }
        List<IntPredicate> sets = new ArrayList<>();
        while (sets.isEmpty() || read == text.length() || text.charAt(read) != ']') {
            IntPredicate set = namedSet();
            if (set == null) {
                set = escapedSet();
            }
            sets.add(set == null ? range() : set);
        }
        read++;
        IntPredicate[] all = sets.toArray(IntPredicate[]::new);
        return c -> {
            for (IntPredicate set : all) {
                if (set.test(c)) {
                    return !negated;
                }
            }
            return negated;
        };
    }

    private IntPredicate range() throws InvalidPatternException {
        int low = bracketCharacter();
        if (read + 1 >= text.length() || text.charAt(read) != '-' || text.charAt(read + 1) == ']') {
            return c -> c == low;
        }
        read++;
        int high = bracketCharacter();
        if (high < low) {
            throw invalid();
        }
        return c -> low <= c && c <= high;
    }

    private int bracketCharacter() throws InvalidPatternException {
        return read < text.length() && text.charAt(read) == '\\' ? escapedCharacter() : codePoint();
    }

    /** Parses a named class such as {@code [:alpha:]}. Returns null if there is none at this position. */
    private IntPredicate namedSet() throws InvalidPatternException {
        int end = text.startsWith("[:", read) ? text.indexOf(":]", read + 2) : -1;
        if (end < 0) {
            return null;
        }
        IntPredicate set = known(CharacterSet.posix(text.substring(read + 2, end)));
        read = end + 2;
        return set;
    }

    /** Parses a class that is written as a backslash and a letter. Returns null if there is none at this position. */
    private IntPredicate escapedSet() throws InvalidPatternException {
        if (read + 1 >= text.length() || text.charAt(read) != '\\') {
            return null;
        }
        char letter = text.charAt(read + 1);
        if (letter != 'p' && letter != 'P') {
            IntPredicate set = CharacterSet.perl(letter);
            read += set == null ? 0 : 2;
            return set;
        }
        read += 2;
        int end = read < text.length() && text.charAt(read) == '{' ? text.indexOf('}', read) : read;
        if (end < 0) {
            throw invalid();
        }
        String name = end == read ? Character.toString(codePoint()) : text.substring(read + 1, end);
        read = end == read - name.length() ? read : end + 1;
        boolean negated = name.startsWith("^") != (letter == 'P');
        IntPredicate set = known(CharacterSet.unicode(name.startsWith("^") ? name.substring(1) : name));
        return negated ? set.negate() : set;
    }

    private int escapedCharacter() throws InvalidPatternException {
        read++;
        int letter = codePoint();
        switch (letter) {
            case 'a':
                return 0x07;
            case 'f':
                return '\f';
            case 'n':
                return '\n';
            case 'r':
                return '\r';
            case 't':
                return '\t';
            case 'v':
                return 0x0b;
            case 'x':
                return hexadecimal();
            default:
                if (letter >= '0' && letter <= '7') {
                    return octal(letter - '0');
                }
                if (letter > 0x7f || CharacterSet.ALNUM.test(letter)) {
                    throw invalid();
                }
                return letter;
        }
    }

    /** Parses a hexadecimal character code of two digits, or of any number of digits in braces. */
    private int hexadecimal() throws InvalidPatternException {
        boolean braces = read < text.length() && text.charAt(read) == '{';
        int end = braces ? text.indexOf('}', read) : read + 2;
        String digits = end < 0 || end > text.length() ? "" : text.substring(braces ? read + 1 : read, end);
        int value = 0;
        for (char digit : digits.toCharArray()) {
            value = value * 16 + Character.digit(digit, 16);
            if (digit > 0x7f || Character.digit(digit, 16) < 0 || value > Character.MAX_CODE_POINT) {
                throw invalid();
            }
        }
        if (digits.isEmpty()) {
            throw invalid();
        }
        read = braces ? end + 1 : end;
        return value;
    }

    /**
     * Parses an octal character code of up to three digits. A single digit other than 0 is rejected, because it would
     * be a reference to a group.
     */
    private int octal(int first) throws InvalidPatternException {
        int value = first;
        int digits = 1;
        while (digits < 3 && read < text.length() && "01234567".indexOf(text.charAt(read)) >= 0) {
            value = value * 8 + text.charAt(read) - '0';
            read++;
            digits++;
        }
        if (digits == 1 && first != 0) {
            throw invalid();
        }
        return value;
    }

    private int codePoint() throws InvalidPatternException {
        if (read >= text.length()) {
            throw invalid();
        }
        int codePoint = text.codePointAt(read);
        read += Character.charCount(codePoint);
        return codePoint;
    }

    private IntPredicate known(IntPredicate set) throws InvalidPatternException {
        if (set == null) {
            throw invalid();
        }
        return set;
    }

    private InvalidPatternException invalid() {
        return new InvalidPatternException("syntax error in pattern, which reads as " + text);
    }
}
