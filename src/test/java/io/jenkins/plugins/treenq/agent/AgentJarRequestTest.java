// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.agent;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.Random;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The jar of classes in the jar cache of an agent. */
class AgentJarRequestTest {
    private static final int SIZE = 100_000;
    private static final FileTime EARLIER = FileTime.from(Instant.EPOCH);

    @TempDir
    Path cache;

    private final byte[] classes = new byte[SIZE];
    private Path jar;

    @BeforeEach
    void cacheJar() throws IOException {
        new Random(1).nextBytes(classes);
        jar = cache.resolve("4711.jar");
        try (OutputStream out = Files.newOutputStream(jar);
                ZipOutputStream zip = new ZipOutputStream(out)) {
            zip.putNextEntry(new ZipEntry(AgentJarRequest.CLASSES));
            zip.write(classes);
        }
    }

    @Test
    void theClassesAreUnpackedOnce() throws Exception {
        Path unpacked = AgentJarRequest.unpacked(jar);
        assertArrayEquals(classes, Files.readAllBytes(unpacked));
        Files.setLastModifiedTime(unpacked, EARLIER);

        assertEquals(unpacked, AgentJarRequest.unpacked(jar));

        assertEquals(EARLIER, Files.getLastModifiedTime(unpacked));
    }

    @Test
    void aFileOfTheSameSizeWithOtherContentIsReplaced() throws Exception {
        Path unpacked = AgentJarRequest.unpacked(jar);
        byte[] other = classes.clone();
        other[SIZE - 1]++;
        Files.write(unpacked, other);

        assertArrayEquals(classes, Files.readAllBytes(AgentJarRequest.unpacked(jar)));

        try (Stream<Path> files = Files.list(cache)) {
            assertEquals(2, files.count());
        }
    }
}
