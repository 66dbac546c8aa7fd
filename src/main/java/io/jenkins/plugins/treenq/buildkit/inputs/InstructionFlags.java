// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.inputs;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * The flags of a Dockerfile instruction and the text after them ({@code frontend/dockerfile/parser/split_command.go}).
 *
 * @param words the flags without quotes, each with its two leading dashes
 * @param rest the text after the flags
 */
record InstructionFlags(List<String> words, String rest) {
    private static final int FIRST_OF_OTHERS = 0x80;

    static InstructionFlags read(String text) throws UnknownInputException {
        List<String> words = new ArrayList<>();
        int at = 0;
        while (true) {
            while (at < text.length() && Character.isWhitespace(text.charAt(at))) {
                at++;
            }
            if (!text.startsWith("--", at)) {
                return new InstructionFlags(words, text.substring(at));
            }
            StringBuilder word = new StringBuilder();
            at = word(text, at, word);
            if (word.toString().equals("--")) {
                return new InstructionFlags(words, text.substring(at));
            }
            if (!word.chars().allMatch(c -> c < FIRST_OF_OTHERS)) {
                // Go's parser processes single bytes here and regards some of them as spaces.
                throw new UnknownInputException("a flag in the Dockerfile has letters that are not ASCII");
            }
            words.add(word.toString());
        }
    }

    private static int word(String text, int start, StringBuilder word) {
        char quote = 0;
        int at = start;
        for (; at < text.length(); at++) {
            char c = text.charAt(at);
            if (quote == 0 && Character.isWhitespace(c)) {
                break;
            }
            if (quote == 0 && (c == '"' || c == '\'')) {
                quote = c;
            } else if (c == quote) {
                quote = 0;
            } else if (c == '\\' && at + 1 < text.length()) {
                at++;
                word.append(text.charAt(at));
            } else if (c != '\\') {
                word.append(c);
            }
        }
        return at;
    }

    Optional<String> value(String name) {
        String start = "--" + name + "=";
        return words.stream()
                .filter(word -> word.startsWith(start))
                .map(word -> word.substring(start.length()))
                .findFirst();
    }

    /** Returns the unexpanded values of {@code --from} and of {@code from} in {@code --mount}. */
    List<String> sources() {
        List<String> sources = new ArrayList<>();
        for (String word : words) {
            String[] flag = word.split("=", 2);
            if (flag.length == 2 && flag[0].equalsIgnoreCase("--from")) {
                sources.add(flag[1]);
            } else if (flag.length == 2 && flag[0].equalsIgnoreCase("--mount")) {
                for (String field : flag[1].split(",")) {
                    String[] pair = field.replace("\"", "").strip().split("=", 2);
                    if (pair.length == 2
                            && pair[0].strip().toLowerCase(Locale.ROOT).equals("from")) {
                        sources.add(pair[1].strip());
                    }
                }
            }
        }
        return sources;
    }
}
