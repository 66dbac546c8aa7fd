// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.run;

import java.nio.charset.StandardCharsets;
import java.util.HexFormat;

/**
 * Finds a text in URLs. Encoders differ in which characters they leave unencoded, therefore each character is accepted
 * in both forms; {@code %} itself is always encoded.
 */
final class PercentEncodedMatcher {
    private final String[] plain;
    private final String[] encoded;

    PercentEncodedMatcher(String text) {
        plain = text.codePoints().mapToObj(Character::toString).toArray(String[]::new);
        encoded = new String[plain.length];
        for (int i = 0; i < plain.length; i++) {
            byte[] bytes = plain[i].getBytes(StandardCharsets.UTF_8);
            encoded[i] = HexFormat.of().withPrefix("%").formatHex(bytes);
        }
    }

    /** Tells whether any encoder would change the text. */
    static boolean differs(String text) {
        return !text.chars().allMatch(c -> c < 128 && Character.isLetterOrDigit(c) || "-._~".indexOf(c) >= 0);
    }

    /**
     * Returns the end of the text's occurrence that starts at the given index, or -1 if the text does not occur there.
     */
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

    /** Omits the text, which is a secret. */
    @Override
    public String toString() {
        return "PercentEncodedMatcher";
    }
}
