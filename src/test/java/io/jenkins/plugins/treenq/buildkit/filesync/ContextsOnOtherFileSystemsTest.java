// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.filesync;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.jimfs.Configuration;
import com.google.common.jimfs.Jimfs;
import io.jenkins.plugins.treenq.buildkit.LocalSource;
import io.jenkins.plugins.treenq.buildkit.compression.CompressionDecision;
import io.jenkins.plugins.treenq.buildkit.files.RootedPath;
import io.jenkins.plugins.treenq.buildkit.fsutil.FileMode;
import io.jenkins.plugins.treenq.buildkit.wire.filetransfer.Stat;
import java.io.InputStream;
import java.nio.channels.Channels;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystem;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * Contexts on file systems of other operating systems, in memory. The expected results are those of fsutil on these
 * systems according to its sources; it was not run ({@code stat.go}, {@code followlinks.go}, {@code filter.go}; Go's
 * {@code os/types_windows.go}).
 */
class ContextsOnOtherFileSystemsTest {
    private static final int FILE = 0755;
    private static final int READ_ONLY = 0555;

    private FileSystem system;

    @AfterEach
    void close() throws Exception {
        system.close();
    }

    private Path windows() throws Exception {
        system = Jimfs.newFileSystem(Configuration.windows().toBuilder()
                .setAttributeViews("basic", "dos")
                .build());
        return Files.createDirectories(system.getPath("C:\\work\\context"));
    }

    private Path macOs() throws Exception {
        system = Jimfs.newFileSystem(Configuration.osX());
        return Files.createDirectories(system.getPath("/work/context"));
    }

    private static Path write(Path folder, String path, String content) throws Exception {
        Path file = folder.resolve(path);
        Files.createDirectories(file.getParent());
        Files.writeString(file, content);
        Files.setLastModifiedTime(file, FileTime.from(7, TimeUnit.SECONDS));
        return file;
    }

    private static List<Stat> walk(Path folder, FolderRequest request) throws Exception {
        FolderTree tree = new FolderTree(new RootedPath(folder, null));
        ContextWalker walker = new ContextWalker("context", tree, new ContextFilter(request, tree), () -> false);
        List<Stat> stats = new ArrayList<>();
        for (ContextWalker.Walked next = walker.next(); next != null; next = walker.next()) {
            stats.add(next.stat());
        }
        return stats;
    }

    private static Map<String, Stat> walk(Path folder) throws Exception {
        return walk(folder, new FolderRequest("context", List.of(), List.of(), List.of())).stream()
                .collect(Collectors.toMap(stat -> stat.getPath().toStringUtf8(), stat -> stat));
    }

    private static List<String> paths(List<Stat> stats) {
        return stats.stream().map(stat -> stat.getPath().toStringUtf8()).toList();
    }

    @Test
    void windowsFilesAreExecutableAndReadOnlyFilesNotWritable() throws Exception {
        Path folder = windows();
        write(folder, "dir\\file", "content");
        Files.setAttribute(write(folder, "fixed", "x"), "dos:readonly", true);
        Files.createSymbolicLink(folder.resolve("link"), system.getPath("dir\\file"));
        Map<String, Stat> walk = walk(folder);
        assertEquals(
                List.of("dir", "dir/file", "fixed", "link"),
                walk.keySet().stream().sorted().toList());
        assertEquals(FileMode.FOLDER | FILE, walk.get("dir").getMode());
        assertEquals(FILE, walk.get("dir/file").getMode());
        assertEquals(7, walk.get("dir/file").getSize());
        assertEquals(7_000_000_000L, walk.get("dir/file").getModTime());
        assertEquals(READ_ONLY, walk.get("fixed").getMode());
        assertEquals(FileMode.SYMLINK | FILE, walk.get("link").getMode());
        assertEquals("dir/file", walk.get("link").getLinkname().toStringUtf8());
    }

    @Test
    void hardLinksOnWindowsAreSentAsSeparateFiles() throws Exception {
        Path folder = windows();
        Files.createLink(folder.resolve("b"), write(folder, "a", "same"));
        Map<String, Stat> walk = walk(folder);
        assertEquals("", walk.get("b").getLinkname().toStringUtf8());
        assertEquals(4, walk.get("b").getSize());
    }

