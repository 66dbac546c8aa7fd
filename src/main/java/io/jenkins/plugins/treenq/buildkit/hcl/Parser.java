// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.hcl;

import io.jenkins.plugins.treenq.buildkit.hcl.Expressions.ForClause;
import io.jenkins.plugins.treenq.buildkit.hcl.Expressions.Item;
import io.jenkins.plugins.treenq.buildkit.hcl.Expressions.ScopeTraversal;
import io.jenkins.plugins.treenq.buildkit.hcl.Scanner.Kind;
import io.jenkins.plugins.treenq.buildkit.hcl.Scanner.Token;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;

/** Parses HCL's native syntax. */
final class Parser {
    private static final Map<String, Integer> PRECEDENCE = Map.ofEntries(
            Map.entry("||", 1),
            Map.entry("&&", 2),
            Map.entry("==", 3),
            Map.entry("!=", 3),
            Map.entry("<", 4),
            Map.entry("<=", 4),
            Map.entry(">", 4),
            Map.entry(">=", 4),
            Map.entry("+", 5),
            Map.entry("-", 5),
            Map.entry("*", 6),
            Map.entry("/", 6),
            Map.entry("%", 6));

    private final Scanner scanner;
    /** Whether line ends are tokens. */
    private boolean newlines = true;

    private int depth;
    private int splats;

    private Parser(String text, Position origin) {
        scanner = new Scanner(text, origin);
    }

    static HclBody body(String text, String file) {
        Parser parser = new Parser(text, new Position(file, 1, 1));
        HclBody body = parser.content(Kind.END);
        return body;
    }

    static Expression expression(String text, Position origin) {
        Parser parser = new Parser(text, origin);
        parser.newlines = false;
        Expression expression = parser.expression();
        if (parser.peek().kind() != Kind.END) {
            throw parser.wrong(parser.peek(), "Text follows the end of the expression");
        }
        return expression;
    }

    /** Parses a text that is a template as a whole, without quotes and escape sequences. */
    static Expression template(String text, Position origin) {
        Parser parser = new Parser(text, origin);
        return parser.assemble(parser.pieces(parser::text, parser.scanner::ended), origin);
    }

    private Token peek() {
        return scanner.peek(newlines);
    }

    private Token read() {
        Token token = peek();
        scanner.go(token.end());
        return token;
    }

    private boolean skip(String operator) {
        boolean is = peek().is(operator);
        if (is) {
            read();
        }
        return is;
    }

    private Token expect(String operator, String message) {
        Token token = read();
        if (!token.is(operator)) {
            throw wrong(token, message);
        }
        return token;
    }

    private HclException wrong(Token token, String message) {
        return scanner.wrong(token.start(), message + ", not " + token.shown());
    }

    private Position position(Token token) {
        return scanner.position(token.start());
    }

    private <T> T within(boolean sensitive, Supplier<T> part) {
        boolean before = newlines;
        newlines = sensitive;
        try {
            return part.get();
        } finally {
            newlines = before;
        }
    }

    private void deeper(Token token) {
        if (++depth > EvaluationLimits.MAX_DEPTH) {
            throw scanner.wrong(token.start(), "Nested more than " + EvaluationLimits.MAX_DEPTH + " deep");
        }
    }

    // Bodies

    private HclBody content(Kind end) {
        Position begin = scanner.position(scanner.at());
        Map<String, HclBody.Attribute> attributes = new LinkedHashMap<>();
        List<HclBody.Block> blocks = new ArrayList<>();
        while (true) {
            Token token = peek();
            if (token.kind() == Kind.NEWLINE) {
                read();
            } else if (end == Kind.END ? token.kind() == Kind.END : token.is("}")) {
                return new HclBody(attributes, blocks, begin);
            } else if (token.kind() != Kind.NAME) {
                throw wrong(token, "An argument or a block definition is expected here");
            } else {
                read();
                if (peek().is("=")) {
                    read();
                    HclBody.Attribute attribute = new HclBody.Attribute(token.text(), expression(), position(token));
                    if (attributes.putIfAbsent(token.text(), attribute) != null) {
                        throw scanner.wrong(token.start(), "The argument \"" + token.text() + "\" is set twice");
                    }
                    endOfLine("an argument");
                } else {
                    blocks.add(block(token));
                    endOfLine("a block");
                }
            }
        }
    }

