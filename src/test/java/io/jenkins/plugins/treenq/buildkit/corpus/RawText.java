// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.corpus;

import java.io.ByteArrayOutputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HexFormat;

/** Text of which some bytes need not be UTF-8: each of those is a lone surrogate, U+DC80 to U+DCFF. */
final class RawText {
    private static final int NO_CHARACTER = 0xDC00;

    private RawText() {}

    static String of(int... bytes) {
        StringBuilder text = new StringBuilder();
        for (int b : bytes) {
            text.append((char) (b < 0x80 ? b : NO_CHARACTER | b));
        }
        return text.toString();
    }

    static boolean isUtf8(String text) {
        return text.codePoints().noneMatch(RawText::isByte);
    }

    private static boolean isByte(int codePoint) {
        return Character.getType(codePoint) == Character.SURROGATE;
    }

    static byte[] bytes(String text) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        text.codePoints().forEach(c -> {
            if (isByte(c)) {
                bytes.write(c);
            } else {
                bytes.writeBytes(Character.toString(c).getBytes(StandardCharsets.UTF_8));
            }
        });
        return bytes.toByteArray();
    }

    /** Resolves a path, also if Java cannot represent its names. */
    static Path resolve(Path root, String path) {
        StringBuilder uri = new StringBuilder(root.toUri().toString().replaceFirst("/$", ""));
        for (String name : path.split("/")) {
            uri.append('/').append(HexFormat.of().withPrefix("%").formatHex(bytes(name)));
        }
        return Path.of(URI.create(uri.toString()));
    }

    /** Returns readable text, in which invisible and ambiguous characters are replaced by their numbers. */
    static String quoted(String text) {
        StringBuilder quoted = new StringBuilder("\"");
        text.codePoints().forEach(c -> {
            if (isByte(c)) {
                quoted.append("\\x%02x".formatted(c & 0xff));
            } else if (c == '"' || c == '\\') {
                quoted.append('\\').append((char) c);
            } else if (c < ' ' || c > '~') {
                quoted.append("\\u{%x}".formatted(c));
            } else {
                quoted.append((char) c);
            }
        });
        return quoted.append('"').toString();
    }
}
