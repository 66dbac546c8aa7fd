// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.files;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.EOFException;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.charset.MalformedInputException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;

/** Reasons for exceptions whose class alone describes the failure. */
@EnabledOnOs(OS.LINUX)
class FileErrorsTest {
    @TempDir
    Path folder;

    private static String words(Executable action) {
        return FileErrors.reason(assertThrows(IOException.class, action));
    }

    @Test
    void errorsOfTheSystemAreReadableReasons() throws Exception {
        Path file = Files.writeString(folder.resolve("file"), "");
        Path absent = folder.resolve("absent");
        assertEquals(
                "another file or folder with this name already exists",
                words(() -> Files.createSymbolicLink(file, absent)));
        assertEquals("it does not exist", words(() -> Files.createSymbolicLink(absent.resolve("link"), file)));
        assertEquals("the folder is not empty", words(() -> Files.delete(folder)));
        assertEquals("it is not a folder", words(() -> Files.newDirectoryStream(file)));
        assertEquals("it is not a symbolic link", words(() -> Files.readSymbolicLink(file)));
        assertEquals("Is a directory", words(() -> Files.readAllBytes(folder)));
        assertEquals("Not a directory", words(() -> Files.createFile(file.resolve("x"))));
        assertEquals("File name too long", words(() -> Files.createFile(folder.resolve("x".repeat(300)))));
        assertEquals("No space left on device", words(() -> {
            try (OutputStream full = Files.newOutputStream(Path.of("/dev/full"))) {
                full.write(1);
            }
        }));
    }

    @Test
    void reasonsContainNoClassNamesAndNoBarePaths() {
        for (IOException failure : new IOException[] {
            new AccessDeniedException("/a/path"),
            new FileSystemException("/a/path"),
            new FileNotFoundException("/a/path"),
            new IOException(),
            new EOFException("java.io"),
            new MalformedInputException(1),
            new ClosedByInterruptException()
        }) {
            for (Exception one : new Exception[] {failure, new UncheckedIOException(failure)}) {
                String words = FileErrors.reason(one);
                assertFalse(words.contains("/") || words.contains("java") || words.contains("Exception"), words);
            }
        }
        assertEquals("'/a/path': permission denied", FileErrors.fileAndReason(new AccessDeniedException("/a/path")));
        assertEquals("its index has no tag 'x'", FileErrors.fileAndReason(new IOException("its index has no tag 'x'")));
    }
}
