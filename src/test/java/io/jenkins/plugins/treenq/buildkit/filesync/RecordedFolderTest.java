// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.filesync;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.jenkins.plugins.treenq.buildkit.BuildkitException;
import io.jenkins.plugins.treenq.buildkit.LocalSource;
import io.jenkins.plugins.treenq.buildkit.files.RootedPath;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ReadableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** What a transfer of a recorded folder sends after the folder has changed. */
class RecordedFolderTest {
    private static final String ADVICE = "it was changed after the inputs of the build were compared; with "
            + "skipIfUnchanged, do not change files while their image is built, such as in a parallel branch, or build "
            + "from another folder";

    @TempDir
    Path folder;

    @BeforeEach
    void fill() throws IOException {
        Files.createDirectories(folder.resolve("src/deep"));
        Files.writeString(folder.resolve("src/deep/file"), "content");
        Files.writeString(folder.resolve("src/other"), "more");
        Files.writeString(folder.resolve("empty"), "");
        Files.writeString(folder.resolve("build.log"), "ignored");
        Files.writeString(folder.resolve(".dockerignore"), "*.log\n");
    }

    private SourceContent.Recorded recorded(List<String> excludes, byte[] ignored) throws Exception {
        try (SourceContent content = new SourceContent("context", new LocalSource.Folder(folder), (Path) null)) {
            return content.recorded(excludes, ".dockerignore", ignored);
        }
    }

    private Tree tree(List<String> excludes) throws Exception {
        byte[] ignored = Files.readAllBytes(folder.resolve(".dockerignore"));
        return Tree.of("context", recorded(excludes, ignored).source(), null);
    }

    private static List<String> walk(Tree tree) throws Exception {
        FolderRequest everything = new FolderRequest("context", List.of(), List.of(), List.of());
        ContextWalker walker = new ContextWalker("context", tree, new ContextFilter(everything, tree), () -> false);
        List<String> walked = new ArrayList<>();
        for (ContextWalker.Walked next = walker.next(); next != null; next = walker.next()) {
            walked.add(next.toString());
        }
        return walked;
    }

    private static String content(Tree tree, String path) throws IOException {
        try (FileContent content = FileContent.open(tree, path, tree.entry(path).contentBytes())) {
            ByteBuffer piece = content.read(1 << 16);
            return StandardCharsets.UTF_8.decode(piece).toString();
        }
    }

    private static void assertChanged(Tree tree, String path) {
        IOException failure = assertThrows(IOException.class, () -> content(tree, path));
        BuildkitException.ContextUnreadableException reported = ReadErrors.file("context", path, failure);
        assertEquals("context file '" + path + "' cannot be read: " + ADVICE, reported.getMessage());
    }

    @Test
    void entriesAreThoseOfTheRecordWhateverHappensToTheFolder() throws Exception {
        Tree onDisk = new FolderTree(new RootedPath(folder, null));
        List<String> before = walk(onDisk);
        Tree recorded = tree(List.of());
        assertEquals(before, walk(recorded));

        Files.writeString(folder.resolve("new"), "");
        Files.delete(folder.resolve("src/deep/file"));
        Files.delete(folder.resolve("src/deep"));
        Files.move(folder.resolve("src/other"), folder.resolve("src/others"));
        Files.setLastModifiedTime(folder.resolve("empty"), FileTime.fromMillis(1));
        assertNotEquals(before, walk(onDisk));
        assertEquals(before, walk(recorded));
    }

    @Test
    void onlyTheRecordedContentIsRead() throws Exception {
        Tree recorded = tree(List.of());
        assertEquals("more", content(recorded, "src/other"));
        assertEquals("", content(recorded, "empty"));

        Files.writeString(folder.resolve("src/other"), "MORE");
        assertChanged(recorded, "src/other");
        Files.writeString(folder.resolve("src/other"), "longer");
        assertChanged(recorded, "src/other");
        Files.writeString(folder.resolve("src/other"), "");
        assertChanged(recorded, "src/other");
        Files.delete(folder.resolve("src/other"));
        assertChanged(recorded, "src/other");
        Files.createDirectory(folder.resolve("src/other"));
        assertChanged(recorded, "src/other");
        Files.writeString(folder.resolve("empty"), "1");
        assertChanged(recorded, "empty");
        // The folder of the file is another one.
        Files.move(folder.resolve("src/deep"), folder.resolve("src/away"));
        assertChanged(recorded, "src/deep/file");
        Files.createDirectory(folder.resolve("src/deep"));
        Files.writeString(folder.resolve("src/deep/file"), "Content");
        assertChanged(recorded, "src/deep/file");

        // Changed and changed back.
        Files.delete(folder.resolve("src/other"));
        Files.writeString(folder.resolve("src/other"), "more");
        assertEquals("more", content(recorded, "src/other"));
    }

