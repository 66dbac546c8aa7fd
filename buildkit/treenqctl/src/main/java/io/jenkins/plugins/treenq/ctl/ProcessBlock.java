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
 * The arguments and environment variables of this process as bytes, which Linux provides. Java decodes them as text and
 * replaces bytes that are invalid in the locale by U+FFFD.
 */
enum ProcessBlock {
    ARGUMENTS("cmdline"),
    ENVIRONMENT("environ");

    /** The character that replaces bytes that are invalid in the locale. */
    static final char UNREADABLE = '\uFFFD';

    private final Path file;

    ProcessBlock(String name) {
        file = Path.of("/proc/self", name);
    }

    /** Returns the parts, or empty if the system does not provide them. */
    Optional<List<byte[]>> read() {
        try {
            return Optional.of(split(Files.readAllBytes(file)));
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    /** Splits a block, in which each part ends with a zero byte. */
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

    /** Whether the texts that Java decoded equal the last parts of the block. */
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

    /** Decodes UTF-8. Returns empty if the bytes are invalid. */
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
