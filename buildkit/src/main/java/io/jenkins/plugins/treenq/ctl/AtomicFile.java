// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.ctl;

import io.jenkins.plugins.treenq.buildkit.files.ConfinedPath;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.UUID;

/** Writes files that others wait for: they are there whole, or not at all. */
final class AtomicFile {
    private AtomicFile() {}

    /** Where a file will be that is written after the build, with all links resolved: a result may put others there. */
    static Path resolved(Path file) throws IOException {
        Path target = file.toAbsolutePath();
        Path present = target.getParent();
        while (!Files.exists(present)) {
            present = present.getParent();
        }
        return present.toRealPath().resolve(present.relativize(target)).normalize();
    }

    /** Writes a {@link #resolved} one, unless a link leads elsewhere now. */
    static void writeResolved(Path file, String text) throws IOException {
        new ConfinedPath(file.getParent(), file.getRoot()).folder();
        write(file, text);
    }

    static void write(Path file, String text) throws IOException {
        Path target = file.toAbsolutePath();
        if (Files.isDirectory(target)) {
            throw new IOException(file + " is a folder, not a file");
        }
        // Not Files.createTempFile, whose files only their owner may read.
        Path part = target.resolveSibling("." + target.getFileName() + "-" + UUID.randomUUID());
        try {
            Files.writeString(part, text, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
            Files.move(part, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } finally {
            Files.deleteIfExists(part);
        }
    }
}
