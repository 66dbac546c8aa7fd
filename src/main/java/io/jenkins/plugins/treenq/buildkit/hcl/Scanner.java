// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.hcl;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * Splits HCL's native syntax into tokens. {@link Parser} reads strings and heredocs, because they contain expressions.
 */
final class Scanner {
    enum Kind {
        END,
        NEWLINE,
        NAME,
        NUMBER,
        QUOTE,
        HEREDOC,
        OPERATOR
    }

    /**
     * A token.
     *
     * @param end index of the character after the token
     */
    record Token(Kind kind, String text, int start, int end) {
        boolean is(String operator) {
            return kind == Kind.OPERATOR && text.equals(operator);
        }

        boolean word(String word) {
            return kind == Kind.NAME && text.equals(word);
        }

        String shown() {
            return switch (kind) {
                case END -> "the end of the file";
                case NEWLINE -> "the end of the line";
                case QUOTE -> "a string";
                case HEREDOC -> "a heredoc";
                default -> "'" + text + "'";
            };
        }
    }

    private static final List<String> OPERATORS = List.of(
            "...", "==", "!=", "<=", ">=", "&&", "||", "=>", "::", "~}", "{", "}", "[", "]", "(", ")", "=", "<", ">",
            "+", "-", "*", "/", "%", "!", "?", ":", ",", ".");

    private final String text;
    private final Position origin;
    private final List<Integer> lines = new ArrayList<>(List.of(0));
    private int at;

    /** @param origin position of the text in its file */
    Scanner(String text, Position origin) {
        this.text = text;
        this.origin = origin;
        for (int i = text.indexOf('\n'); i >= 0; i = text.indexOf('\n', i + 1)) {
            lines.add(i + 1);
        }
        at = text.startsWith("\uFEFF") ? 1 : 0;
    }

    Position position(int offset) {
        int found = Collections.binarySearch(lines, offset);
        int line = found >= 0 ? found : -found - 2;
        int column = offset - lines.get(line) + 1;
        return new Position(origin.file(), origin.line() + line, line == 0 ? origin.column() + column - 1 : column);
    }

    HclException wrong(int offset, String message) {
        return new HclException(position(offset), message);
    }

    /** Returns the current character; 0 at the end. */
    char here() {
        return at < text.length() ? text.charAt(at) : 0;
    }

    boolean ended() {
        return at >= text.length();
    }

    boolean startsWith(String prefix) {
        return text.startsWith(prefix, at);
    }

    int at() {
        return at;
    }

    void go(int offset) {
        at = offset;
    }

    String between(int start, int end) {
        return text.substring(start, end);
    }

    /** Returns the rest of the current line, without its end. */
    String line() {
        int end = text.indexOf('\n', at);
        return text.substring(at, end < 0 ? text.length() : end);
    }

    /** Returns the next token without consuming it. */
    Token peek(boolean newlines) {
        int start = space(newlines);
        if (start >= text.length()) {
            return new Token(Kind.END, "", start, start);
        }
        char c = text.charAt(start);
        if (c == '\n') {
            return new Token(Kind.NEWLINE, "\n", start, start + 1);
        } else if (c == '"') {
            return new Token(Kind.QUOTE, "\"", start, start + 1);
        } else if (c >= '0' && c <= '9') {
            int end = number(start);
            return new Token(Kind.NUMBER, text.substring(start, end), start, end);
        } else if (c == '_' || Character.isUnicodeIdentifierStart(text.codePointAt(start))) {
            int end = start;
            while (end < text.length() && nameContinues(text.codePointAt(end))) {
                end += Character.charCount(text.codePointAt(end));
            }
            return new Token(Kind.NAME, text.substring(start, end), start, end);
        } else if (text.startsWith("<<", start)) {
            return new Token(Kind.HEREDOC, "<<", start, start + 2);
        }
        for (String each : OPERATORS) {
            if (text.startsWith(each, start)) {
                return new Token(Kind.OPERATOR, each, start, start + each.length());
            }
        }
        throw wrong(
                start,
                c == '\''
                        ? "HCL does not support single quotes; use double quotes"
                        : "The character '" + new StringBuilder().appendCodePoint(text.codePointAt(start))
                                + "' is not used in HCL");
    }

    private static boolean nameContinues(int c) {
        return c == '-' || Character.isUnicodeIdentifierPart(c) && !Character.isIdentifierIgnorable(c);
    }

    private int number(int start) {
        int end = start;
        while (end < text.length()) {
            char c = text.charAt(end);
            if (c >= '0' && c <= '9') {
                end++;
            } else if (c == '.' && digit(end + 1)) {
                end++;
            } else if ((c == 'e' || c == 'E') && digit(end + 1)) {
                end++;
            } else if ((c == 'e' || c == 'E')
                    && end + 1 < text.length()
                    && "+-".indexOf(text.charAt(end + 1)) >= 0
                    && digit(end + 2)) {
                end += 2;
            } else {
                break;
            }
        }
        return end;
    }

    private boolean digit(int offset) {
        return offset < text.length() && text.charAt(offset) >= '0' && text.charAt(offset) <= '9';
    }

    /** Returns the index of the next token, after spaces and comments. */
    private int space(boolean newlines) {
        int i = at;
        while (i < text.length()) {
            char c = text.charAt(i);
            if (c == ' ' || c == '\t' || c == '\r' || c == '\n' && !newlines) {
                i++;
            } else if (c == '#' || text.startsWith("//", i)) {
                int end = text.indexOf('\n', i);
                i = end < 0 ? text.length() : end;
            } else if (text.startsWith("/*", i)) {
                int end = text.indexOf("*/", i + 2);
                if (end < 0) {
                    throw wrong(i, "The comment is not closed");
                }
                i = end + 2;
            } else {
                break;
            }
        }
        return i;
    }
}
