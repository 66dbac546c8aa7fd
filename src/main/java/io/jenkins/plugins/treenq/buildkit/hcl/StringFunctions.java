// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.hcl;

import io.jenkins.plugins.treenq.buildkit.hcl.Function.Parameter;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Functions of strings. Their characters are Unicode's grapheme clusters, as in cty. */
final class StringFunctions {
    private static final Pattern CHARACTER = Pattern.compile("\\X");

    private StringFunctions() {}

    static void define(BakeFunctions functions) {
        text(functions, "upper", text -> text.toUpperCase(Locale.ROOT));
        text(functions, "lower", text -> text.toLowerCase(Locale.ROOT));
        text(functions, "trimspace", StringFunctions::trimSpace);
        text(functions, "chomp", text -> trimEnd(text, "\r\n"));
        text(functions, "title", StringFunctions::title);
        text(functions, "basename", StringFunctions::baseName);
        text(functions, "dirname", StringFunctions::folderName);
        text(functions, "sanitize", text -> text.codePoints()
                .mapToObj(c -> c < 128 && (Character.isLetterOrDigit(c) || c == '_' || c == '-')
                        ? String.valueOf((char) c)
                        : "_")
                .collect(Collectors.joining()));
        text(functions, "reverse", text -> {
            List<String> characters = characters(text);
            Collections.reverse(characters);
            return String.join("", characters);
        });
        functions.add(
                "strlen", (a, limits) -> Value.of(characters(a.get(0).string()).size()), Type.STRING);
        functions.add(
                "substr",
                (a, limits) ->
                        Value.of(substring(a.get(0).string(), Numbers.integer(a.get(1)), Numbers.integer(a.get(2)))),
                Type.STRING,
                Type.NUMBER,
                Type.NUMBER);
        functions.add(
                "join",
                List.of(Parameter.of("separator", Type.STRING)),
                Parameter.of("lists", Type.list(Type.STRING)),
                StringFunctions::join);
        functions.add(
                "split",
                (a, limits) -> Value.strings(split(a.get(1).string(), a.get(0).string())),
                Type.STRING,
                Type.STRING);
        functions.add(
                "indent",
                (a, limits) -> {
                    int spaces = Numbers.integer(a.get(0));
                    if (spaces < 0) {
                        throw new HclException(null, "the number of spaces must not be negative");
                    }
                    String text = a.get(1).string();
                    limits.text((long) text.length()
                            + text.chars().filter(c -> c == '\n').count() * spaces);
                    return Value.of(text.replace("\n", "\n" + " ".repeat(spaces)));
                },
                Type.NUMBER,
                Type.STRING);
        functions.add(
                "trim", (a, limits) -> Value.of(trim(a.get(0).string(), a.get(1).string())), Type.STRING, Type.STRING);
        functions.add(
                "trimprefix",
                (a, limits) -> {
                    String text = a.get(0).string();
                    String prefix = a.get(1).string();
                    return Value.of(text.startsWith(prefix) ? text.substring(prefix.length()) : text);
                },
                Type.STRING,
                Type.STRING);
        functions.add(
                "trimsuffix",
                (a, limits) -> {
                    String text = a.get(0).string();
                    String suffix = a.get(1).string();
                    return Value.of(text.endsWith(suffix) ? text.substring(0, text.length() - suffix.length()) : text);
                },
                Type.STRING,
                Type.STRING);
        functions.add(
                "replace",
                (a, limits) -> {
                    String text = a.get(0).string();
                    String found = a.get(1).string();
                    String other = a.get(2).string();
                    long most = found.isEmpty() ? text.length() + 1L : text.length() / found.length();
                    limits.text(text.length() + most * other.length());
                    return Value.of(replace(text, found, other));
                },
                Type.STRING,
                Type.STRING,
                Type.STRING);
        functions.add(
                "format",
                List.of(Parameter.of("format", Type.STRING)),
                new Parameter("args", Type.DYNAMIC, true),
                (a, limits) -> Value.of(Format.format(a.get(0).string(), a.subList(1, a.size()), limits)));
        functions.add(
                "formatlist",
                List.of(Parameter.of("format", Type.STRING)),
                new Parameter("args", Type.DYNAMIC, true),
                StringFunctions::formatList);
    }

    private static void text(BakeFunctions functions, String name, UnaryOperator<String> function) {
        functions.add(name, (a, limits) -> Value.of(function.apply(a.get(0).string())), Type.STRING);
    }

    static List<String> characters(String text) {
        List<String> characters = new ArrayList<>();
        Matcher matcher = CHARACTER.matcher(text);
        while (matcher.find()) {
            characters.add(matcher.group());
        }
        return characters;
    }

