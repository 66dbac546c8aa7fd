// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.files;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Only files below the boundary can be accessed. */
@Timeout(value = 300, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class RootedPathTest {
    @TempDir
    Path scratch;

    private Path inside;
    private Path outside;

    @BeforeEach
    void folders() throws IOException {
        inside = Files.createDirectories(scratch.toRealPath().resolve("inside/folder"))
                .getParent();
        outside = Files.createDirectory(scratch.toRealPath().resolve("outside"));
        Files.writeString(inside.resolve("folder/file"), "inside");
        Files.writeString(outside.resolve("file"), "outside");
    }

    private RootedPath confined(String path) {
        return new RootedPath(inside.resolve(path), inside);
    }

    private static void fifo(Path path) throws Exception {
        assertEquals(0, new ProcessBuilder("mkfifo", path.toString()).start().waitFor());
    }

    private static void write(RootedPath path, String text) throws IOException {
        try (SeekableByteChannel out = path.write()) {
            out.write(ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8)));
        }
    }

    @Test
    void filesAndFoldersAreOpenedAndCreated() throws Exception {
        assertArrayEquals(
                "inside".getBytes(StandardCharsets.UTF_8),
                confined("folder/file").readAll(6));
        write(confined("folder/file"), "x");
        write(confined("folder/other"), "y");
        assertEquals("x", Files.readString(inside.resolve("folder/file")));
        assertEquals("y", Files.readString(inside.resolve("folder/other")));
        assertEquals(inside.resolve("folder"), confined("folder").folder());
        assertEquals(inside.resolve("a/b"), confined("a/b").madeFolder());
        assertTrue(Files.isDirectory(inside.resolve("a/b")));
        assertThrows(NoSuchFileException.class, () -> confined("none").read());
        assertThrows(NoSuchFileException.class, () -> confined("none/file").write());
        assertThrows(FileSystemException.class, () -> confined("").read());
        assertThrows(FileSystemException.class, () -> confined("folder").read());
        assertThrows(FileSystemException.class, () -> confined("folder/file").readAll(0));
        assertThrows(IllegalArgumentException.class, () -> confined("../outside"));
    }

    @Test
    void noLinkIsFollowedBelowTheBoundary() throws Exception {
        Files.createSymbolicLink(inside.resolve("way"), outside);
        Files.createSymbolicLink(inside.resolve("link"), outside.resolve("file"));
        Files.createSymbolicLink(inside.resolve("dangling"), outside.resolve("new"));
        for (String path : new String[] {"way/file", "link", "dangling", "way/new"}) {
            assertThrows(FileSystemException.class, () -> confined(path).read(), path);
            assertThrows(FileSystemException.class, () -> confined(path).write(), path);
            assertThrows(FileSystemException.class, () -> confined(path).change(), path);
        }
        for (String path : new String[] {"way", "way/new", "dangling"}) {
            assertThrows(FileSystemException.class, () -> confined(path).madeFolder(), path);
            assertThrows(FileSystemException.class, () -> confined(path).folder(), path);
        }
        assertEquals("outside", Files.readString(outside.resolve("file")));
        assertFalse(Files.exists(outside.resolve("new")));
    }

    @Test
    void withoutABoundaryOnlyTheLastNameMustNotBeALink() throws Exception {
        Files.createSymbolicLink(inside.resolve("way"), outside);
        Files.createSymbolicLink(inside.resolve("link"), outside.resolve("file"));
        assertEquals(7, new RootedPath(inside.resolve("way/file"), null).readAll(7).length);
        assertEquals(outside, new RootedPath(inside.resolve("way"), null).folder());
        assertThrows(FileSystemException.class, () -> new RootedPath(inside.resolve("link"), null).write());
        assertThrows(
                FileSystemException.class,
                () -> new RootedPath(inside, null).child("link").read());
        assertEquals("outside", Files.readString(outside.resolve("file")));
    }

    /** Opening a FIFO would block forever. */
    @Test
    void aFifoIsNotOpened() throws Exception {
        fifo(inside.resolve("pipe"));
        assertEquals(
                inside.resolve("pipe") + ": it is not a regular file",
                assertThrows(FileSystemException.class, () -> confined("pipe").read())
                        .getMessage());
        assertThrows(FileSystemException.class, () -> confined("pipe").write());
        assertThrows(FileSystemException.class, () -> confined("pipe").change());
        assertThrows(FileSystemException.class, () -> new RootedPath(inside.resolve("pipe"), null).read());
    }

    /** Another thread repeatedly replaces the folder by a link and restores it. */
    @Test
    void aFolderThatWasReplacedByALinkIsNotUsed() throws Exception {
        Path folder = inside.resolve("folder");
        Path kept = inside.resolve("kept");
        Path link = Files.createSymbolicLink(inside.resolve("way"), outside);
        AtomicBoolean over = new AtomicBoolean();
        Thread other = new Thread(() -> {
            try {
                while (!over.get()) {
                    Files.move(folder, kept);
                    Files.move(link, folder);
                    Files.move(folder, link);
                    Files.move(kept, folder);
                }
            } catch (IOException e) {
                throw new IllegalStateException(e);
            }
        });
        other.start();
        int read = 0;
        for (int i = 0; i < 20_000 || read == 0; i++) {
            try {
                assertEquals("inside", new String(confined("folder/file").readAll(100), StandardCharsets.UTF_8));
                read++;
            } catch (FileSystemException e) {
                // The folder was a link or missing at this moment.
            }
            try {
                confined("folder/new").write().close();
            } catch (FileSystemException e) {
                // The folder was a link or missing at this moment, too.
            }
        }
        over.set(true);
        other.join();
        try (Stream<Path> files = Files.list(outside)) {
            assertEquals(1, files.count());
        }
    }
}
