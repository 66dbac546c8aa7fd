// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.ctl;

import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/** Reads files that options name; what is wrong with one says which. */
final class OptionFile {
    private OptionFile() {}

    static String text(Path file) throws IOException {
        checkFile(file);
        try {
            return Files.readString(file);
        } catch (CharacterCodingException e) {
            throw new IOException(file + " is not text");
        }
    }

    static byte[] bytes(Path file) throws IOException {
        checkFile(file);
        return Files.readAllBytes(file);
    }

    /** Reading a folder fails without naming it. */
    private static void checkFile(Path file) throws IOException {
        if (Files.isDirectory(file)) {
            throw new IOException(file + " is a folder, not a file");
        }
        if (!Files.exists(file)) {
            throw new NoSuchFileException(file.toString());
        }
    }
}