    private void endOfLine(String after) {
        Token token = peek();
        if (token.kind() != Kind.NEWLINE && token.kind() != Kind.END) {
            throw wrong(token, "A new line is expected after " + after);
        }
    }

    private HclBody.Block block(Token type) {
        deeper(type);
        List<String> labels = new ArrayList<>();
        while (true) {
            Token token = read();
            if (token.is("{")) {
                break;
            } else if (token.kind() == Kind.NAME) {
                labels.add(token.text());
            } else if (token.kind() == Kind.QUOTE) {
                Expression label = quoted(token);
                if (!(label instanceof Expressions.Literal literal)) {
                    throw scanner.wrong(token.start(), "The label of a block cannot have expressions");
                }
                labels.add(literal.literal().string());
            } else {
                throw wrong(token, "'{' or a label is expected after the type of a block, or '=' after an argument");
            }
        }
        HclBody body;
        if (peek().kind() == Kind.NEWLINE) {
            body = content(Kind.OPERATOR);
        } else {
            body = oneLine();
        }
        expect("}", "'}' is expected");
        depth--;
        return new HclBody.Block(type.text(), labels, body, position(type));
    }

    private HclBody oneLine() {
        Position begin = scanner.position(scanner.at());
        Map<String, HclBody.Attribute> attributes = new LinkedHashMap<>();
        Token token = peek();
        if (token.kind() == Kind.NAME) {
            read();
            expect("=", "'=' is expected; a block on one line can have one argument only");
            attributes.put(token.text(), new HclBody.Attribute(token.text(), expression(), position(token)));
        }
        return new HclBody(attributes, List.of(), begin);
    }

    // Expressions

    private Expression expression() {
        Token start = peek();
        deeper(start);
        Expression condition = binary(1);
        if (peek().is("?")) {
            read();
            Expression yes = expression();
            expect(":", "':' is expected between the two results of a condition");
            Expression no = expression();
            condition = new Expressions.Conditional(position(start), condition, yes, no);
        }
        depth--;
        return limited(condition);
    }

    private static Expression limited(Expression expression) {
        if (expression.height() > EvaluationLimits.MAX_HEIGHT) {
            throw new HclException(
                    expression.position(),
                    "The expression has more than " + EvaluationLimits.MAX_HEIGHT + " parts in each other");
        }
        return expression;
    }

    private Expression binary(int least) {
        Token start = peek();
        Expression left = traversals();
        while (true) {
            Token operator = peek();
            Integer precedence = operator.kind() == Kind.OPERATOR ? PRECEDENCE.get(operator.text()) : null;
            if (precedence == null || precedence < least) {
                return left;
            }
            read();
            left = limited(new Expressions.Binary(position(start), operator.text(), left, binary(precedence + 1)));
        }
    }

    private Expression traversals() {
        Expression source = term();
        while (true) {
            Token token = peek();
            if (token.is(".")) {
                read();
                source = limited(afterDot(source));
            } else if (token.is("[")) {
                read();
                source = limited(within(false, bracket(source, token)));
            } else {
                return source;
            }
        }
    }

    private Expression afterDot(Expression source) {
        Token name = read();
        if (name.kind() == Kind.NAME) {
            return step(source, name.text(), name);
        } else if (name.is("*")) {
            return splat(source, name, false);
        } else if (name.kind() == Kind.NUMBER) {
            Expression result = source;
            for (String each : name.text().split("\\.")) {
                result = step(result, number(each, name), name);
            }
            return result;
        }
        throw wrong(name, "The name of an attribute is expected after '.'");
    }

    private Supplier<Expression> bracket(Expression source, Token open) {
        return () -> {
            if (peek().is("*")) {
                read();
                expect("]", "']' is expected after '[*'");
                return splat(source, open, true);
            }
            Expression key = expression();
            expect("]", "']' is expected after an index");
            if (key instanceof Expressions.Literal literal
                    && literal.literal().type().is(Type.Kind.STRING, Type.Kind.NUMBER)) {
                return step(source, literal.literal(), open);
            }
            return new Expressions.Index(position(open), source, key);
        };
    }

    private Expression step(Expression source, Object step, Token token) {
        return source instanceof ScopeTraversal traversal
                ? traversal.with(step)
                : new Expressions.RelativeTraversal(position(token), source, step);
    }

