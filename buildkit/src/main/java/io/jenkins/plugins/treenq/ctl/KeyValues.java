// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.ctl;

import java.util.LinkedHashMap;
import java.util.Map;
import picocli.CommandLine.TypeConversionException;

/** Reads buildctl's {@code key=value,key=value} arguments, which follow CSV: a field in double quotes may hold commas. */
final class KeyValues {
    private KeyValues() {}

    static Map<String, String> parse(String text) {
        Map<String, String> values = new LinkedHashMap<>();
        int at = 0;
        while (at <= text.length()) {
            StringBuilder field = new StringBuilder();
            boolean quoted = at < text.length() && text.charAt(at) == '"';
            at += quoted ? 1 : 0;
            while (at < text.length() && (quoted || text.charAt(at) != ',')) {
                char c = text.charAt(at++);
                if (quoted && c == '"') {
                    if (at < text.length() && text.charAt(at) == '"') {
                        at++;
                    } else {
                        quoted = false;
                        continue;
                    }
                }
                field.append(c);
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

    /** The two halves of {@code name=value}. */
    static Map.Entry<String, String> pair(String text) {
        int equals = text.indexOf('=');
        if (equals < 1) {
            throw new TypeConversionException("'" + text + "' is not of the form name=value");
        }
        return Map.entry(text.substring(0, equals), text.substring(equals + 1));
    }
}
