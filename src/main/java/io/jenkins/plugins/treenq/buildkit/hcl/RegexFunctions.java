// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.hcl;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/** Functions of regular expressions in Go's syntax, and of semantic versions. */
final class RegexFunctions {
    private RegexFunctions() {}

    static void define(BakeFunctions functions) {
        functions.add("regex", (a, limits) -> first(a.get(0).string(), a.get(1).string()), Type.STRING, Type.STRING);
        functions.add("regexall", (a, limits) -> all(a.get(0).string(), a.get(1).string()), Type.STRING, Type.STRING);
        functions.add(
                "regex_replace",
                (a, limits) ->
                        replace(a.get(0).string(), a.get(1).string(), a.get(2).string(), limits),
                Type.STRING,
                Type.STRING,
                Type.STRING);
        functions.add(
                "semvercmp",
                (a, limits) -> Value.of(
                        SemanticVersions.check(a.get(0).string(), a.get(1).string())),
                Type.STRING,
                Type.STRING);
    }

    /** @param names the names of the groups, in their order; null for a group without a name */
    private record Expression(Pattern pattern, List<String> names) {
        Type type() {
            if (names.isEmpty()) {
                return Type.STRING;
            } else if (!named()) {
                return Type.tuple(names.stream().map(each -> Type.STRING).toList());
            }
            Map<String, Type> types = new TreeMap<>(Value.KEYS);
            names.forEach(each -> types.put(each, Type.STRING));
            return Type.object(types);
        }

        boolean named() {
            return names.get(0) != null;
        }

        Value result(Matcher matcher) {
            if (names.isEmpty()) {
                return Value.of(matcher.group());
            }
            List<Value> groups = new ArrayList<>();
            Map<String, Value> byName = new TreeMap<>(Value.KEYS);
            for (int i = 1; i <= names.size(); i++) {
                String group = matcher.group(i);
                Value value = group == null ? Value.ofNull(Type.STRING) : Value.of(group);
                groups.add(value);
                if (named()) {
                    byName.put(names.get(i - 1), value);
                }
            }
            return named() ? Value.object(byName) : Value.tuple(groups);
        }
    }

    /**
     * A text that limits how often its characters are read. Java's matcher backtracks, which takes unbounded time for
     * some expressions.
     */
    private record Bounded(String text, long[] left) implements CharSequence {
        @Override
        public int length() {
            return text.length();
        }

        @Override
        public char charAt(int index) {
            if (--left[0] < 0) {
                throw new HclException(null, "the regular expression takes too long for this text");
            }
            return text.charAt(index);
        }

        @Override
        public CharSequence subSequence(int start, int end) {
            return text.substring(start, end);
        }

        @Override
        public String toString() {
            return text;
        }
    }

    private static Matcher matcher(Expression expression, String text) {
        return expression.pattern().matcher(new Bounded(text, new long[] {5_000_000}));
    }

    /** Java's matcher recurses for each repetition of a group, so a long text can exhaust the stack. */
    private static boolean find(Matcher matcher) {
        try {
            return matcher.find();
        } catch (StackOverflowError e) {
            throw new HclException(null, "the text is too long for this regular expression");
        }
    }

    private static Value first(String pattern, String text) {
        Expression expression = compile(pattern, false);
        Matcher matcher = matcher(expression, text);
        if (!find(matcher)) {
            throw new HclException(null, "pattern did not match any part of the given string");
        }
        return expression.result(matcher);
    }

    private static Value all(String pattern, String text) {
        Expression expression = compile(pattern, false);
        Matcher matcher = matcher(expression, text);
        List<Value> results = new ArrayList<>();
        while (find(matcher)) {
            results.add(expression.result(matcher));
        }
        return Value.list(expression.type(), results);
    }

    private static Value replace(String text, String pattern, String replacement, EvaluationLimits limits) {
        Expression expression = compile(pattern, true);
        Matcher matcher = matcher(expression, text);
        StringBuilder out = new StringBuilder();
        int at = 0;
        while (find(matcher)) {
            out.append(text, at, matcher.start());
            expand(out, replacement, matcher, expression);
            limits.text(out.length());
            at = matcher.end();
        }
        return Value.of(out.append(text, at, text.length()).toString());
    }

    /** Expands {@code $1}, {@code ${1}}, {@code $name} and {@code ${name}}, like Go's {@code Regexp.Expand}. */
    private static final Pattern REFERENCE = Pattern.compile("\\$(?:\\{(\\w+)\\}|(\\w+)|(\\$))");

    private static void expand(StringBuilder out, String replacement, Matcher matcher, Expression expression) {
        Matcher references = REFERENCE.matcher(replacement);
        int at = 0;
        while (references.find()) {
            out.append(replacement, at, references.start());
            at = references.end();
            if (references.group(3) != null) {
                out.append('$');
                continue;
            }
            String name = references.group(1) != null ? references.group(1) : references.group(2);
            int group = name.matches("[0-9]{1,9}")
                    ? Integer.parseInt(name)
                    : expression.names().indexOf(name) + 1;
            if (group == 0 && !name.matches("0+")) {
                continue;
            }
            if (group <= matcher.groupCount() && matcher.group(group) != null) {
                out.append(matcher.group(group));
            }
        }
        out.append(replacement, at, replacement.length());
    }

