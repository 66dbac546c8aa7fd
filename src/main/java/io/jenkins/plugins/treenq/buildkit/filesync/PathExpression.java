// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.filesync;

import java.util.ArrayList;
import java.util.List;
import java.util.function.IntPredicate;

/**
 * The regular expressions that the pattern language turns into: the part of Go's syntax that can come out of a pattern
 * ({@code patternmatcher.go}, {@code compile}).
 *
 * <p>Java's own engine is kept away from them on purpose: patterns come from the daemon, and a backtracking engine can
 * take exponential time. This one keeps the set of places where a match may stand, so it takes time in the product of
 * both lengths at most. One thread at a time.
 */
final class PathExpression {
    private enum Kind {
        /** One character of the set. */
        ONE,
        /** Any number of characters of the set. */
        MANY,
        /** Enters the next place, which is INSIDE, or passes it by. */
        OPTIONAL,
        /** Any characters but a line end, up to and with a "/". */
        INSIDE,
        BEGIN,
        END,
        WORD_EDGE,
        NO_WORD_EDGE
    }

    /** @param only the one character of the set when it has just one and is no surrogate pair, else 0 */
    private record Place(Kind kind, IntPredicate set, char only) {
        static Place of(Kind kind) {
            return new Place(kind, c -> false, '\0');
        }
    }

    private static final IntPredicate NO_LINE_END = c -> c != '\n';
    private static final String FOLDERS = "(.*/)?";

    private final Place[] places;
    private final String prefix;
    private final String suffix;

    private int[] standing;
    private int[] moved;
    private int count;
    /** The step in which a place was last reached, so that each is entered once in a step. */
    private final long[] reached;

    private long step;

    private PathExpression(List<Place> places) {
        this.places = places.toArray(Place[]::new);
        this.standing = new int[this.places.length + 1];
        this.moved = new int[this.places.length + 1];
        this.reached = new long[this.places.length + 1];
        this.prefix = literal(places, 1, 1);
        boolean closed = places.get(places.size() - 1).kind == Kind.END;
        this.suffix = closed ? literal(places, places.size() - 2, -1) : "";
    }

    /** @param expression starts with "^" */
    static PathExpression of(String expression) throws InvalidPattern {
        return new PathExpression(new Parser(expression).places());
    }

    boolean matches(String path) {
        // Most paths fail one of these, which cost next to nothing.
        if (!path.startsWith(prefix) || !path.endsWith(suffix)) {
            return false;
        }
        count = 0;
        step++;
        if (enter(0, path, 0)) {
            return true;
        }
        for (int at = 0; at < path.length() && count > 0; ) {
            int character = path.codePointAt(at);
            at += Character.charCount(character);
            int[] before = standing;
            int standingBefore = count;
            standing = moved;
            moved = before;
            count = 0;
            step++;
            for (int i = 0; i < standingBefore; i++) {
                if (advance(before[i], character, path, at)) {
                    return true;
                }
            }
        }
        return false;
    }

    /** Takes a character at a place; true when that completes the match. */
    private boolean advance(int place, int character, String path, int at) {
        Place from = places[place];
        return switch (from.kind) {
            case ONE -> from.set.test(character) && enter(place + 1, path, at);
            case MANY -> from.set.test(character) && enter(place, path, at);
            case INSIDE -> character != '\n'
                    && (enter(place, path, at) || character == '/' && enter(place + 1, path, at));
            default -> false;
        };
    }

    /** Adds a place and all that can be reached from it without a character; true when that is the end. */
    private boolean enter(int first, String path, int at) {
        for (int place = first; place < places.length; place++) {
            if (reached[place] == step) {
                return false;
            }
            reached[place] = step;
            Kind kind = places[place].kind;
            if (kind == Kind.OPTIONAL) {
                place++;
                if (reached[place] != step) {
                    reached[place] = step;
                    standing[count++] = place;
                }
                continue;
            }
            if (kind == Kind.ONE || kind == Kind.MANY || kind == Kind.INSIDE) {
                standing[count++] = place;
            }
            if (kind == Kind.ONE || kind == Kind.INSIDE || !passes(kind, path, at)) {
                return false;
            }
        }
        return true;
    }

    /** Whether the place may be left here without a character. */
    private static boolean passes(Kind kind, String path, int at) {
        return switch (kind) {
            case BEGIN -> at == 0;
            case END -> at == path.length();
            case WORD_EDGE -> wordEdge(path, at);
            case NO_WORD_EDGE -> !wordEdge(path, at);
            default -> true;
        };
    }

    private static boolean wordEdge(String path, int at) {
        boolean before = at > 0 && CharacterSet.WORD.test(path.charAt(at - 1));
        boolean behind = at < path.length() && CharacterSet.WORD.test(path.charAt(at));
        return before != behind;
    }

    /** The characters that every match has from a place on, in a direction. */
    private static String literal(List<Place> places, int from, int direction) {
        StringBuilder literal = new StringBuilder();
        for (int i = from; i >= 1 && i < places.size(); i += direction) {
            if (places.get(i).kind != Kind.ONE || places.get(i).only == '\0') {
                break;
            }
            literal.append(places.get(i).only);
        }
        return (direction < 0 ? literal.reverse() : literal).toString();
    }

    /** Reads an expression; its errors are those of Go's {@code regexp/syntax}. */
    private static final class Parser {
        private final String expression;
        private final List<Place> places = new ArrayList<>();
        private int read;

        Parser(String expression) {
            this.expression = expression;
        }

