// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.bake;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Files of variables, as Compose's .env. */
final class DotEnv {
    private static final Pattern LINE =
            Pattern.compile("(?:export\\s+)?([A-Za-z_][A-Za-z0-9_.\\-\\[\\]]*)\\s*(?:[=:](.*))?", Pattern.DOTALL);

    private DotEnv() {}

    /** @param outer variables that the values may use, and that have priority where they are used */
    static Map<String, String> read(String content, UnaryOperator<String> outer) {
        Map<String, String> all = new LinkedHashMap<>();
        UnaryOperator<String> known = name -> {
            String value = outer.apply(name);
            return value != null ? value : all.get(name);
        };
        String rest = content.replace("\r\n", "\n");
        while (!rest.isEmpty()) {
            int end = rest.indexOf('\n');
            String line = (end < 0 ? rest : rest.substring(0, end)).strip();
            String after = end < 0 ? "" : rest.substring(end + 1);
            Matcher matcher = LINE.matcher(line);
            if (line.isEmpty() || line.startsWith("#")) {
                rest = after;
                continue;
            } else if (!matcher.matches()) {
                throw new BakeException("a line of the .env file is not NAME=VALUE");
            }
            String raw = matcher.group(2);
            if (raw == null) {
                String value = outer.apply(matcher.group(1));
                if (value != null) {
                    all.put(matcher.group(1), value);
                }
                rest = after;
                continue;
            }
            raw = raw.strip();
            if (raw.startsWith("\"") || raw.startsWith("'")) {
                char quote = raw.charAt(0);
                String text = raw.substring(1) + (end < 0 ? "" : "\n" + after);
                int close = closing(text, quote);
                if (close < 0) {
                    throw new BakeException("a value of the file of variables is not closed");
                }
                String value = text.substring(0, close);
                all.put(matcher.group(1), quote == '\'' ? value : Interpolation.apply(unescaped(value), known));
                int next = text.indexOf('\n', close);
                rest = next < 0 ? "" : text.substring(next + 1);
            } else {
                all.put(
                        matcher.group(1),
                        Interpolation.apply(raw.replaceAll("\\s+#.*$", "").replaceAll("^#.*$", ""), known));
                rest = after;
            }
        }
        return all;
    }

    private static int closing(String text, char quote) {
        for (int i = 0; i < text.length(); i++) {
            if (text.charAt(i) == '\\' && quote == '"') {
                i++;
            } else if (text.charAt(i) == quote) {
                return i;
            }
        }
        return -1;
    }

    private static String unescaped(String text) {
        return text.replace("\\n", "\n")
                .replace("\\r", "\r")
                .replace("\\t", "\t")
                .replace("\\\"", "\"")
                .replace("\\\\", "\\");
    }
}
