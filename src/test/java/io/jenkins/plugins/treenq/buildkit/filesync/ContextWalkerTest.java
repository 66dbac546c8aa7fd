// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.filesync;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assumptions.assumeFalse;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.google.protobuf.ByteString;
import io.jenkins.plugins.treenq.buildkit.BuildkitException;
import io.jenkins.plugins.treenq.buildkit.LocalSource;
import io.jenkins.plugins.treenq.buildkit.files.RootedPath;
import io.jenkins.plugins.treenq.buildkit.fsutil.FileMode;
import io.jenkins.plugins.treenq.buildkit.wire.filetransfer.Stat;
import java.io.IOException;
import java.math.BigDecimal;
import java.net.StandardProtocolFamily;
import java.net.URI;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ContextWalkerTest {
    @TempDir
    Path folder;

    @Test
    void announcesTheTimesOfTheFileSystem() throws Exception {
        Path file = Files.createFile(folder.resolve("a"));
        FileTime time = FileTime.from(Instant.ofEpochSecond(1_700_000_000, 123_456_789));
        Files.setLastModifiedTime(file, time);
        // Some file systems store less exact times; the expected time is that on the disk.
        long onDisk = Files.getLastModifiedTime(file).to(TimeUnit.NANOSECONDS);
        assertEquals(onDisk, walk().get(0).getModTime());
    }

    /** All common file systems of Linux have nanoseconds. The expected times do not come from Java. */
    @ParameterizedTest
    @ValueSource(
            longs = {
                1_700_000_000_123_456_789L,
                1_700_000_000_000_000_001L,
                1_700_000_000_000_000_000L,
                0,
                1,
                -1,
                -1_700_000_000_123_456_789L
            })
    @EnabledOnOs(OS.LINUX)
    void announcesTimesToTheNanosecond(long nanos) throws Exception {
        Files.createFile(folder.resolve("file"));
        Files.createDirectory(folder.resolve("folder"));
        Files.createSymbolicLink(folder.resolve("link"), Path.of("file"));
        String time = "@" + BigDecimal.valueOf(nanos, 9).toPlainString();
        for (String name : List.of("file", "folder", "link")) {
            SpecialFiles.run("touch", "-h", "-d", time, folder.resolve(name).toString());
        }
        List<Stat> walk = walk();
        assertEquals(List.of("file", "folder", "link"), paths(walk));
        assertEquals(
                List.of(nanos, nanos, nanos),
                walk.stream().map(Stat::getModTime).toList());
    }

    @Test
    @DisabledOnOs(OS.WINDOWS)
    void announcesRootAsTheOwner() throws Exception {
        Files.createFile(folder.resolve("a"));
        Stat stat = walk().get(0);
        assertEquals(0, stat.getUid());
        assertEquals(0, stat.getGid());
        assertEquals(0, stat.getXattrsCount());
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void convertsSpecialBitsAndFileTypes() throws Exception {
        Files.setAttribute(Files.createFile(folder.resolve("a")), "unix:mode", 06755);
        Files.setAttribute(Files.createDirectory(folder.resolve("b")), "unix:mode", 01777);
        SpecialFiles.fifo(folder.resolve("c"));
        Files.setAttribute(folder.resolve("c"), "unix:mode", 0600);
        Files.createSymbolicLink(folder.resolve("d"), Path.of("no/where"));
        List<Stat> walk = walk();
        assertEquals(
                List.of(
                        FileMode.SET_UID | FileMode.SET_GID | 0755,
                        FileMode.FOLDER | FileMode.STICKY | 0777,
                        FileMode.FIFO | 0600,
                        FileMode.SYMLINK | 0777),
                walk.stream().map(Stat::getMode).toList());
        assertEquals("no/where", walk.get(3).getLinkname().toStringUtf8());
        assertEquals(8, walk.get(3).getSize());
        assertEquals(0, walk.get(1).getSize());
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void announcesASocketAsAnEmptyFile() throws Exception {
        Path socket = folder.resolve("s");
        try (ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            server.bind(UnixDomainSocketAddress.of(socket));
            Files.setAttribute(socket, "unix:mode", 0700);
            ContextWalker.Walked walked = walker(new FolderTree(new RootedPath(folder, null)), List.of())
                    .next();
            assertEquals(0700, walked.stat().getMode());
            assertEquals(Entry.HOLLOW, walked.sizeBytes());
        }
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void announcesTheNumbersOfADevice() throws Exception {
        try {
            SpecialFiles.run("mknod", folder.resolve("null").toString(), "c", "1", "3");
        } catch (IOException e) {
            assumeFalse(true, "only root can make devices");
        }
        Stat stat = walk().get(0);
        assertEquals(FileMode.DEVICE | FileMode.CHARACTER_DEVICE, stat.getMode() & ~0777);
        assertEquals(1, stat.getDevmajor());
        assertEquals(3, stat.getDevminor());
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void announcesHardLinksToTheFirstNameThatIsSent() throws Exception {
        Files.write(folder.resolve("a"), new byte[3]);
        Files.createLink(folder.resolve("b"), folder.resolve("a"));
        Files.createLink(folder.resolve("c"), folder.resolve("a"));
        List<Stat> walk = walk("a");
        assertEquals(List.of("b", "c"), paths(walk));
        assertEquals(
                List.of("", "b"),
                walk.stream().map(stat -> stat.getLinkname().toStringUtf8()).toList());
        assertEquals(List.of(3L, 3L), walk.stream().map(Stat::getSize).toList());
    }

    @Test
    void omitsEntriesThatWereDeletedDuringTheWalk() throws Exception {
        Files.createFile(folder.resolve("a"));
        Files.createFile(folder.resolve("b"));
        Files.createFile(folder.resolve("c"));
        ContextWalker walker = walker(new FolderTree(new RootedPath(folder, null)), List.of());
        Files.delete(folder.resolve("b"));
        assertEquals("a", walker.next().stat().getPath().toStringUtf8());
        assertEquals("c", walker.next().stat().getPath().toStringUtf8());
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void doesNotFollowALinkThatReplacedAFolder(@TempDir Path outside) throws Exception {
        Files.createFile(outside.resolve("secret"));
        Files.createFile(Files.createDirectory(folder.resolve("a")).resolve("secret"));
        FolderTree tree = new FolderTree(new RootedPath(folder, null));
        Files.delete(folder.resolve("a/secret"));
        Files.delete(folder.resolve("a"));
        Files.createSymbolicLink(folder.resolve("a"), outside);
        assertThrows(IOException.class, () -> tree.names("a"));
        assertThrows(IOException.class, () -> tree.open("a/secret").close());
        Files.createSymbolicLink(folder.resolve("b"), outside.resolve("secret"));
        assertThrows(IOException.class, () -> tree.open("b").close());
    }

    @Test
    void opensARootThatIsALink(@TempDir Path elsewhere) throws Exception {
        Files.createFile(folder.resolve("a"));
        Path link = Files.createSymbolicLink(elsewhere.resolve("link"), folder);
        ContextWalker walker = walker(new FolderTree(new RootedPath(link, null)), List.of());
        assertEquals("a", walker.next().stat().getPath().toStringUtf8());
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void announcesNamesByteForByte() throws Exception {
        Files.createFile(folder.resolve("日"));
        // The first two bytes of that character, then another one.
        Files.createFile(Path.of(URI.create(folder.toUri() + "%E6%97a")));
        Path link = Path.of(URI.create(folder.toUri() + "%FF"));
        Files.createSymbolicLink(link, folder.relativize(Path.of(URI.create(folder.toUri() + "%C3"))));
        List<Stat> walk = walk();
        assertEquals(
                List.of("e69761", "e697a5", "ff"),
                walk.stream().map(stat -> hex(stat.getPath())).toList());
        assertEquals("c3", hex(walk.get(2).getLinkname()));
        assertEquals(List.of("日"), paths(walk("?[^x]a", "[^日]")));
    }

    private static String hex(ByteString bytes) {
        return HexFormat.of().formatHex(bytes.toByteArray());
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void timesOutsideOfTheRangeOverflowLikeInGo() throws Exception {
        Path file = Files.createFile(folder.resolve("a"));
        SpecialFiles.run("touch", "-d", "@10413792000", file.toString());
        assumeTrue(
                Files.getLastModifiedTime(file).to(TimeUnit.SECONDS) == 10413792000L, "this file system cannot say it");
        assertEquals(10413792000L * 1_000_000_000, walk().get(0).getModTime());
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void reportsAFolderThatCannotBeRead() throws Exception {
        Path closed = Files.createDirectories(folder.resolve("a/closed"));
        Files.createFile(closed.resolve("x"));
        Files.setPosixFilePermissions(closed, PosixFilePermissions.fromString("---------"));
        try {
            assumeFalse(Files.isReadable(closed), "root may read everything");
            BuildkitException.ContextUnreadableException failure =
                    assertThrows(BuildkitException.ContextUnreadableException.class, this::walk);
            assertEquals("context folder 'a/closed' cannot be read: permission denied", failure.getMessage());
            assertEquals(List.of("a"), paths(walk("a/closed")));
            // The exception could match an entry of the folder, but does not match the folder itself.
            assertEquals(List.of("a"), paths(walk("a/closed", "!a/closed/x")));
        } finally {
            Files.setPosixFilePermissions(closed, PosixFilePermissions.fromString("rwx------"));
        }
    }

    @Test
    void doesNotAccessPathsThatCannotBeWanted() throws Exception {
        List<String> looked = new ArrayList<>();
        Tree tree = new Tree() {
            @Override
            public String[] names(String path) {
                return path.isEmpty() ? new String[] {"a", "b", "c"} : new String[] {"d", "e"};
            }

            @Override
            public Entry entry(String path) {
                looked.add(path);
                return new Entry(path.equals("b") ? FileMode.FOLDER | 0755 : 0644, 0, 0, "", null, null, false);
            }

            @Override
            public ReadableByteChannel open(String path) throws IOException {
                throw new NoSuchFileException(path);
            }
        };
        ContextWalker walker = walker(tree, List.of("*", "!b/d"));
        assertEquals("b", walker.next().stat().getPath().toStringUtf8());
        assertEquals("b/d", walker.next().stat().getPath().toStringUtf8());
        assertEquals(null, walker.next());
        assertEquals(List.of("b", "b/d"), looked);
    }

    @Test
    void stopsOnRequest() throws Exception {
        Files.createFile(folder.resolve("a"));
        FolderTree tree = new FolderTree(new RootedPath(folder, null));
        FolderRequest request = new FolderRequest("context", List.of(), List.of(), List.of());
        ContextWalker walker = new ContextWalker("context", tree, new ContextFilter(request, tree), () -> true);
        assertEquals(null, walker.next());
    }

    @Test
    void sendsFilesFromMemoryInOrder() throws Exception {
        MemoryTree tree = new MemoryTree(new LocalSource.Files(
                Map.of("Dockerfile", new byte[5], ".dockerignore", new byte[1], "dockerfile", new byte[0])));
        ContextWalker walker = walker(tree, List.of());
        List<Stat> walk = walk(walker);
        assertEquals(List.of(".dockerignore", "Dockerfile", "dockerfile"), paths(walk));
        assertEquals(List.of(1L, 5L, 0L), walk.stream().map(Stat::getSize).toList());
        assertEquals(0644, walk.get(0).getMode());
    }

    /**
     * Otherwise the daemon could mistake a Dockerfile for another one of the same length, such as that of a parallel
     * branch.
     */
    @Test
    void filesInMemoryNeverHaveTheSameTimeTwice() throws Exception {
        LocalSource.Files files = new LocalSource.Files(Map.of("Dockerfile", new byte[5]));
        Clock coarse = Clock.fixed(Instant.now().plusSeconds(3600), ZoneOffset.UTC);
        Set<Long> times = new HashSet<>();
        for (int i = 0; i < 3; i++) {
            times.add(new MemoryTree(files, coarse).entry("Dockerfile").modificationTimeNanos());
        }
        assertEquals(3, times.size());
    }

    private List<Stat> walk(String... excludes) throws Exception {
        return walk(walker(new FolderTree(new RootedPath(folder, null)), List.of(excludes)));
    }

    private static ContextWalker walker(Tree tree, List<String> excludes) throws Exception {
        FolderRequest request = new FolderRequest("context", List.of(), excludes, List.of());
        return new ContextWalker("context", tree, new ContextFilter(request, tree), () -> false);
    }

    private static List<String> paths(List<Stat> walk) {
        return walk.stream().map(stat -> stat.getPath().toStringUtf8()).toList();
    }

    private static List<Stat> walk(ContextWalker walker) throws Exception {
        List<Stat> walk = new ArrayList<>();
        for (ContextWalker.Walked next = walker.next(); next != null; next = walker.next()) {
            walk.add(next.stat());
        }
        return walk;
    }
}