        List<Place> places() throws InvalidPattern {
            while (read < expression.length()) {
                if (expression.startsWith(FOLDERS, read)) {
                    read += FOLDERS.length();
                    places.add(Place.of(Kind.OPTIONAL));
                    places.add(Place.of(Kind.INSIDE));
                    continue;
                }
                char next = expression.charAt(read);
                switch (next) {
                    case '^' -> anchor(Kind.BEGIN, 1);
                    case '$' -> anchor(Kind.END, 1);
                    case '[' -> {
                        read++;
                        set(bracket(), '\0');
                    }
                    case '.' -> {
                        read++;
                        set(NO_LINE_END, '\0');
                    }
                    case '\\' -> escape();
                    default -> character(codePoint());
                }
            }
            return places;
        }

        private void anchor(Kind kind, int length) {
            read += length;
            places.add(Place.of(kind));
        }

        /** One character, or any number of them when a star follows. */
        private void set(IntPredicate set, char only) {
            if (read < expression.length() && expression.charAt(read) == '*') {
                read++;
                places.add(new Place(Kind.MANY, set, '\0'));
            } else {
                places.add(new Place(Kind.ONE, set, only));
            }
        }

        private void character(int codePoint) {
            set(c -> c == codePoint, Character.isBmpCodePoint(codePoint) ? (char) codePoint : '\0');
        }

        private void escape() throws InvalidPattern {
            char letter = read + 1 < expression.length() ? expression.charAt(read + 1) : '\0';
            switch (letter) {
                case 'A' -> anchor(Kind.BEGIN, 2);
                case 'z' -> anchor(Kind.END, 2);
                case 'b' -> anchor(Kind.WORD_EDGE, 2);
                case 'B' -> anchor(Kind.NO_WORD_EDGE, 2);
                case 'Q' -> quoted();
                default -> {
                    IntPredicate set = escapedSet();
                    if (set != null) {
                        set(set, '\0');
                    } else {
                        character(escapedCharacter());
                    }
                }
            }
        }

        /** All characters up to {@code \E} or the end, which may be the end that the pattern's own anchor would mark. */
        private void quoted() {
            int end = expression.indexOf("\\E", read + 2);
            String text = expression.substring(read + 2, end < 0 ? expression.length() : end);
            read = end < 0 ? expression.length() : end + 2;
            text.codePoints().forEach(c -> places.add(new Place(
                    Kind.ONE, found -> found == c, Character.isBmpCodePoint(c) ? (char) c : '\0')));
        }

        private IntPredicate bracket() throws InvalidPattern {
            boolean negated = read < expression.length() && expression.charAt(read) == '^';
            if (negated) {
                read++;
            }
            IntPredicate all = c -> false;
            for (boolean first = true; first || read == expression.length() || expression.charAt(read) != ']'; ) {
                first = false;
                IntPredicate named = namedSet();
                if (named == null) {
                    named = escapedSet();
                }
                all = all.or(named != null ? named : range());
            }
            read++;
            return negated ? all.negate() : all;
        }

        private IntPredicate range() throws InvalidPattern {
            int low = bracketCharacter();
            if (read + 1 >= expression.length()
                    || expression.charAt(read) != '-'
                    || expression.charAt(read + 1) == ']') {
                return c -> c == low;
            }
            read++;
            int high = bracketCharacter();
            if (high < low) {
                throw invalid();
            }
            return c -> low <= c && c <= high;
        }

        private int bracketCharacter() throws InvalidPattern {
            return read < expression.length() && expression.charAt(read) == '\\' ? escapedCharacter() : codePoint();
        }

        private IntPredicate namedSet() throws InvalidPattern {
            int end = expression.startsWith("[:", read) ? expression.indexOf(":]", read + 2) : -1;
            if (end < 0) {
                return null;
            }
            IntPredicate set = CharacterSet.posix(expression.substring(read + 2, end));
            if (set == null) {
                throw invalid();
            }
            read = end + 2;
            return set;
        }

        /** A set that is written with a backslash and a letter; null when there is none. */
        private IntPredicate escapedSet() throws InvalidPattern {
            if (read + 1 >= expression.length() || expression.charAt(read) != '\\') {
                return null;
            }
            char letter = expression.charAt(read + 1);
            if (letter != 'p' && letter != 'P') {
                IntPredicate set = CharacterSet.perl(letter);
                read += set == null ? 0 : 2;
                return set;
            }
            IntPredicate category =
                    read + 2 < expression.length() ? CharacterSet.category(expression.charAt(read + 2)) : null;
            if (category == null) {
                throw invalid();
            }
            read += 3;
            return letter == 'p' ? category : category.negate();
        }

        private int escapedCharacter() throws InvalidPattern {
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
                    int high = Character.digit(asciiOrInvalid(codePoint()), 16);
                    int low = Character.digit(asciiOrInvalid(codePoint()), 16);
                    if (high < 0 || low < 0) {
                        throw invalid();
                    }
                    return high * 16 + low;
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

        /** Up to three digits; a single one is one only if it is 0, else it would refer back to a group. */
        private int octal(int first) throws InvalidPattern {
            int value = first;
            int digits = 1;
            while (digits < 3 && read < expression.length() && "01234567".indexOf(expression.charAt(read)) >= 0) {
                value = value * 8 + expression.charAt(read) - '0';
                read++;
                digits++;
            }
            if (digits == 1 && first != 0) {
                throw invalid();
            }
            return value;
        }

        private int asciiOrInvalid(int codePoint) throws InvalidPattern {
            if (codePoint > 0x7f) {
                throw invalid();
            }
            return codePoint;
        }

        private int codePoint() throws InvalidPattern {
            if (read >= expression.length()) {
                throw invalid();
            }
            int codePoint = expression.codePointAt(read);
            read += Character.charCount(codePoint);
            return codePoint;
        }

        private InvalidPattern invalid() {
            return new InvalidPattern("syntax error in pattern, which reads as " + expression);
        }
    }
}