    private static String substring(String text, int offset, int length) {
        List<String> characters = characters(text);
        int start = offset;
        if (offset < 0) {
            start = offset + characters.size();
        } else if (length == 0) {
            return "";
        }
        if (start >= characters.size()) {
            return start > 0 || characters.isEmpty() ? "" : text;
        }
        start = Math.max(start, 0);
        int end = length <= 0 ? characters.size() : (int) Math.min(characters.size(), (long) start + length);
        return String.join("", characters.subList(start, end));
    }

    private static Value join(List<Value> arguments, EvaluationLimits limits) {
        if (arguments.size() < 2) {
            throw new HclException(null, "at least one list is required");
        }
        List<String> items = new ArrayList<>();
        long length = 0;
        for (Value list : arguments.subList(1, arguments.size())) {
            for (Value each : list.elements()) {
                if (each.isNull()) {
                    throw new HclException(null, "a list has a null; nulls cannot be joined");
                }
                items.add(each.string());
                length += each.string().length() + arguments.get(0).string().length();
            }
        }
        limits.text(length);
        return Value.of(String.join(arguments.get(0).string(), items));
    }

    private static List<String> split(String text, String separator) {
        if (separator.isEmpty()) {
            return text.codePoints()
                    .mapToObj(c -> new StringBuilder().appendCodePoint(c).toString())
                    .toList();
        }
        return List.of(text.split(Pattern.quote(separator), -1));
    }

    private static String replace(String text, String found, String other) {
        if (!found.isEmpty()) {
            return text.replace(found, other);
        }
        StringBuilder out = new StringBuilder(other);
        text.codePoints().forEach(c -> out.appendCodePoint(c).append(other));
        return out.toString();
    }

    private static boolean space(int c) {
        return Character.isWhitespace(c) || Character.isSpaceChar(c) || c == 0x85;
    }

    private static String trimSpace(String text) {
        int start = 0;
        int end = text.length();
        while (start < end && space(text.charAt(start))) {
            start++;
        }
        while (end > start && space(text.charAt(end - 1))) {
            end--;
        }
        return text.substring(start, end);
    }

    private static String trim(String text, String characters) {
        int start = 0;
        int end = text.length();
        while (start < end && characters.indexOf(text.codePointAt(start)) >= 0) {
            start += Character.charCount(text.codePointAt(start));
        }
        while (end > start && characters.indexOf(text.codePointBefore(end)) >= 0) {
            end -= Character.charCount(text.codePointBefore(end));
        }
        return text.substring(start, end);
    }

    /** Not a regular expression, which would read a long text of such characters again from each of them. */
    private static String trimEnd(String text, String characters) {
        int end = text.length();
        while (end > 0 && characters.indexOf(text.charAt(end - 1)) >= 0) {
            end--;
        }
        return text.substring(0, end);
    }

    /**
     * Returns the text with the first letter of each word in upper case, with words as in Go's {@code strings.Title}.
     */
    private static String title(String text) {
        StringBuilder out = new StringBuilder();
        boolean begins = true;
        for (int c : text.codePoints().toArray()) {
            out.appendCodePoint(begins ? Character.toTitleCase(c) : c);
            begins = c < 128 ? !Character.isLetterOrDigit(c) && c != '_' : space(c);
        }
        return out.toString();
    }

    /** Returns the last name of a path, like Go's {@code path.Base}. */
    private static String baseName(String path) {
        if (path.isEmpty()) {
            return ".";
        }
        String stripped = trimEnd(path, "/");
        return stripped.isEmpty() ? "/" : stripped.substring(stripped.lastIndexOf('/') + 1);
    }

    /** Returns the folder of a path, like Go's {@code path.Dir}. */
    private static String folderName(String path) {
        return GoPaths.clean(path.substring(0, path.lastIndexOf('/') + 1));
    }

    private static Value formatList(List<Value> arguments, EvaluationLimits limits) {
        String format = arguments.get(0).string();
        List<Value> given = arguments.subList(1, arguments.size());
        int length = -1;
        for (Value each : given) {
            if (sequence(each)) {
                if (length >= 0 && each.length() != length) {
                    throw new HclException(
                            null, "the lists have different lengths: " + length + " and " + each.length());
                }
                length = each.length();
            }
        }
        List<Value> results = new ArrayList<>();
        for (int i = 0; i < (length < 0 ? 1 : length); i++) {
            List<Value> one = new ArrayList<>();
            for (Value each : given) {
                one.add(sequence(each) ? each.elements().get(i) : each);
            }
            results.add(Value.of(Format.format(format, one, limits)));
        }
        return Value.list(Type.STRING, results);
    }

    private static boolean sequence(Value value) {
        return !value.isNull() && value.type().is(Type.Kind.LIST, Type.Kind.SET, Type.Kind.TUPLE);
    }
}
