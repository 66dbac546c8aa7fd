// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.bake;

import java.util.function.UnaryOperator;

/**
 * Variables in the values of a Compose file: {@code $NAME}, {@code ${NAME:-default}} and the other forms that Compose
 * has.
 */
final class Interpolation {
    private static final int MAX_DEPTH = 20;
    private static final int MAX_LENGTH = 1 << 20;

    private final UnaryOperator<String> variables;
    private final String template;
    private int at;

    private Interpolation(String template, UnaryOperator<String> variables) {
        this.template = template;
        this.variables = variables;
    }

    /**
     * @param limit counts the texts, because many values can have one long variable
     * @throws BakeException if the text is not valid, or a variable that is required is missing
     */
    static String apply(String text, UnaryOperator<String> variables, CopyLimit limit) {
        if (text.indexOf('$') < 0) {
            return text;
        }
        String value = new Interpolation(text, variables).text(false, 0);
        limit.useText(value);
        return value;
    }

    private String text(boolean inBraces, int depth) {
        if (depth > MAX_DEPTH) {
            throw invalid();
        }
        StringBuilder out = new StringBuilder();
        while (at < template.length()) {
            char c = template.charAt(at);
            if (inBraces && c == '}') {
                return out.toString();
            } else if (c != '$') {
                out.append(c);
                at++;
            } else if (template.startsWith("$$", at)) {
                out.append('$');
                at += 2;
            } else if (template.startsWith("${", at)) {
                at += 2;
                out.append(braces(depth));
            } else {
                at++;
                String name = name();
                String value = name.isEmpty() ? "$" : variables.apply(name);
                out.append(value == null ? "" : value);
            }
            if (out.length() > MAX_LENGTH) {
                throw new BakeException("A value of a Compose file is longer than 1 MiB with its variables");
            }
        }
        if (inBraces) {
            throw invalid();
        }
        return out.toString();
    }

    private String braces(int depth) {
        String name = name();
        if (name.isEmpty() || at >= template.length()) {
            throw invalid();
        }
        String value = variables.apply(name);
        boolean colon = template.charAt(at) == ':';
        if (colon) {
            at++;
        }
        boolean has = value != null && !(colon && value.isEmpty());
        char operator = at < template.length() ? template.charAt(at++) : 0;
        if (operator == '}' && !colon) {
            return value == null ? "" : value;
        }
        if (operator != '-' && operator != '?' && operator != '+') {
            throw invalid();
        }
        int start = at;
        String other;
        if (has == (operator == '+')) {
            other = text(true, depth + 1);
        } else if (operator == '?') {
            other = text(true, depth + 1);
        } else {
            other = skipped(depth, start);
        }
        at++;
        if (operator == '?' && !has) {
            throw new BakeException("required variable " + name + " is missing a value: " + other);
        }
        return operator == '+' ? (has ? other : "") : has ? value : other;
    }

    /** What is not used is not evaluated, so a variable that it requires may be missing. */
    private String skipped(int depth, int start) {
        try {
            return text(true, depth + 1);
        } catch (BakeException e) {
            at = start;
            int open = 1;
            while (at < template.length()) {
                char c = template.charAt(at);
                open += template.startsWith("${", at) ? 1 : c == '}' ? -1 : 0;
                if (open == 0) {
                    return "";
                }
                at++;
            }
            throw e;
        }
    }

    private String name() {
        int start = at;
        while (at < template.length()
                && (template.charAt(at) == '_'
                        || template.charAt(at) < 128 && Character.isLetter(template.charAt(at))
                        || at > start && template.charAt(at) < 128 && Character.isDigit(template.charAt(at)))) {
            at++;
        }
        return template.substring(start, at);
    }

    private BakeException invalid() {
        return new BakeException(
                "invalid interpolation format: \"" + template + "\". You may need to escape any $ with another $");
    }
}