    @Test
    void patternsOnWindowsSeparateNamesWithEitherSlash() throws Exception {
        Path folder = windows();
        for (String path : List.of("a\\keep", "a\\drop", "b\\keep", "b\\drop")) {
            write(folder, path, "");
        }
        assertEquals(
                List.of("a", "a/keep", "b", "b/keep"),
                paths(walk(folder, new FolderRequest("context", List.of(), List.of("a\\drop", "b/drop"), List.of()))));
        assertEquals(
                List.of("a", "a/keep"),
                paths(walk(folder, new FolderRequest("context", List.of(), List.of(), List.of("a\\keep")))));
    }

    @Test
    void patternsOnWindowsAreCaseSensitiveAsInGo() throws Exception {
        Path folder = windows();
        write(folder, "Sub\\File", "");
        assertEquals(
                List.of("Sub", "Sub/File"),
                paths(walk(folder, new FolderRequest("context", List.of(), List.of("sub/file"), List.of()))));
    }

    @Test
    void absoluteLinksOnWindowsAreResolvedInTheContext() throws Exception {
        Path folder = windows();
        write(folder, "dir\\target", "");
        write(folder, "other\\dir\\target", "");
        Files.createSymbolicLink(folder.resolve("volume"), system.getPath("C:\\dir\\target"));
        Files.createSymbolicLink(folder.resolve("other\\relative"), system.getPath("dir\\target"));
        assertEquals(
                List.of("dir", "dir/target", "other", "other/dir", "other/dir/target", "other/relative", "volume"),
                paths(walk(
                        folder,
                        new FolderRequest("context", List.of(), List.of(), List.of("volume", "C:/other/relative")))));
    }

    @Test
    void invalidNamesOnWindowsAreNotFound() throws Exception {
        Path folder = windows();
        write(folder, "file", "");
        assertEquals(
                List.of(),
                paths(walk(folder, new FolderRequest("context", List.of(), List.of(), List.of("a<b", "c:d", "e|f")))));
    }

    @Test
    void namesThatDifferInCaseReadTheSameFile() throws Exception {
        for (Path folder : List.of(windows(), macOs())) {
            write(folder.resolve("Sub"), "File", "content");
            FolderTree tree = new FolderTree(new RootedPath(folder, null));
            assertArrayEquals(new String[] {"File"}, tree.names("sub"));
            try (InputStream in = Channels.newInputStream(tree.open("SUB/FILE"))) {
                assertEquals("content", new String(in.readAllBytes(), StandardCharsets.UTF_8));
            }
        }
    }

    @Test
    void aLinkIsNotFollowedByANameThatDiffersInCase() throws Exception {
        for (Path folder : List.of(windows(), macOs())) {
            Path outside = Files.createDirectories(folder.resolveSibling("outside"));
            write(outside, "file", "secret");
            Files.createSymbolicLink(folder.resolve("link"), outside);
            FolderTree tree = new FolderTree(new RootedPath(folder, null));
            assertThrows(FileSystemException.class, () -> tree.names("LINK"));
            assertThrows(FileSystemException.class, () -> tree.open("Link/file").close());
        }
    }

    @Test
    void decomposedNamesOnMacOsAreSentAsTheyAreListed() throws Exception {
        Path folder = macOs();
        write(folder, "A\u0308/e\u0301", "content");
        write(folder, "z", "");
        List<Stat> walk = walk(folder, new FolderRequest("context", List.of(), List.of("z"), List.of()));
        List<String> listed = new ArrayList<>();
        try (Stream<Path> all = Files.walk(folder)) {
            all.skip(1).map(path -> folder.relativize(path).toString()).forEach(listed::add);
        }
        listed.remove("z");
        assertEquals(listed, paths(walk));
        try (InputStream in =
                Channels.newInputStream(new FolderTree(new RootedPath(folder, null)).open(listed.get(1)))) {
            assertEquals("content", new String(in.readAllBytes(), StandardCharsets.UTF_8));
        }
    }

    @Test
    void aFolderOnWindowsIsTransferred() throws Exception {
        Path folder = windows();
        write(folder, "dir\\file", "content");
        ExecutorService executor = Executors.newCachedThreadPool();
        List<Throwable> failures = new ArrayList<>();
        try (LocalDaemon daemon = new LocalDaemon(new FileSyncService(
                Map.of("context", new LocalSource.Folder(folder)),
                null,
                executor,
                failures::add,
                new CompressionDecision(true)))) {
            LocalDaemon.Transfer transfer = daemon.fetch("context");
            assertEquals(List.of("dir", "dir/file"), paths(transfer.walk()));
            transfer.request(1);
            assertEquals("content", new String(transfer.content(1), StandardCharsets.UTF_8));
            assertTrue(failures.isEmpty(), failures.toString());
        } finally {
            executor.shutdownNow();
        }
    }
}