    /**
     * Parses the steps after a splat, which are applied to each element: only attributes after '.*', attributes and
     * indices after '[*]'.
     */
    private Expression splat(Expression source, Token token, boolean full) {
        Position position = position(token);
        Expressions.Element element = new Expressions.Element(position, splats++);
        Expression each = element;
        while (true) {
            Token next = peek();
            if (next.is(".")) {
                read();
                Token name = peek();
                if (name.is("*") && !full) {
                    throw wrong(name, "A splat with '.*' cannot be inside another one; use '[*]'");
                }
                each = limited(afterDot(each));
            } else if (full && next.is("[")) {
                read();
                each = limited(within(false, bracket(each, next)));
            } else {
                return new Expressions.Splat(position, source, element, each);
            }
        }
    }

    private Value number(String text, Token token) {
        try {
            return Value.of(Numbers.parse(text));
        } catch (HclException e) {
            throw scanner.wrong(token.start(), "'" + text + "' is not a valid number: " + e.text());
        }
    }

    private Expression term() {
        Token token = read();
        Position position = position(token);
        switch (token.kind()) {
            case NUMBER:
                return new Expressions.Literal(position, number(token.text(), token));
            case QUOTE:
                return quoted(token);
            case HEREDOC:
                return heredoc(token);
            case NAME:
                return named(token);
            case OPERATOR:
                break;
            default:
                throw wrong(token, "An expression is expected");
        }
        switch (token.text()) {
            case "(":
                return new Expressions.Parentheses(position, within(false, () -> {
                    Expression inner = expression();
                    expect(")", "')' is expected");
                    return inner;
                }));
            case "[":
                return within(false, () -> tuple(position));
            case "{":
                return object(token);
            case "-", "!":
                deeper(token);
                Expression operand = traversals();
                depth--;
                return new Expressions.Unary(position, token.text().equals("!"), operand);
            default:
                throw wrong(token, "An expression is expected");
        }
    }

    private Expression named(Token token) {
        Position position = position(token);
        StringBuilder name = new StringBuilder(token.text());
        while (peek().is("::")) {
            read();
            name.append("::").append(read().text());
        }
        if (peek().is("(")) {
            read();
            return within(false, () -> call(position, name.toString()));
        }
        return switch (token.text()) {
            case "true" -> new Expressions.Literal(position, Value.TRUE);
            case "false" -> new Expressions.Literal(position, Value.FALSE);
            case "null" -> new Expressions.Literal(position, Value.NULL);
            default -> new ScopeTraversal(position, name.toString(), List.of());
        };
    }

    private Expression call(Position position, String name) {
        List<Expression> arguments = new ArrayList<>();
        boolean expand = false;
        while (!peek().is(")")) {
            arguments.add(expression());
            Token next = peek();
            if (next.is("...")) {
                read();
                expand = true;
                break;
            } else if (next.is(",")) {
                read();
            } else if (!next.is(")")) {
                throw wrong(next, "',' or ')' is expected after an argument of a function");
            }
        }
        expect(")", "')' is expected after the arguments of a function");
        return new Expressions.Call(position, name, arguments, expand);
    }

    private Expression tuple(Position position) {
        if (peek().word("for")) {
            return forExpression(position, "]");
        }
        List<Expression> elements = new ArrayList<>();
        while (!peek().is("]")) {
            elements.add(expression());
            Token next = peek();
            if (next.is(",")) {
                read();
            } else if (!next.is("]")) {
                throw wrong(next, "',' or ']' is expected after an element of a tuple");
            }
        }
        read();
        return new Expressions.Tuple(position, elements);
    }

    private Expression object(Token open) {
        Position position = position(open);
        if (scanner.peek(false).word("for")) {
            return within(false, () -> forExpression(position, "}"));
        }
        return within(true, () -> {
            List<Item> items = new ArrayList<>();
            while (true) {
                while (peek().kind() == Kind.NEWLINE) {
                    read();
                }
                if (peek().is("}")) {
                    read();
                    return new Expressions.ObjectConstructor(position, items);
                }
                Expression key = key();
                Token separator = read();
                if (!separator.is("=") && !separator.is(":")) {
                    throw wrong(separator, "'=' or ':' is expected after the key of an object");
                }
                while (peek().kind() == Kind.NEWLINE) {
                    throw wrong(peek(), "An expression is expected");
                }
                items.add(new Item(key, expression()));
                Token next = peek();
                if (next.is(",")) {
                    read();
                } else if (next.kind() != Kind.NEWLINE && !next.is("}")) {
                    throw wrong(next, "A new line, ',' or '}' is expected after an item of an object");
                }
            }
        });
    }

