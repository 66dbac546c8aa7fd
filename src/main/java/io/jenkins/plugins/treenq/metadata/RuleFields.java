// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.metadata;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.UnaryOperator;

/**
 * The fields of a rule, which is a line of comma-separated values. A field that contains a comma is enclosed in double
 * quotes, and a double quote in such a field is written twice.
 */
final class RuleFields {
    /**
     * The maximum length of a rule in characters, which limits the work for one rule. Rules in practice are shorter.
     */
    static final int MAX_LENGTH = 4096;

    private static final char COMMA = ',';
    private static final char QUOTE = '"';

    private final String rule;
    private final List<Field> fields = new ArrayList<>();
    private int position;

    private RuleFields(String rule) {
        this.rule = rule;
    }

    /**
     * A field of a rule.
     *
     * @param name name in lower case; null for a field without an equals sign
     */
    record Field(String name, String value) {
        /** Returns the field with the variables in its value expanded. */
        Field expanded(UnaryOperator<String> variables) {
            return new Field(name, variables.apply(value).strip());
        }

        private static Field of(String text) {
            // A field that begins with an equals sign has no name.
            int sign = text.indexOf('=');
            return sign < 1
                    ? new Field(null, text.strip())
                    : new Field(
                            text.substring(0, sign).strip().toLowerCase(Locale.ROOT),
                            text.substring(sign + 1).strip());
        }
    }

    /** @throws InvalidRuleException if the rule is too long or has an invalid double quote */
    static List<Field> of(String rule) {
        if (rule.length() > MAX_LENGTH) {
            throw new InvalidRuleException("A rule has at most " + MAX_LENGTH + " characters, and this one has "
                    + rule.length() + ": '" + rule.substring(0, 40) + "…'");
        }
        RuleFields reader = new RuleFields(rule);
        reader.read();
        return reader.fields;
    }

    private void read() {
        boolean more = true;
        while (more) {
            fields.add(Field.of(rule.startsWith(String.valueOf(QUOTE), position) ? quoted() : plain()));
            more = position < rule.length();
            position++;
        }
    }

    private String plain() {
        int comma = rule.indexOf(COMMA, position);
        int end = comma < 0 ? rule.length() : comma;
        String text = rule.substring(position, end);
        if (text.indexOf(QUOTE) >= 0) {
            throw new InvalidRuleException("A double quote is in the middle of a field in '" + rule
                    + "'. Put the whole field in double quotes, and write a double quote within it twice.");
        }
        position = end;
        return text;
    }

    private String quoted() {
        StringBuilder text = new StringBuilder();
        position++;
        while (true) {
            int quote = rule.indexOf(QUOTE, position);
            if (quote < 0) {
                throw new InvalidRuleException("A double quote is not closed in '" + rule + "'.");
            }
            text.append(rule, position, quote);
            position = quote + 1;
            if (!rule.startsWith(String.valueOf(QUOTE), position)) {
                break;
            }
            text.append(QUOTE);
            position++;
        }
        if (position < rule.length() && rule.charAt(position) != COMMA) {
            throw new InvalidRuleException(
                    "A field in double quotes must be followed by a comma, but in '" + rule + "' it is not.");
        }
        return text.toString();
    }
}
