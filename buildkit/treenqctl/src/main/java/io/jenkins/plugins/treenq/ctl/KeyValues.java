// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.ctl;

import java.util.LinkedHashMap;
import java.util.Map;
import picocli.CommandLine.TypeConversionException;

/**
 * Parses buildctl's {@code key=value,key=value} arguments. They have the syntax of CSV: a field in double quotes may
 * contain commas.
 */
final class KeyValues {
    private KeyValues() {}

    static Map<String, String> parse(String text) {
        Map<String, String> values = new LinkedHashMap<>();
        int at = 0;
        while (at <= text.length()) {
            StringBuilder field = new StringBuilder();
            boolean quoted = at < text.length() && text.charAt(at) == '"';
            at = quoted ? quoted(text, at + 1, field) : plain(text, at, field);
            if (at < text.length() && text.charAt(at) != ',' || field.indexOf("\"") >= 0 && !quoted) {
                throw new TypeConversionException(
                        "'" + text + "' has a double quote within a field; put the whole field in"
                                + " double quotes, and write two for each one in it: \"key=a\"\"b\"");
            }
            at++;
            int equals = field.indexOf("=");
            if (equals < 0) {
                throw new TypeConversionException("'" + field + "' is not of the form key=value");
            }
            values.put(field.substring(0, equals).toLowerCase(java.util.Locale.ROOT), field.substring(equals + 1));
        }
        return values;
    }

    /** Reads a field without quotes and returns the index of its end. */
    private static int plain(String text, int begin, StringBuilder field) {
        int comma = text.indexOf(',', begin);
        int end = comma < 0 ? text.length() : comma;
        field.append(text, begin, end);
        return end;
    }

    /**
     * Reads a field in quotes, from the first character behind the opening quote, and returns the index behind the
     * closing quote. Two consecutive quotes stand for one.
     */
    private static int quoted(String text, int begin, StringBuilder field) {
        for (int at = begin; at < text.length(); at++) {
            boolean quote = text.charAt(at) == '"';
            if (quote && (at + 1 == text.length() || text.charAt(at + 1) != '"')) {
                return at + 1;
            }
            at += quote ? 1 : 0;
            field.append(text.charAt(at));
        }
        throw new TypeConversionException("'" + text + "' has a double quote that is not closed");
    }

    /** Splits {@code name=value}. */
    static Map.Entry<String, String> pair(String text) {
        int equals = text.indexOf('=');
        if (equals < 1) {
            throw new TypeConversionException("'" + text + "' is not of the form name=value");
        }
        return Map.entry(text.substring(0, equals), text.substring(equals + 1));
    }
}
