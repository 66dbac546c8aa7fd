// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.report;

import hudson.XmlFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * Keeps the unreadable file of a record that only serves pages. The record goes on with an empty list, and the file,
 * which would be overwritten, can be repaired by hand.
 */
public final class UnreadableFile {
    private static final Logger LOGGER = Logger.getLogger(UnreadableFile.class.getName());

    private UnreadableFile() {}

    /**
     * Renames the file, and replaces a file that was kept before.
     *
     * @param cause why the file cannot be read
     * @throws IOException if the file cannot be renamed, so that it must not be written
     */
    public static void keep(XmlFile unreadable, Exception cause) throws IOException {
        Path file = unreadable.getFile().toPath();
        if (!Files.isRegularFile(file)) {
            throw new IOException(file + " is not a file", cause);
        }
        Path kept = file.resolveSibling(file.getFileName() + ".unreadable");
        Files.move(file, kept, StandardCopyOption.REPLACE_EXISTING);
        LOGGER.log(Level.WARNING, cause, () -> file + " cannot be read, and was renamed to " + kept.getFileName());
    }
}
