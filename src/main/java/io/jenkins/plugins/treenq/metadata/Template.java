// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.metadata;

import edu.umd.cs.findbugs.annotations.CheckForNull;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;

/**
 * A text with expressions, such as <code>nightly-{{date 'YYYYMMDD' tz='Asia/Tokyo'}}</code>. The syntax is that of
 * Handlebars' expressions, without blocks, partials and comments. Values are not escaped for HTML, because they never
 * become part of HTML.
 */
final class Template {
    private static final String OPEN = "{{";
    private static final String CLOSE = "}}";
    private static final String BRACE_MORE = "{{{";
    private static final int NONE = -1;
    private static final ZoneId UTC = ZoneId.of("UTC");

    private final String text;
    private final List<Part> parts;

    private Template(String text, List<Part> parts) {
        this.text = text;
        this.parts = parts;
    }

    private sealed interface Part permits Literal, Expression {}

    private record Literal(String text) implements Part {}

    /**
     * An expression.
     *
     * @param format format of a date; empty for the default format
     * @param zone time zone of a date
     */
    record Expression(String name, String format, ZoneId zone) implements Part {}

    /** The values of expressions. */
    interface Values {
        String of(Expression expression);
    }

    /** @throws InvalidRuleException if the text has an invalid expression */
    static Template parse(String text, TemplateNames names) {
        List<Part> parts = new ArrayList<>();
        int position = 0;
        int open = text.indexOf(OPEN);
        while (open >= 0) {
            if (open > position) {
                parts.add(new Literal(text.substring(position, open)));
            }
            boolean more = text.startsWith(BRACE_MORE, open);
            String close = more ? CLOSE + "}" : CLOSE;
            int begin = open + close.length();
            int end = end(text, begin, close);
            if (end == NONE) {
                throw new InvalidRuleException("An expression is not closed with " + close + " in '" + text + "'.");
            }
            parts.add(new ExpressionReader(text, text.substring(begin, end).strip(), names).read());
            position = end + close.length();
            open = text.indexOf(OPEN, position);
        }
        if (position < text.length()) {
            parts.add(new Literal(text.substring(position)));
        }
        return new Template(text, parts);
    }

    /** Returns the index of the closing braces of an expression. Braces in quotes are skipped. */
    private static int end(String text, int begin, String close) {
        char quote = 0;
        for (int i = begin; i < text.length(); i++) {
            char c = text.charAt(i);
            if (quote != 0) {
                quote = c == quote ? 0 : quote;
            } else if (c == '\'' || c == '"') {
                quote = c;
            } else if (text.startsWith(close, i)) {
                return i;
            }
        }
        return NONE;
    }

    /** Tells whether the text consists of a single expression with the given name. */
    boolean isOnly(String name) {
        return parts.size() == 1
                && parts.get(0) instanceof Expression expression
                && expression.name().equals(name);
    }

    String evaluate(Values values) {
        return evaluate(values, UnaryOperator.identity());
    }

    /**
     * Returns the text with the values of the expressions.
     *
     * @param variables expands variables in the text outside of expressions; their values are never parsed
     */
    String evaluate(Values values, UnaryOperator<String> variables) {
        StringBuilder result = new StringBuilder();
        for (Part part : parts) {
            result.append(
                    part instanceof Expression expression
                            ? values.of(expression)
                            : variables.apply(((Literal) part).text()));
        }
        return result.toString();
    }

    /**
     * Returns the template before and the template after the first equals sign outside of expressions; null if there is
     * none. A value that has an equals sign in it thus never becomes the name of something.
     */
    @CheckForNull
    Assignment assignment() {
        for (int i = 0; i < parts.size(); i++) {
            int sign = parts.get(i) instanceof Literal literal ? literal.text().indexOf('=') : NONE;
            if (sign >= 0) {
                String literal = ((Literal) parts.get(i)).text();
                List<Part> name = new ArrayList<>(parts.subList(0, i));
                name.add(new Literal(literal.substring(0, sign)));
                List<Part> value = new ArrayList<>(List.of(new Literal(literal.substring(sign + 1))));
                value.addAll(parts.subList(i + 1, parts.size()));
                return new Assignment(new Template(text, name), new Template(text, value));
            }
        }
        return null;
    }

    /** The two sides of a template of the form {@code NAME=value}. */
    record Assignment(Template name, Template value) {}

    @Override
    public String toString() {
        return text;
    }

    /**
     * Parses the text between the braces: a name, which is followed by a format and an optional time zone if it is the
     * name of a date.
     */
    private static final class ExpressionReader {
        private static final String ZONE = "tz";

        private final String template;
        private final String text;
        private final TemplateNames names;
        private int position;

        ExpressionReader(String template, String text, TemplateNames names) {
            this.template = template;
            this.text = text;
            this.names = names;
        }

        Expression read() {
            String name = word();
            if (names.hasDate(name)) {
                return date(name);
            }
            if (!names.hasValue(name)) {
                throw new InvalidRuleException("'" + template + "' has the expression {{" + text
                        + "}}, which is not available here. The available expressions are: " + names.listed() + ".");
            }
            if (position < text.length()) {
                throw new InvalidRuleException(
                        "{{" + name + "}} takes no arguments, but has some in '" + template + "'.");
            }
            return new Expression(name, "", UTC);
        }

        private Expression date(String name) {
            skipBlanks();
            String format = format();
            skipBlanks();
            String zone = null;
            if (format != null && word().equals(ZONE)) {
                skipBlanks();
                zone = skip('=') ? quoted() : null;
                skipBlanks();
            }
            if (format == null || position < text.length()) {
                throw new InvalidRuleException("'" + template + "' has a date that is not of the form {{" + name
                        + " 'FORMAT'}} or {{" + name + " 'FORMAT' tz='ZONE'}}.");
            }
            ZoneId found = zone == null ? UTC : MomentFormat.zone(zone);
            if (found == null) {
                throw new InvalidRuleException("'" + template + "' has the time zone '" + zone
                        + "', which is not known. A time zone has a name such as Asia/Tokyo.");
            }
            return new Expression(name, format, found);
        }

        /**
         * Returns the format of a date. In Handlebars, a word without quotes is the name of a variable. No variables
         * are defined, therefore such a word results in the default format.
         */
        @CheckForNull
        private String format() {
            String format = quoted();
            if (format != null) {
                return format;
            }
            int begin = position;
            while (position < text.length()
                    && "\"'=".indexOf(text.charAt(position)) < 0
                    && !Character.isWhitespace(text.charAt(position))) {
                position++;
            }
            return position > begin ? "" : null;
        }

        private String word() {
            int begin = position;
            while (position < text.length()
                    && (Character.isLetterOrDigit(text.charAt(position)) || text.charAt(position) == '_')) {
                position++;
            }
            return text.substring(begin, position);
        }

        private void skipBlanks() {
            while (position < text.length() && Character.isWhitespace(text.charAt(position))) {
                position++;
            }
        }

        private boolean skip(char c) {
            boolean there = position < text.length() && text.charAt(position) == c;
            position += there ? 1 : 0;
            skipBlanks();
            return there;
        }

        /** Returns the text in quotes at the current position; null if there is none. */
        @CheckForNull
        private String quoted() {
            char quote = position < text.length() ? text.charAt(position) : 0;
            int end = quote == '\'' || quote == '"' ? text.indexOf(quote, position + 1) : NONE;
            if (end == NONE) {
                return null;
            }
            String content = text.substring(position + 1, end);
            position = end + 1;
            return content;
        }
    }
}
