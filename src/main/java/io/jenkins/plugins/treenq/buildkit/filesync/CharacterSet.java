// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.filesync;

import java.util.Map;
import java.util.function.IntPredicate;

/**
 * The named character classes of Go's regular expressions ({@code regexp/syntax}). Most of them contain ASCII
 * characters only.
 */
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

    /**
     * The Unicode general categories by their two-letter names. As in Go, no category contains unassigned code points.
     */
    private static final Map<String, Byte> CATEGORIES = Map.ofEntries(
            Map.entry("Cc", Character.CONTROL),
            Map.entry("Cf", Character.FORMAT),
            Map.entry("Co", Character.PRIVATE_USE),
            Map.entry("Cs", Character.SURROGATE),
            Map.entry("Ll", Character.LOWERCASE_LETTER),
            Map.entry("Lm", Character.MODIFIER_LETTER),
            Map.entry("Lo", Character.OTHER_LETTER),
            Map.entry("Lt", Character.TITLECASE_LETTER),
            Map.entry("Lu", Character.UPPERCASE_LETTER),
            Map.entry("Mc", Character.COMBINING_SPACING_MARK),
            Map.entry("Me", Character.ENCLOSING_MARK),
            Map.entry("Mn", Character.NON_SPACING_MARK),
            Map.entry("Nd", Character.DECIMAL_DIGIT_NUMBER),
            Map.entry("Nl", Character.LETTER_NUMBER),
            Map.entry("No", Character.OTHER_NUMBER),
            Map.entry("Pc", Character.CONNECTOR_PUNCTUATION),
            Map.entry("Pd", Character.DASH_PUNCTUATION),
            Map.entry("Pe", Character.END_PUNCTUATION),
            Map.entry("Pf", Character.FINAL_QUOTE_PUNCTUATION),
            Map.entry("Pi", Character.INITIAL_QUOTE_PUNCTUATION),
            Map.entry("Po", Character.OTHER_PUNCTUATION),
            Map.entry("Ps", Character.START_PUNCTUATION),
            Map.entry("Sc", Character.CURRENCY_SYMBOL),
            Map.entry("Sk", Character.MODIFIER_SYMBOL),
            Map.entry("Sm", Character.MATH_SYMBOL),
            Map.entry("So", Character.OTHER_SYMBOL),
            Map.entry("Zl", Character.LINE_SEPARATOR),
            Map.entry("Zp", Character.PARAGRAPH_SEPARATOR),
            Map.entry("Zs", Character.SPACE_SEPARATOR));

    private CharacterSet() {}

    /** Returns the class that {@code [:name:]} or {@code [:^name:]} denotes, or null if no class has this name. */
    static IntPredicate posix(String name) {
        boolean negated = name.startsWith("^");
        IntPredicate set = POSIX.get(negated ? name.substring(1) : name);
        return set == null || !negated ? set : set.negate();
    }

    /** Returns the class that a backslash and this letter denote, or null if the letter denotes no class. */
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

    /**
     * Returns the class that {@code \p{name}} denotes, or null if it denotes none. The name is a general category of
     * one or two letters, or a script.
     */
    static IntPredicate unicode(String name) {
        if (name.equals("Any")) {
            return c -> true;
        }
        IntPredicate none = c -> false;
        IntPredicate set = CATEGORIES.entrySet().stream()
                .filter(category -> category.getKey().startsWith(name) && name.length() >= 1)
                .map(Map.Entry::getValue)
                .map(type -> (IntPredicate) c -> Character.getType(c) == type)
                .reduce(none, IntPredicate::or);
        if (set != none) {
            return set;
        }
        for (Character.UnicodeScript script : Character.UnicodeScript.values()) {
            if (script.name().equalsIgnoreCase(name)) {
                return c -> Character.UnicodeScript.of(c) == script;
            }
        }
        return null;
    }
}