    private Expression key() {
        Token start = peek();
        Expression key = expression();
        if (key.keyword() != null) {
            return new Expressions.Literal(key.position(), Value.of(key.keyword()));
        }
        if (key instanceof ScopeTraversal traversal && traversal.dotted()) {
            throw scanner.wrong(
                    start.start(),
                    "A key with dots is ambiguous: use quotes for a text, parentheses for an expression");
        }
        return key;
    }

    private Expression forExpression(Position position, String close) {
        read();
        String keyName = null;
        String valueName = name();
        if (skip(",")) {
            keyName = valueName;
            valueName = name();
        }
        Token in = read();
        if (!in.word("in")) {
            throw wrong(in, "'in' is expected after the names of a 'for'");
        }
        Expression collection = expression();
        expect(":", "':' is expected after the collection of a 'for'");
        Expression value = expression();
        Expression key = null;
        boolean group = false;
        if (close.equals("}")) {
            expect("=>", "'=>' is expected after the key of a 'for' in braces");
            key = value;
            value = expression();
            group = skip("...");
        }
        Expression condition = null;
        if (peek().word("if")) {
            read();
            condition = expression();
        }
        expect(close, "'" + close + "' is expected at the end of a 'for'");
        return new Expressions.For(
                position, new ForClause(keyName, valueName, collection, key, value, condition, group));
    }

    private String name() {
        Token token = read();
        if (token.kind() != Kind.NAME) {
            throw wrong(token, "A name is expected after 'for'");
        }
        return token.text();
    }

    // Templates

    private sealed interface Piece {}

    /** A text of a template, from which whitespace may be trimmed. */
    private static final class Text implements Piece {
        private String text;

        Text(String text) {
            this.text = text;
        }
    }

    private record Interpolation(Expression expression) implements Piece {}

    /**
     * A directive of a template.
     *
     * @param word if, else, endif, for, endfor
     */
    private record Directive(String word, Expression expression, String keyName, String valueName, Position position)
            implements Piece {}

    private Expression quoted(Token open) {
        List<Piece> pieces = pieces(this::quotedText, () -> {
            if (scanner.ended()) {
                throw scanner.wrong(open.start(), "The string is not closed");
            }
            return scanner.here() == '"';
        });
        scanner.go(scanner.at() + 1);
        return assemble(pieces, position(open));
    }

    private Expression heredoc(Token open) {
        boolean flush = scanner.here() == '-';
        if (flush) {
            scanner.go(scanner.at() + 1);
        }
        int start = scanner.at();
        String marker = scanner.line();
        scanner.go(start + marker.length() + 1);
        String name = marker.strip();
        if (name.isEmpty() || !name.chars().allMatch(c -> c == '-' || Character.isUnicodeIdentifierPart(c))) {
            throw scanner.wrong(open.start(), "A name is expected after '<<', and a new line after it");
        }
        boolean[] lineStart = {true};
        List<Piece> pieces = pieces(
                () -> {
                    String text = text();
                    lineStart[0] = text.endsWith("\n");
                    return text;
                },
                () -> {
                    if (scanner.ended()) {
                        throw scanner.wrong(open.start(), "The heredoc is not closed by a line '" + name + "'");
                    }
                    boolean end = lineStart[0] && scanner.line().strip().equals(name);
                    lineStart[0] = false;
                    return end;
                });
        scanner.go(scanner.at() + scanner.line().length());
        if (scanner.between(scanner.at() - 1, scanner.at()).equals("\r")) {
            scanner.go(scanner.at() - 1);
        }
        if (flush) {
            flush(pieces);
        }
        return assemble(pieces, position(open));
    }

