// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.fsutil;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.StandardCharsets;

/**
 * Names as text and as the bytes that travel. A name on Unix need not be UTF-8, and the daemon takes it as it is; in
 * text, a byte that belongs to no character is a lone surrogate, U+DC80 to U+DCFF.
 */
public final class NameBytes {
    private static final int RAW = 0xDC00;

    private NameBytes() {}

    public static String text(byte[] bytes) {
        String text = new String(bytes, StandardCharsets.UTF_8);
        // Java reads this character where there is none. Some names really have it.
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

    /** Whether every byte belongs to a character. */
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

    /** Whether it stands for a byte that belongs to no character. */
    public static boolean isRaw(int codePoint) {
        return Character.MIN_SURROGATE <= codePoint && codePoint <= Character.MAX_SURROGATE;
    }

    /** What Go's regular expressions see: such a byte looks like U+FFFD. */
    public static int seen(int codePoint) {
        return isRaw(codePoint) ? '\uFFFD' : codePoint;
    }
}
