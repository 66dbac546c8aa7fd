// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.solve;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;

/** Decodes text that arrives in pieces, which may end within a character. Invalid UTF-8 is decoded to U+FFFD. */
final class Utf8Fragments {
    private final CharsetDecoder decoder = StandardCharsets.UTF_8
            .newDecoder()
            .onMalformedInput(CodingErrorAction.REPLACE)
            .onUnmappableCharacter(CodingErrorAction.REPLACE);

    /** At most three bytes of an incomplete character. */
    private byte[] rest = {};

    String decode(byte[] piece) {
        ByteBuffer bytes = ByteBuffer.allocate(rest.length + piece.length)
                .put(rest)
                .put(piece)
                .flip();
        CharBuffer text = CharBuffer.allocate(bytes.remaining());
        decoder.decode(bytes, text, false);
        rest = new byte[bytes.remaining()];
        bytes.get(rest);
        return text.flip().toString();
    }
}
