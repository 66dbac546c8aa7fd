// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.ctl;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/** Reads the files that options name. The exceptions name the file. */
final class OptionFile {
    /** The maximum size in bytes, which exceeds that of any option's file and limits the reading of devices. */
    private static final int MAX_BYTES = 16 << 20;

    private OptionFile() {}

    static String text(Path file) throws IOException {
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes(file)))
                    .toString();
        } catch (CharacterCodingException e) {
            throw new FileSystemException(file.toString(), null, "it is not text in UTF-8");
        }
    }

    /** Reads a file. A pipe is read to its end, so that the shell's {@code <(…)} can be used. */
    static byte[] bytes(Path file) throws IOException {
        checkFile(file);
        try (InputStream in = Files.newInputStream(file)) {
            byte[] bytes = in.readNBytes(MAX_BYTES + 1);
            if (bytes.length > MAX_BYTES) {
                throw new FileSystemException(file.toString(), null, "it is larger than " + MAX_BYTES + " bytes");
            }
            return bytes;
        }
    }

    /** Rejects folders, because the exception for reading a folder does not name it. */
    private static void checkFile(Path file) throws IOException {
        if (Files.isDirectory(file)) {
            throw new FileSystemException(file.toString(), null, "it is a folder, not a file");
        }
        if (!Files.exists(file)) {
            throw new NoSuchFileException(file.toString());
        }
    }
}