    /** Removes the indentation that all lines of a heredoc have in common. */
    private static void flush(List<Piece> pieces) {
        int least = Integer.MAX_VALUE;
        List<Text> adjusted = new ArrayList<>();
        boolean newLine = true;
        for (Piece piece : pieces) {
            if (newLine) {
                newLine = false;
                int spaces = 0;
                if (piece instanceof Text text) {
                    String stripped = text.text.stripLeading();
                    if (stripped.isEmpty() && text.text.endsWith("\n")) {
                        spaces = Integer.MAX_VALUE;
                    } else {
                        spaces = text.text.length() - stripped.length();
                        adjusted.add(text);
                    }
                }
                least = Math.min(least, spaces);
            }
            if (piece instanceof Text text && text.text.endsWith("\n")) {
                newLine = true;
            }
        }
        int spaces = least;
        adjusted.forEach(text -> text.text = text.text.substring(spaces));
    }

    private List<Piece> pieces(Supplier<String> text, Supplier<Boolean> end) {
        List<Piece> pieces = new ArrayList<>();
        boolean trimNext = false;
        while (!end.get()) {
            boolean control = scanner.startsWith("%{");
            if (!control && !scanner.startsWith("${")) {
                String literal = text.get();
                pieces.add(new Text(trimNext ? literal.stripLeading() : literal));
                trimNext = false;
                continue;
            }
            trimNext = false;
            Position position = scanner.position(scanner.at());
            scanner.go(scanner.at() + 2);
            if (scanner.here() == '~') {
                scanner.go(scanner.at() + 1);
                if (!pieces.isEmpty() && pieces.get(pieces.size() - 1) instanceof Text before) {
                    before.text = before.text.stripTrailing();
                }
            }
            pieces.add(within(false, () -> control ? directive(position) : new Interpolation(expression())));
            Token close = within(false, this::read);
            if (!close.is("}") && !close.is("~}")) {
                throw wrong(
                        close,
                        "'}' is expected at the end of an interpolation. If '${' is meant for another language, write"
                                + " '$${'");
            }
            trimNext = close.is("~}");
        }
        return pieces;
    }

    private Piece directive(Position position) {
        Token word = read();
        switch (word.text()) {
            case "if":
                return new Directive("if", expression(), null, null, position);
            case "for":
                String keyName = null;
                String valueName = name();
                if (skip(",")) {
                    keyName = valueName;
                    valueName = name();
                }
                Token in = read();
                if (!in.word("in")) {
                    throw wrong(in, "'in' is expected after the names of a 'for'");
                }
                return new Directive("for", expression(), keyName, valueName, position);
            case "else", "endif", "endfor":
                return new Directive(word.text(), null, null, null, position);
            default:
                throw wrong(word, "'if', 'else', 'endif', 'for' or 'endfor' is expected after '%{'");
        }
    }

    /** Parses text up to the next interpolation or to the end of the line. */
    private String text() {
        StringBuilder out = new StringBuilder();
        while (!scanner.ended()) {
            if (scanner.startsWith("$${") || scanner.startsWith("%%{")) {
                out.append(scanner.here()).append('{');
                scanner.go(scanner.at() + 3);
                continue;
            } else if (scanner.startsWith("${") || scanner.startsWith("%{")) {
                break;
            }
            char c = scanner.here();
            out.append(c);
            scanner.go(scanner.at() + 1);
            if (c == '\n') {
                break;
            }
        }
        return out.toString();
    }

    private String quotedText() {
        StringBuilder out = new StringBuilder();
        while (true) {
            char c = scanner.here();
            if (scanner.startsWith("$${") || scanner.startsWith("%%{")) {
                out.append(c).append('{');
                scanner.go(scanner.at() + 3);
            } else if (scanner.ended() || c == '"' || scanner.startsWith("${") || scanner.startsWith("%{")) {
                return out.toString();
            } else if (c == '\n' || c == '\r') {
                throw scanner.wrong(scanner.at(), "A string in quotes must end on its line; use a heredoc or \\n");
            } else if (c == '\\') {
                escape(out);
            } else {
                out.append(c);
                scanner.go(scanner.at() + 1);
            }
        }
    }

