// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.ctl;

import io.jenkins.plugins.treenq.buildkit.files.FileErrors;
import io.jenkins.plugins.treenq.buildkit.files.RootedPath;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.UUID;
import picocli.CommandLine.TypeConversionException;

/**
 * Writes files atomically: other processes see either the complete file or none. Devices and pipes are written to
 * directly.
 */
final class AtomicFile {
    private AtomicFile() {}

    /**
     * Checks before a build whether a file can be written after the build.
     *
     * @param option the option that names the file, for messages
     * @param file the file; null for none
     * @param made the folders that the build creates
     */
    static void requireFolder(String option, Path file, List<Path> made) {
        if (file == null) {
            return;
        }
        String what = option + " " + file;
        Path target = file.toAbsolutePath().normalize();
        if (Files.isDirectory(target)) {
            throw new TypeConversionException(what + " is a folder; name a file");
        }
        Path folder = target.getParent();
        if (folder == null
                || made.stream()
                        .anyMatch(other ->
                                folder.startsWith(other.toAbsolutePath().normalize()))) {
            return;
        }
        if (!Files.isDirectory(folder)) {
            throw new TypeConversionException(what + ": "
                    + (Files.exists(folder) ? folder + " is not a folder" : "there is no folder " + folder));
        }
        if (!Files.isWritable(folder)) {
            throw new TypeConversionException(what + ": no file can be written to the folder " + folder);
        }
    }

    /**
     * Returns the path of a file that is written after the build, with all symlinks resolved, because the result of the
     * build may create symlinks.
     */
    static Path resolved(Path file) throws IOException {
        Path target = file.toAbsolutePath();
        Path present = target.getParent();
        while (!Files.exists(present)) {
            present = present.getParent();
        }
        return present.toRealPath().resolve(present.relativize(target)).normalize();
    }

    /**
     * Writes a file whose path was {@link #resolved}. Fails if a symlink has replaced a folder of the path in the
     * meantime.
     */
    static void writeResolved(Path file, String text) throws IOException {
        new RootedPath(file.getParent(), file.getRoot()).folder();
        write(file, text);
    }

    static void write(Path file, String text) throws IOException {
        Path target = file.toAbsolutePath();
        if (Files.exists(target) && !Files.isRegularFile(target) && !Files.isDirectory(target)) {
            // A device or a pipe, such as /dev/stdout, is written to and not replaced by a file.
            writeInto(target, text);
            return;
        }
        // Files.createTempFile would create a file that only its owner can read.
        Path part = target.resolveSibling("." + target.getFileName() + "-" + UUID.randomUUID());
        try {
            Files.writeString(part, text, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
            if (Files.isDirectory(target)) {
                throw new FileSystemException(file.toString(), null, "it is a folder, not a file");
            }
            Files.move(part, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            // The message of the exception may name the temporary file, which the user does not know.
            throw unwritable(file, e);
        } finally {
            Files.deleteIfExists(part);
        }
    }

    private static void writeInto(Path target, String text) throws IOException {
        try {
            Files.writeString(target, text, StandardOpenOption.WRITE);
        } catch (IOException e) {
            throw unwritable(target, e);
        }
    }

    private static IOException unwritable(Path file, IOException reason) {
        return new IOException(file + " cannot be written: " + FileErrors.reason(reason), reason);
    }
}
