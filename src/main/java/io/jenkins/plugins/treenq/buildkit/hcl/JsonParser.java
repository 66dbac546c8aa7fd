// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.hcl;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;

/**
 * Parses JSON with the positions of values and in the order of the file, and keeps members that occur several times.
 * JSON libraries provide neither.
 */
final class JsonParser {
    /**
     * A JSON value.
     *
     * @param content null, a String, BigDecimal or Boolean, {@link Members} or {@link Elements}
     */
    record Node(Object content, Position position) {}

    record Member(String name, Node value, Position position) {}

    record Members(List<Member> each) {}

    record Elements(List<Node> each) {}

    private final String text;
    private final String file;
    private int at;
    private int line = 1;
    private int lineStart;
    private int depth;

    private JsonParser(String text, String file) {
        this.text = text;
        this.file = file;
    }

    static Node parse(String text, String file) {
        JsonParser parser = new JsonParser(text, file);
        parser.space();
        Node node = parser.value();
        parser.space();
        if (parser.at < text.length()) {
            throw parser.wrong("text follows the end of the JSON value");
        }
        return node;
    }

    private Node value() {
        Position position = position();
        if (++depth > EvaluationLimits.MAX_DEPTH) {
            throw wrong("values are nested more than " + EvaluationLimits.MAX_DEPTH + " deep");
        }
        Object content =
                switch (peek()) {
                    case '{' -> members();
                    case '[' -> elements();
                    case '"' -> string();
                    case 't' -> word("true", true);
                    case 'f' -> word("false", false);
                    case 'n' -> word("null", null);
                    default -> number();
                };
        depth--;
        return new Node(content, position);
    }

    private Members members() {
        List<Member> members = new ArrayList<>();
        at++;
        space();
        while (peek() != '}') {
            Position position = position();
            if (peek() != '"') {
                throw wrong("a property name in double quotes is expected");
            }
            String name = string();
            space();
            expect(':');
            space();
            members.add(new Member(name, value(), position));
            space();
            if (peek() == ',') {
                at++;
                space();
                if (peek() == '}') {
                    throw wrong("JSON allows no comma after the last property");
                }
            } else if (peek() != '}') {
                throw wrong("a comma or a closing brace is expected");
            }
        }
        at++;
        return new Members(members);
    }

    private Elements elements() {
        List<Node> elements = new ArrayList<>();
        at++;
        space();
        while (peek() != ']') {
            elements.add(value());
            space();
            if (peek() == ',') {
                at++;
                space();
                if (peek() == ']') {
                    throw wrong("JSON allows no comma after the last element");
                }
            } else if (peek() != ']') {
                throw wrong("a comma or a closing bracket is expected");
            }
        }
        at++;
        return new Elements(elements);
    }

    private String string() {
        at++;
        StringBuilder out = new StringBuilder();
        while (true) {
            char c = peek();
            if (c == '"') {
                at++;
                return out.toString();
            } else if (c < ' ') {
                throw wrong("a string is not closed on its line");
            } else if (c != '\\') {
                out.append(c);
                at++;
                continue;
            }
            at++;
            char escape = peek();
            at++;
            switch (escape) {
                case '"', '\\', '/' -> out.append(escape);
                case 'b' -> out.append('\b');
                case 'f' -> out.append('\f');
                case 'n' -> out.append('\n');
                case 'r' -> out.append('\r');
                case 't' -> out.append('\t');
                case 'u' -> {
                    try {
                        out.append((char) Integer.parseInt(text.substring(at, at + 4), 16));
                    } catch (NumberFormatException | IndexOutOfBoundsException e) {
                        throw wrong("\\u is not followed by four hexadecimal digits");
                    }
                    at += 4;
                }
                default -> throw wrong("'\\" + escape + "' is not an escape sequence of JSON");
            }
        }
    }

    private Object word(String word, Object content) {
        if (!text.startsWith(word, at)) {
            throw wrong("a JSON value is expected");
        }
        at += word.length();
        return content;
    }

    private BigDecimal number() {
        int start = at;
        while (at < text.length() && "+-.eE0123456789".indexOf(text.charAt(at)) >= 0) {
            at++;
        }
        if (start == at) {
            throw wrong("a JSON value is expected");
        }
        try {
            return Numbers.parse(text.substring(start, at));
        } catch (HclException e) {
            throw wrong("'" + text.substring(start, at) + "' is not a JSON number");
        }
    }

    private void expect(char c) {
        if (peek() != c) {
            throw wrong("'" + c + "' is expected");
        }
        at++;
    }

    private void space() {
        while (at < text.length() && " \t\r\n\uFEFF".indexOf(text.charAt(at)) >= 0) {
            if (text.charAt(at) == '\n') {
                line++;
                lineStart = at + 1;
            }
            at++;
        }
    }

    private char peek() {
        return at < text.length() ? text.charAt(at) : 0;
    }

    private Position position() {
        return new Position(file, line, at - lineStart + 1);
    }

    private HclException wrong(String message) {
        return new HclException(
                position(), at >= text.length() ? "The JSON ends too early" : "Invalid JSON: " + message);
    }
}
