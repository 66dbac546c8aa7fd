// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.filesync;

import java.util.Map;
import java.util.function.IntPredicate;

/** The named sets of characters of Go's regular expressions ({@code regexp/syntax}); all but the last are ASCII only. */
final class CharacterSet {
    static final IntPredicate DIGIT = c -> c >= '0' && c <= '9';
    static final IntPredicate LOWER = c -> c >= 'a' && c <= 'z';
    static final IntPredicate UPPER = c -> c >= 'A' && c <= 'Z';
    static final IntPredicate ALPHA = LOWER.or(UPPER);
    static final IntPredicate ALNUM = ALPHA.or(DIGIT);
    static final IntPredicate WORD = ALNUM.or(c -> c == '_');
    private static final IntPredicate BLANK = c -> c == '\t' || c == ' ';
    private static final IntPredicate PERL_SPACE = BLANK.or(c -> c == '\n' || c == '\f' || c == '\r');
    private static final IntPredicate GRAPH = c -> c > ' ' && c < 0x7f;

    private static final Map<String, IntPredicate> POSIX = Map.ofEntries(
            Map.entry("alnum", ALNUM),
            Map.entry("alpha", ALPHA),
            Map.entry("ascii", c -> c <= 0x7f),
            Map.entry("blank", BLANK),
            Map.entry("cntrl", c -> c < ' ' || c == 0x7f),
            Map.entry("digit", DIGIT),
            Map.entry("graph", GRAPH),
            Map.entry("lower", LOWER),
            Map.entry("print", c -> c >= ' ' && c < 0x7f),
            Map.entry("punct", GRAPH.and(ALNUM.negate())),
            Map.entry("space", PERL_SPACE.or(c -> c == 0x0b)),
            Map.entry("upper", UPPER),
            Map.entry("word", WORD),
            Map.entry("xdigit", DIGIT.or(c -> c >= 'a' && c <= 'f').or(c -> c >= 'A' && c <= 'F')));

    private CharacterSet() {}

    /** Of {@code [:name:]} or {@code [:^name:]}; null when there is none. */
    static IntPredicate posix(String name) {
        boolean negated = name.startsWith("^");
        IntPredicate set = POSIX.get(negated ? name.substring(1) : name);
        return set == null || !negated ? set : set.negate();
    }

    /** Of a backslash and this letter; null when there is none. */
    static IntPredicate perl(int letter) {
        return switch (letter) {
            case 'd' -> DIGIT;
            case 'D' -> DIGIT.negate();
            case 's' -> PERL_SPACE;
            case 'S' -> PERL_SPACE.negate();
            case 'w' -> WORD;
            case 'W' -> WORD.negate();
            default -> null;
        };
    }

    /** Of {@code \pL} and its like, the general category by its first letter; null when there is none. */
    static IntPredicate category(int letter) {
        return switch (letter) {
            case 'C' -> c -> switch (Character.getType(c)) {
                case Character.CONTROL, Character.FORMAT, Character.PRIVATE_USE, Character.SURROGATE -> true;
                default -> false;
            };
            case 'L' -> Character::isLetter;
            case 'M' -> c -> switch (Character.getType(c)) {
                case Character.COMBINING_SPACING_MARK, Character.ENCLOSING_MARK, Character.NON_SPACING_MARK -> true;
                default -> false;
            };
            case 'N' -> c -> switch (Character.getType(c)) {
                case Character.DECIMAL_DIGIT_NUMBER, Character.LETTER_NUMBER, Character.OTHER_NUMBER -> true;
                default -> false;
            };
            case 'P' -> c -> switch (Character.getType(c)) {
                case Character.CONNECTOR_PUNCTUATION,
                        Character.DASH_PUNCTUATION,
                        Character.START_PUNCTUATION,
                        Character.END_PUNCTUATION,
                        Character.INITIAL_QUOTE_PUNCTUATION,
                        Character.FINAL_QUOTE_PUNCTUATION,
                        Character.OTHER_PUNCTUATION -> true;
                default -> false;
            };
            case 'S' -> c -> switch (Character.getType(c)) {
                case Character.MATH_SYMBOL,
                        Character.CURRENCY_SYMBOL,
                        Character.MODIFIER_SYMBOL,
                        Character.OTHER_SYMBOL -> true;
                default -> false;
            };
            case 'Z' -> Character::isSpaceChar;
            default -> null;
        };
    }
}
