// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.fsutil;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.StandardCharsets;

/**
 * Converts between names as text and names as the bytes that are sent. On Unix, a name may be invalid UTF-8, and the
 * daemon accepts it unchanged. In text, a byte that belongs to no character is represented by a lone surrogate, U+DC80
 * to U+DCFF.
 */
public final class NameBytes {
    private static final int RAW = 0xDC00;

    private NameBytes() {}

    public static String text(byte[] bytes) {
        String text = new String(bytes, StandardCharsets.UTF_8);
        // Java decodes invalid UTF-8 as this character, which can also be a part of a name.
        return text.indexOf('\uFFFD') < 0 ? text : rawText(bytes);
    }

    private static String rawText(byte[] bytes) {
        CharsetDecoder decoder = StandardCharsets.UTF_8.newDecoder();
        ByteBuffer in = ByteBuffer.wrap(bytes);
        CharBuffer out = CharBuffer.allocate(in.capacity());
        for (CoderResult result = decoder.decode(in, out, true);
                result.isError();
                result = decoder.decode(in, out, true)) {
            for (int i = 0; i < result.length(); i++) {
                out.put((char) (RAW | in.get() & 0xff));
            }
        }
        return out.flip().toString();
    }

    public static byte[] of(String text) {
        if (isUtf8(text)) {
            return text.getBytes(StandardCharsets.UTF_8);
        }
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(text.length());
        text.codePoints().forEach(c -> {
            if (isRaw(c)) {
                bytes.write(c);
            } else {
                bytes.writeBytes(Character.toString(c).getBytes(StandardCharsets.UTF_8));
            }
        });
        return bytes.toByteArray();
    }

    /** Whether the text has no representation of a byte that belongs to no character. */
    public static boolean isUtf8(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (Character.isSurrogate(text.charAt(i))) {
                if (isRaw(text.codePointAt(i))) {
                    return false;
                }
                i++;
            }
        }
        return true;
    }

    /** Whether a code point is a lone surrogate, which represents a byte that belongs to no character. */
    public static boolean isRaw(int codePoint) {
        return Character.MIN_SURROGATE <= codePoint && codePoint <= Character.MAX_SURROGATE;
    }

    /** Returns the character that Go's regular expressions match: U+FFFD for a byte that belongs to no character. */
    public static int seen(int codePoint) {
        return isRaw(codePoint) ? '\uFFFD' : codePoint;
    }
}