    private void escape(StringBuilder out) {
        int start = scanner.at();
        scanner.go(start + 1);
        char c = scanner.here();
        scanner.go(start + 2);
        switch (c) {
            case 'n' -> out.append('\n');
            case 'r' -> out.append('\r');
            case 't' -> out.append('\t');
            case '"', '\\' -> out.append(c);
            case 'u', 'U' -> {
                int digits = c == 'u' ? 4 : 8;
                try {
                    String code = scanner.between(start + 2, start + 2 + digits);
                    if (!code.matches("[0-9a-fA-F]+")) {
                        throw new NumberFormatException();
                    }
                    int point = Integer.parseUnsignedInt(code, 16);
                    if (point >= 0xD800 && point < 0xE000) {
                        throw new IllegalArgumentException();
                    }
                    out.appendCodePoint(point);
                    scanner.go(start + 2 + digits);
                } catch (IllegalArgumentException | IndexOutOfBoundsException e) {
                    throw scanner.wrong(
                            start,
                            "\\" + c + " must be followed by the " + digits + " hexadecimal digits of a character");
                }
            }
            default -> throw scanner.wrong(start, "'\\" + c + "' is not an escape sequence");
        }
    }

    private Expression assemble(List<Piece> pieces, Position position) {
        List<Piece> rest = new ArrayList<>(pieces);
        if (rest.size() == 1 && rest.get(0) instanceof Interpolation only) {
            return new Expressions.Parentheses(position, only.expression());
        }
        int[] next = {0};
        List<Expression> parts = parts(rest, next, Set.of(), position);
        return template(parts, position);
    }

    private static Expression template(List<Expression> parts, Position position) {
        if (parts.isEmpty()) {
            return new Expressions.Literal(position, Value.of(""));
        }
        if (parts.size() == 1
                && parts.get(0) instanceof Expressions.Literal literal
                && literal.literal().type().kind() == Type.Kind.STRING) {
            return literal;
        }
        return new Expressions.Template(position, parts);
    }

    private List<Expression> parts(List<Piece> pieces, int[] next, Set<String> ends, Position opened) {
        List<Expression> parts = new ArrayList<>();
        StringBuilder text = new StringBuilder();
        while (next[0] < pieces.size()) {
            Piece piece = pieces.get(next[0]);
            if (piece instanceof Text literal) {
                text.append(literal.text);
                next[0]++;
                continue;
            }
            flush(text, parts, opened);
            if (piece instanceof Interpolation interpolation) {
                parts.add(interpolation.expression());
                next[0]++;
                continue;
            }
            Directive directive = (Directive) piece;
            if (ends.contains(directive.word())) {
                return parts;
            }
            next[0]++;
            parts.add(
                    switch (directive.word()) {
                        case "if" -> conditional(directive, pieces, next);
                        case "for" -> loop(directive, pieces, next);
                        default ->
                            throw new HclException(directive.position(), "'" + directive.word() + "' has no beginning");
                    });
        }
        flush(text, parts, opened);
        if (!ends.isEmpty()) {
            throw new HclException(opened, "The directive has no end: " + String.join(" or ", ends));
        }
        return parts;
    }

    private static void flush(StringBuilder text, List<Expression> parts, Position position) {
        if (text.length() > 0) {
            parts.add(new Expressions.Literal(position, Value.of(text.toString())));
            text.setLength(0);
        }
    }

    private Expression conditional(Directive opened, List<Piece> pieces, int[] next) {
        Position position = opened.position();
        deeper(position);
        Expression yes = template(parts(pieces, next, Set.of("else", "endif"), position), position);
        Expression no = new Expressions.Literal(position, Value.of(""));
        Directive end = (Directive) pieces.get(next[0]++);
        if (end.word().equals("else")) {
            no = template(parts(pieces, next, Set.of("endif"), position), position);
            next[0]++;
        }
        depth--;
        return new Expressions.Conditional(position, opened.expression(), yes, no);
    }

    private Expression loop(Directive opened, List<Piece> pieces, int[] next) {
        Position position = opened.position();
        deeper(position);
        Expression each = template(parts(pieces, next, Set.of("endfor"), position), position);
        next[0]++;
        depth--;
        return new Expressions.Join(
                position,
                new Expressions.For(
                        position,
                        new ForClause(
                                opened.keyName(), opened.valueName(), opened.expression(), null, each, null, false)));
    }

    private void deeper(Position position) {
        if (++depth > EvaluationLimits.MAX_DEPTH) {
            throw new HclException(position, "Nested more than " + EvaluationLimits.MAX_DEPTH + " deep");
        }
    }
}
