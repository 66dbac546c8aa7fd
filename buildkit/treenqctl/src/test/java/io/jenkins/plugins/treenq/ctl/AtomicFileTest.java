// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.ctl;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

class AtomicFileTest {
    @TempDir
    Path folder;

    /** Otherwise {@code --metadata-file /dev/stdout} would replace the device by a file. */
    @Test
    @EnabledOnOs(OS.LINUX)
    void aDeviceIsWrittenToAndNotReplaced() throws Exception {
        Path full = Files.createSymbolicLink(folder.resolve("full"), Path.of("/dev/full"));

        IOException failure = assertThrows(IOException.class, () -> AtomicFile.write(full, "text"));

        assertEquals(full + " cannot be written: No space left on device", failure.getMessage());
        assertTrue(Files.isSymbolicLink(full));
        assertEquals(1, folder.toFile().list().length);
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void aPipeIsWrittenTo() throws Exception {
        Path pipe = folder.resolve("pipe");
        assertEquals(0, new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor());
        CompletableFuture<String> read = CompletableFuture.supplyAsync(() -> {
            try {
                return Files.readString(pipe);
            } catch (IOException e) {
                throw new IllegalStateException(e);
            }
        });

        AtomicFile.write(pipe, "text");

        assertEquals("text", read.get(2, TimeUnit.MINUTES));
    }

    @Test
    void aFileIsReplaced() throws Exception {
        Path file = Files.writeString(folder.resolve("file"), "earlier and longer");

        AtomicFile.write(file, "text");

        assertEquals("text", Files.readString(file));
        assertEquals(1, folder.toFile().list().length);
    }
}
