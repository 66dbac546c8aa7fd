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

    /**
     * @param outer variables that the values may use, and that have priority where they are used
     * @param limit counts the text, because many services can name one file
     */
    static Map<String, String> read(String content, UnaryOperator<String> outer, CopyLimit limit) {
        limit.useText(content);
        Map<String, String> all = new LinkedHashMap<>();
        UnaryOperator<String> known = name -> {
            String value = outer.apply(name);
            return value != null ? value : all.get(name);
        };
        String text = content.replace("\r\n", "\n");
        int at = 0;
        while (at < text.length()) {
            int end = endOfLine(text, at);
            String line = text.substring(at, end).strip();
            int next = end + 1;
            Matcher matcher = LINE.matcher(line);
            if (line.isEmpty() || line.startsWith("#")) {
                at = next;
                continue;
            } else if (!matcher.matches()) {
                throw new BakeException("a line of the .env file is not NAME=VALUE");
            }
            String name = matcher.group(1);
            String raw = matcher.group(2);
            if (raw == null) {
                String value = outer.apply(name);
                if (value != null) {
                    all.put(name, value);
                }
                at = next;
                continue;
            }
            raw = raw.strip();
            if (raw.startsWith("\"") || raw.startsWith("'")) {
                char quote = raw.charAt(0);
                // The value begins with the first quote of the line, and can end in another line.
                int begin = text.indexOf(quote, at) + 1;
                int close = closing(text, begin, quote);
                if (close < 0) {
                    throw new BakeException("a value of the file of variables is not closed");
                }
                String value = text.substring(begin, close);
                all.put(name, quote == '\'' ? value : Interpolation.apply(unescaped(value), known, limit));
                next = endOfLine(text, close) + 1;
            } else {
                all.put(name, Interpolation.apply(withoutComment(raw), known, limit));
            }
            at = next;
        }
        return all;
    }

    private static int endOfLine(String text, int at) {
        int end = text.indexOf('\n', at);
        return end < 0 ? text.length() : end;
    }

    /** Returns a value without the comment, which begins with a # after a space. */
    private static String withoutComment(String raw) {
        for (int i = raw.indexOf('#'); i >= 0; i = raw.indexOf('#', i + 1)) {
            if (i == 0 || raw.charAt(i - 1) <= ' ') {
                return raw.substring(0, i).stripTrailing();
            }
        }
        return raw;
    }

    private static int closing(String text, int begin, char quote) {
        for (int i = begin; i < text.length(); i++) {
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
