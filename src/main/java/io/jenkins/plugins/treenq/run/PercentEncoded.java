// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.run;

import java.nio.charset.StandardCharsets;
import java.util.HexFormat;

/**
 * Recognizes a text in URLs. Encoders differ in the characters that they leave as they are, so each one is accepted in
 * both forms; {@code %} itself is always encoded.
 */
final class PercentEncoded {
    private final String[] plain;
    private final String[] encoded;

    PercentEncoded(String text) {
        plain = text.codePoints().mapToObj(Character::toString).toArray(String[]::new);
        encoded = new String[plain.length];
        for (int i = 0; i < plain.length; i++) {
            byte[] bytes = plain[i].getBytes(StandardCharsets.UTF_8);
            encoded[i] = HexFormat.of().withPrefix("%").formatHex(bytes);
        }
    }

    /** Whether any encoder would change the text. */
    static boolean differs(String text) {
        return !text.chars().allMatch(c -> c < 128 && Character.isLetterOrDigit(c) || "-._~".indexOf(c) >= 0);
    }

    /** Where the text ends that starts there, or -1 when another one does. */
    int endOfMatch(String line, int start) {
        int at = start;
        for (int i = 0; i < plain.length; i++) {
            if (!plain[i].equals("%") && line.startsWith(plain[i], at)) {
                at += plain[i].length();
            } else if (plain[i].equals(" ") && line.startsWith("+", at)) {
                at++;
            } else if (line.regionMatches(true, at, encoded[i], 0, encoded[i].length())) {
                at += encoded[i].length();
            } else {
                return -1;
            }
        }
        return at;
    }

    /** Not the text: it is a secret. */
    @Override
    public String toString() {
        return "PercentEncoded";
    }
}