    @Test
    @DisabledOnOs(OS.WINDOWS)
    void aLinkDoesNotReplaceARecordedFile() throws Exception {
        Tree recorded = tree(List.of());
        Files.move(folder.resolve("src/other"), folder.resolve("same"));
        Files.createSymbolicLink(folder.resolve("src/other"), Path.of("../same"));
        assertChanged(recorded, "src/other");
        Files.move(folder.resolve("src/deep"), folder.resolve("deep"));
        Files.createSymbolicLink(folder.resolve("src/deep"), Path.of("../deep"));
        assertChanged(recorded, "src/deep/file");
    }

    /** The reader gets no last piece of another content, also if the content changes while it is being read. */
    @Test
    void aLargeFileIsVerifiedBeforeItsLastPiece() throws Exception {
        byte[] large = new byte[1 << 20];
        Files.write(folder.resolve("large"), large);
        Tree recorded = tree(List.of());
        try (FileContent content = FileContent.open(recorded, "large", large.length)) {
            content.read(1 << 19);
            large[large.length - 1] = 1;
            Files.write(folder.resolve("large"), large);
            assertThrows(IOException.class, () -> content.read(1 << 19));
        }
        large[large.length - 1] = 0;
        Files.write(folder.resolve("large"), large);
        try (FileContent content = FileContent.open(recorded, "large", large.length)) {
            ByteBuffer all = ByteBuffer.allocate(large.length);
            for (ByteBuffer piece = content.read(1000); piece.hasRemaining(); piece = content.read(1000)) {
                all.put(piece);
            }
            assertArrayEquals(large, all.array());
        }
    }

    @Test
    void theIgnoreFileIsSentAlthoughItExcludesItself() throws Exception {
        Files.writeString(folder.resolve(".dockerignore"), "*\n!src\n");
        Tree recorded = tree(List.of("*", "!src"));
        Files.writeString(folder.resolve(".dockerignore"), "src\n");
        assertEquals(List.of(".dockerignore", "src"), List.of(recorded.names("")));
        assertEquals("*\n!src\n", content(recorded, ".dockerignore"));
    }

    @Test
    void anIgnoreFileThatChangesWhileTheFolderIsReadIsNoticed() throws Exception {
        byte[] other = "*.txt\n".getBytes(StandardCharsets.UTF_8);
        for (byte[] ignored : new byte[][] {other, null}) {
            BuildkitException failure = assertThrows(
                    BuildkitException.ContextUnreadableException.class, () -> recorded(List.of("*.log"), ignored));
            assertEquals(
                    "context file '.dockerignore' cannot be read: it was changed while it was being read",
                    failure.getMessage());
        }
    }

    /**
     * The daemon does not request a file that it has from an earlier build with the same size and time. The recorded
     * time must therefore be that of the recorded content.
     */
    @Test
    void aFileThatChangesAfterItsTimeWasReadIsNoticed() throws Exception {
        LocalSource source = new LocalSource.Folder(folder);
        FolderTree onDisk = new FolderTree(new RootedPath(folder, null));
        Tree changing = new Tree() {
            @Override
            public String[] names(String path) throws IOException {
                return onDisk.names(path);
            }

            @Override
            public Entry entry(String path) throws IOException {
                return onDisk.entry(path);
            }

            @Override
            public ReadableByteChannel open(String path) throws IOException {
                if (path.equals("src/other")) {
                    Files.writeString(folder.resolve(path), "MORE");
                    Files.setLastModifiedTime(folder.resolve(path), FileTime.fromMillis(1));
                }
                return onDisk.open(path);
            }
        };
        try (SourceContent content = new SourceContent("context", source, changing)) {
            BuildkitException failure = assertThrows(
                    BuildkitException.ContextUnreadableException.class, () -> content.recorded(List.of(), null, null));
            assertEquals(
                    "context file 'src/other' cannot be read: it was changed while it was being read",
                    failure.getMessage());
        }
    }

    @Test
    void manyEntriesAreFoundAgain() throws Exception {
        for (int i = 0; i < 3000; i++) {
            Path parent = Files.createDirectories(folder.resolve("many/" + i % 50));
            Files.writeString(parent.resolve("file-" + i), Integer.toString(i));
        }
        Tree recorded = tree(List.of("**/file-7"));
        assertEquals(50, recorded.names("many").length);
        assertTrue(IntStream.range(0, 3000).filter(i -> i != 7).allMatch(i -> {
            try {
                return content(recorded, "many/" + i % 50 + "/file-" + i).equals(Integer.toString(i));
            } catch (IOException e) {
                return false;
            }
        }));
        assertThrows(java.nio.file.NoSuchFileException.class, () -> recorded.entry("many/7/file-7"));
    }
}