    private static Expression compile(String pattern, boolean mixed) {
        List<String> names = new ArrayList<>();
        String java = translate(pattern, names);
        if (!mixed && names.contains(null) && names.stream().anyMatch(each -> each != null)) {
            throw new HclException(null, "invalid regexp pattern: cannot mix both named and unnamed capture groups");
        }
        try {
            return new Expression(Pattern.compile(java), names);
        } catch (PatternSyntaxException e) {
            throw new HclException(null, "invalid regexp pattern: " + e.getDescription());
        } catch (StackOverflowError e) {
            throw new HclException(null, "invalid regexp pattern: it is nested too deeply");
        }
    }

    /** Translates an expression from Go's syntax to Java's. Constructs that only Java has are rejected. */
    private static String translate(String pattern, List<String> names) {
        StringBuilder out = new StringBuilder();
        boolean multiline = pattern.matches("(?s).*\\(\\?[a-z]*m.*");
        int at = 0;
        int classDepth = 0;
        while (at < pattern.length()) {
            char c = pattern.charAt(at);
            if (c == '\\') {
                if (at + 1 >= pattern.length()) {
                    throw new HclException(null, "invalid regexp pattern: trailing backslash at end of expression");
                }
                char next = pattern.charAt(at + 1);
                if (next >= '1' && next <= '9' || "kGXRZeNhHVcuU".indexOf(next) >= 0) {
                    throw new HclException(null, "invalid regexp pattern: invalid escape sequence: \\" + next);
                }
                out.append(c).append(next);
                at += 2;
            } else if (classDepth > 0) {
                if (pattern.startsWith("[:", at) && pattern.indexOf(":]", at) > 0) {
                    int end = pattern.indexOf(":]", at);
                    out.append(named(pattern.substring(at + 2, end)));
                    at = end + 2;
                } else if (c == ']') {
                    classDepth = 0;
                    out.append(c);
                    at++;
                } else {
                    out.append(c == '[' || c == '&' || c == '~' ? "\\" + c : String.valueOf(c));
                    at++;
                }
            } else if (c == '[') {
                classDepth = 1;
                out.append(c);
                at++;
                if (at < pattern.length() && pattern.charAt(at) == '^') {
                    out.append('^');
                    at++;
                }
                if (at < pattern.length() && pattern.charAt(at) == ']') {
                    out.append("\\]");
                    at++;
                }
            } else if (pattern.startsWith("(?", at)) {
                at = group(pattern, at, out, names);
            } else if (c == '(') {
                names.add(null);
                out.append(c);
                at++;
            } else if (c == '$' && !multiline) {
                out.append("\\z");
                at++;
            } else {
                if (c == '+' && at > 0 && "*+?}".indexOf(pattern.charAt(at - 1)) >= 0 && !escaped(pattern, at - 1)) {
                    throw new HclException(null, "invalid regexp pattern: invalid nested repetition operator");
                }
                out.append(c);
                at++;
            }
        }
        return out.toString();
    }

    private static boolean escaped(String pattern, int at) {
        int backslashes = 0;
        while (at - backslashes > 0 && pattern.charAt(at - backslashes - 1) == '\\') {
            backslashes++;
        }
        return backslashes % 2 != 0;
    }

    private static int group(String pattern, int at, StringBuilder out, List<String> names) {
        Matcher named = Pattern.compile("\\(\\?P?<(\\w+)>").matcher(pattern).region(at, pattern.length());
        if (named.lookingAt()) {
            names.add(named.group(1));
            out.append('(');
            return named.end();
        }
        Matcher flags =
                Pattern.compile("\\(\\?[ims]*(-[ims]+)?[:)]").matcher(pattern).region(at, pattern.length());
        if (!flags.lookingAt()) {
            throw new HclException(null, "invalid regexp pattern: invalid or unsupported Perl syntax: `(?`");
        }
        out.append(flags.group());
        return flags.end();
    }

    private static String named(String name) {
        String negation = name.startsWith("^") ? "\\P" : "\\p";
        return switch (name.replace("^", "")) {
            case "alpha" -> negation + "{Alpha}";
            case "digit" -> negation + "{Digit}";
            case "alnum" -> negation + "{Alnum}";
            case "upper" -> negation + "{Upper}";
            case "lower" -> negation + "{Lower}";
            case "space" -> negation + "{Space}";
            case "punct" -> negation + "{Punct}";
            case "xdigit" -> negation + "{XDigit}";
            case "blank" -> negation + "{Blank}";
            case "cntrl" -> negation + "{Cntrl}";
            case "graph" -> negation + "{Graph}";
            case "print" -> negation + "{Print}";
            case "ascii" -> negation + "{ASCII}";
            case "word" -> name.startsWith("^") ? "\\W" : "\\w";
            default -> throw new HclException(null, "invalid regexp pattern: invalid character class range: [:" + name);
        };
    }
}
