// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.keys;

import java.nio.charset.StandardCharsets;
import java.util.Base64;

/** Formats the body of PEM text, as openssl does. */
final class PemLines {
    private static final Base64.Encoder ENCODER = Base64.getMimeEncoder(64, "\n".getBytes(StandardCharsets.US_ASCII));

    private PemLines() {}

    static String of(byte[] der) {
        return ENCODER.encodeToString(der) + "\n";
    }
}
