// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.ctl;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * The bytes of this process' arguments and variables, as Linux keeps them. Java makes text of them and puts U+FFFD in
 * the place of whatever is none in its locale.
 */
enum ProcessBlock {
    ARGUMENTS("cmdline"),
    ENVIRONMENT("environ");

    /** What Java makes of bytes that are no characters in its locale. */
    static final char UNREADABLE = '\uFFFD';

    private final Path file;

    ProcessBlock(String name) {
        file = Path.of("/proc/self", name);
    }

    /** Nothing where the system does not tell. */
    Optional<List<byte[]>> read() {
        try {
            return Optional.of(split(Files.readAllBytes(file)));
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    /** Each part ends with a zero byte. */
    static List<byte[]> split(byte[] block) {
        List<byte[]> parts = new ArrayList<>();
        int begin = 0;
        for (int at = 0; at < block.length; at++) {
            if (block[at] == 0) {
                parts.add(Arrays.copyOfRange(block, begin, at));
                begin = at + 1;
            }
        }
        return parts;
    }

    /** Whether Java's text is what the last of these parts say. */
    static boolean isWhole(String[] texts, List<byte[]> parts) {
        List<byte[]> last = parts.subList(Math.max(0, parts.size() - texts.length), parts.size());
        for (int i = 0; i < texts.length; i++) {
            boolean doubtful = texts[i].indexOf(UNREADABLE) >= 0;
            if (doubtful && (last.size() < texts.length || !text(last.get(i)).equals(Optional.of(texts[i])))) {
                return false;
            }
        }
        return true;
    }

    /** Nothing when the bytes are no UTF-8. */
    static Optional<String> text(byte[] bytes) {
        try {
            return Optional.of(StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString());
        } catch (CharacterCodingException e) {
            return Optional.empty();
        }
    }
}
