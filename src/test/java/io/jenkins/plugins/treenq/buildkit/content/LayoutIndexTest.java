// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.content;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.jenkins.plugins.treenq.buildkit.Digest;
import io.jenkins.plugins.treenq.buildkit.files.RootedPath;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LayoutIndexTest {
    @TempDir
    Path scratch;

    private static String digest(int number) {
        return "sha256:" + String.format("%064x", number);
    }

    private static String descriptor(int number) {
        return "{\"platform\":{\"architecture\":\"amd64\",\"os\":\"linux\"},\"size\":" + number + ",\"digest\":\""
                + digest(number) + "\",\"mediaType\":\"t\",\"annotations\":{\"z\":\"<&>\"}}";
    }

    @Test
    void theFirstEntryCreatesALayoutInTheFormatOfGo() throws Exception {
        Path folder = scratch.resolve("new/one");
        new LayoutIndex(new RootedPath(folder, null))
                .put(descriptor(1), List.of(LayoutIndex.Name.ofImage("docker.io/library/x:1.2")));
        assertEquals("{\"imageLayoutVersion\":\"1.0.0\"}", Files.readString(folder.resolve("oci-layout")));
        assertEquals(
                "{\"schemaVersion\":2,\"mediaType\":\"application/vnd.oci.image.index.v1+json\",\"manifests\":["
                        + "{\"mediaType\":\"t\",\"digest\":\"" + digest(1) + "\",\"size\":1,\"annotations\":{"
                        + "\"io.containerd.image.name\":\"docker.io/library/x:1.2\","
                        + "\"org.opencontainers.image.ref.name\":\"1.2\",\"z\":\"<&>\"},"
                        + "\"platform\":{\"architecture\":\"amd64\",\"os\":\"linux\"}}]}",
                Files.readString(folder.resolve("index.json")));
        assertEquals(2, folder.toFile().list().length);
    }

    @Test
    void aNameIsRemovedFromItsOlderEntryOnly() throws Exception {
        LayoutIndex index = new LayoutIndex(new RootedPath(scratch, null));
        index.put(descriptor(1), List.of(LayoutIndex.Name.ofTag("a"), LayoutIndex.Name.ofTag("b")));
        index.put(descriptor(2), List.of(LayoutIndex.Name.ofTag("b")));
        index.put(descriptor(3), List.of(LayoutIndex.Name.ofImage("example.com/c:b")));
        assertEquals(Optional.of(new Digest(digest(1))), index.find("a"));
        assertEquals(Optional.of(new Digest(digest(2))), index.find("b"));
        assertEquals(Optional.of(new Digest(digest(3))), index.find("example.com/c:b"));
        assertEquals(Optional.empty(), index.find("c"));
    }

    @Test
    void withoutATagLatestOrTheOnlyImageIsMeant() throws Exception {
        LayoutIndex index = new LayoutIndex(new RootedPath(scratch, null));
        index.put(descriptor(1), List.of(LayoutIndex.Name.ofTag("a")));
        assertEquals(Optional.of(new Digest(digest(1))), index.untagged());
        index.put(descriptor(2), List.of(LayoutIndex.Name.ofTag("b")));
        assertEquals(Optional.empty(), index.untagged());
        index.put(descriptor(3), List.of(LayoutIndex.Name.ofTag("latest")));
        assertEquals(Optional.of(new Digest(digest(3))), index.untagged());
    }

    @Test
    void aTagIsTheTextAfterTheImagesPath() {
        assertEquals("1.2", LayoutIndex.Name.ofImage("example.com:5000/x/y:1.2").tag());
        assertEquals(
                "@sha256:0", LayoutIndex.Name.ofImage("example.com/x@sha256:0").tag());
        assertEquals(
                "1@sha256:0",
                LayoutIndex.Name.ofImage("example.com/x:1@sha256:0").tag());
        assertEquals("", LayoutIndex.Name.ofImage("example.com/x").tag());
    }

    @Test
    void anIndexIsNeitherReadThroughALinkNorBeyondABoundNorQuoted(@TempDir Path outside) throws Exception {
        LayoutIndex index = new LayoutIndex(new RootedPath(scratch, scratch.toRealPath()));
        Path file = scratch.resolve("index.json");
        Path secret = Files.writeString(outside.resolve("secret"), "\"the-secret-of-another\"");
        Files.createSymbolicLink(file, secret);
        assertEquals(
                file + ": it is not a regular file",
                assertThrows(IOException.class, () -> index.find("x")).getMessage());
        assertThrows(IOException.class, () -> index.put(descriptor(1), List.of(LayoutIndex.Name.ofTag("x"))));
        Files.delete(file);
        Files.copy(secret, file);
        assertEquals(
                "its index.json is not a JSON object",
                assertThrows(IOException.class, () -> index.find("x")).getMessage());
        try (FileChannel large = FileChannel.open(file, StandardOpenOption.WRITE)) {
            // The file is sparse, so it uses no disk space.
            large.write(ByteBuffer.wrap(new byte[] {' '}), 1L << 33);
        }
        assertEquals(
                file + ": it is larger than 16777216 bytes",
                assertThrows(IOException.class, () -> index.find("x")).getMessage());
        Files.delete(file);
        assertEquals(0, new ProcessBuilder("mkfifo", file.toString()).start().waitFor());
        assertThrows(IOException.class, () -> index.find("x"));
    }

    @Test
    void nothingIsWrittenThroughALink(@TempDir Path outside) throws Exception {
        Path victim = Files.writeString(outside.resolve("victim"), "kept");
        Files.createSymbolicLink(scratch.resolve("oci-layout"), victim);
        Files.createSymbolicLink(scratch.resolve("away"), outside);
        for (Path folder : List.of(scratch, scratch.resolve("away"), scratch.resolve("away/new"))) {
            LayoutIndex index = new LayoutIndex(new RootedPath(folder, scratch));
            assertThrows(IOException.class, () -> index.put(descriptor(1), List.of(LayoutIndex.Name.ofTag("x"))));
        }
        assertEquals("kept", Files.readString(victim));
        try (Stream<Path> files = Files.list(outside)) {
            assertEquals(List.of(victim), files.toList());
        }
    }

    @Test
    void anInvalidIndexIsReportedAndNotChanged() throws Exception {
        Path file = scratch.resolve("index.json");
        for (String text : List.of(
                "", "[]", "{", "{\"manifests\":[{\"annotations\":{\"org.opencontainers.image.ref.name\":\"x\"}}]}")) {
            Files.writeString(file, text);
            assertThrows(IOException.class, () -> new LayoutIndex(new RootedPath(scratch, null)).find("x"), text);
            assertEquals(text, Files.readString(file));
        }
        Files.writeString(
                file,
                "{\"manifests\":[7,{\"annotations\":7},{\"annotations\":{\"org.opencontainers.image.ref.name\":7}}]}");
        assertEquals(Optional.empty(), new LayoutIndex(new RootedPath(scratch, null)).find("x"));
    }

    @Test
    void concurrentWritesLoseNoEntry() throws Exception {
        int writers = 16;
        ExecutorService threads = Executors.newFixedThreadPool(writers);
        try {
            List<Callable<Void>> work = new ArrayList<>();
            for (int i = 0; i < writers; i++) {
                int number = i;
                work.add(() -> {
                    new LayoutIndex(new RootedPath(scratch, null))
                            .put(descriptor(number), List.of(LayoutIndex.Name.ofTag("t" + number)));
                    return null;
                });
            }
            for (Future<Void> done : threads.invokeAll(work)) {
                done.get();
            }
        } finally {
            threads.shutdownNow();
        }
        for (int i = 0; i < writers; i++) {
            assertEquals(
                    Optional.of(new Digest(digest(i))), new LayoutIndex(new RootedPath(scratch, null)).find("t" + i));
        }
    }
}
