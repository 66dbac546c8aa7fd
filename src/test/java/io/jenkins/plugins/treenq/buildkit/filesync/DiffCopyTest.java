// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.filesync;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import io.grpc.Status;
import io.jenkins.plugins.treenq.buildkit.LocalSource;
import io.jenkins.plugins.treenq.buildkit.compression.CompressionDecision;
import io.jenkins.plugins.treenq.buildkit.fsutil.FileNames;
import io.jenkins.plugins.treenq.buildkit.wire.filetransfer.Packet;
import io.jenkins.plugins.treenq.buildkit.wire.filetransfer.Packet.PacketType;
import io.jenkins.plugins.treenq.buildkit.wire.filetransfer.Stat;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.ReadableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(300)
class DiffCopyTest {
    /** Larger than all buffers of HTTP/2 and of this client. */
    private static final int LARGE_BYTES = 64 << 20;

    @TempDir
    Path folder;

    private final ThreadPoolExecutor executor = (ThreadPoolExecutor) Executors.newCachedThreadPool();
    private final List<Throwable> failures = Collections.synchronizedList(new ArrayList<>());
    private LocalDaemon daemon;

    @BeforeEach
    void start() throws IOException {
        daemon = new LocalDaemon(new FileSyncService(
                Map.of(
                        "context",
                        new LocalSource.Folder(folder),
                        "dockerfile",
                        new LocalSource.Files(Map.of("Dockerfile", "FROM scratch".getBytes(StandardCharsets.UTF_8))),
                        "nowhere",
                        new LocalSource.Folder(folder.resolve("nowhere"))),
                null,
                executor,
                failures::add,
                new CompressionDecision(true)));
    }

    @AfterEach
    void stop() {
        daemon.close();
        executor.shutdownNow();
    }

    @Test
    void sendsTheStatsThenTheRequestedContentAndEndsAfterFin() throws Exception {
        Files.createDirectory(folder.resolve("a"));
        byte[] large = random(200_000);
        Files.write(folder.resolve("a/large"), large);
        Files.write(folder.resolve("a-b"), new byte[0]);
        Files.write(folder.resolve("small"), new byte[] {1, 2, 3});

        LocalDaemon.Transfer transfer = daemon.fetch("context");
        assertEquals(List.of("a", "a/large", "a-b", "small"), paths(transfer.walk()));
        transfer.request(1);
        assertArrayEquals(large, transfer.content(1));
        transfer.request(3);
        assertArrayEquals(new byte[] {1, 2, 3}, transfer.content(3));
        transfer.request(2);
        assertArrayEquals(new byte[0], transfer.content(2));
        finish(transfer);
        assertEquals(List.of(), failures);
    }

    @Test
    void compressesOnlyContentThatBecomesSmaller() throws Exception {
        byte[] text = "a line of text\n".repeat(20_000).getBytes(StandardCharsets.UTF_8);
        byte[] random = random(200_000);
        byte[] tiny = "tiny".getBytes(StandardCharsets.UTF_8);
        Files.write(folder.resolve("a"), text);
        Files.write(folder.resolve("b"), random);
        Files.write(folder.resolve("c"), tiny);
        FileSyncService service = new FileSyncService(
                Map.of("context", new LocalSource.Folder(folder)),
                null,
                executor,
                failures::add,
                LocalDaemon.compressing());
        try (LocalDaemon compressed = new LocalDaemon(service)) {
            LocalDaemon.Transfer transfer = compressed.fetch("context");
            assertEquals(List.of("a", "b", "c"), paths(transfer.walk()));
            transfer.request(0);
            assertArrayEquals(text, transfer.content(0));
            long[] received = compressed.receivedBytes();
            assertTrue(received[0] < 10_000 && received[1] > text.length, Arrays.toString(received));
            transfer.request(1);
            assertArrayEquals(random, transfer.content(1));
            transfer.request(2);
            assertArrayEquals(tiny, transfer.content(2));
            finish(transfer);
            received = compressed.receivedBytes();
            assertEquals(received[0], service.sentBytes().sentBytes());
            assertEquals(received[1], service.sentBytes().contentBytes());
        }
        assertEquals(List.of(), failures);
    }

    /** A daemon without the header {@code grpc-accept-encoding} could not read a compressed message. */
    @Test
    void sendsNothingCompressedToADaemonThatDoesNotAcceptIt() throws Exception {
        Files.writeString(folder.resolve("a"), "a line of text\n".repeat(20_000));
        for (CompressionDecision decision :
                List.of(LocalDaemon.compressing(), new CompressionDecision(false, System::nanoTime))) {
            FileSyncService service = new FileSyncService(
                    Map.of("context", new LocalSource.Folder(folder)), null, executor, failures::add, decision);
            try (LocalDaemon plain = new LocalDaemon(service, decision.allowed())) {
                LocalDaemon.Transfer transfer = plain.fetch("context");
                transfer.walk();
                transfer.request(0);
                assertEquals(300_000, transfer.content(0).length);
                finish(transfer);
                assertFalse(service.sentBytes().compressed());
            }
        }
    }

    @Test
    void appliesThePatternsOfTheRequest() throws Exception {
        for (String name : List.of("a", "b", "ü", "c", "d\udcff")) {
            Files.createFile(FileNames.resolve(folder, name));
        }
        LocalDaemon.Transfer transfer = daemon.fetch(
                LocalDaemon.headers(
                        "dir-name", "context",
                        "exclude-patterns", "*",
                        "exclude-patterns", "%21%C3%BC",
                        "exclude-patterns", "%21c",
                        "exclude-patterns", "%21d%FF",
                        "exclude-patterns-encoded", "1",
                        "followpaths", "c",
                        "followpaths", "a",
                        "followpaths", "d*"),
                Integer.MAX_VALUE);
        assertEquals(List.of("c", "d\ufffd"), paths(transfer.walk()));
        transfer.request(1);
        assertArrayEquals(new byte[0], transfer.content(1));
        finish(transfer);
    }

    @Test
    void sendsSocketsAndWithheldFilesAsEmpty() throws Exception {
        Files.createDirectories(folder.resolve("a/c"));
        Files.writeString(folder.resolve("a/b"), "content");
        Files.writeString(folder.resolve("a/c/d"), "content");
        LocalDaemon.Transfer transfer = daemon.fetch(
                LocalDaemon.headers(
                        "dir-name", "context",
                        "exclude-patterns", "**",
                        "exclude-patterns", "!a/*",
                        "exclude-patterns", "a"),
                Integer.MAX_VALUE);
        List<Stat> walk = transfer.walk();
        assertEquals(List.of("a", "a/b", "a/c", "a/c/d"), paths(walk));
        assertEquals(List.of(0L, 7L, 0L, 7L), walk.stream().map(Stat::getSize).toList());
        for (int id : List.of(1, 3)) {
            transfer.request(id);
            assertArrayEquals(new byte[0], transfer.content(id));
        }
        finish(transfer);
        assertEquals(List.of(), failures);
    }

    @Test
    void sendsFilesFromMemory() throws Exception {
        LocalDaemon.Transfer transfer = daemon.fetch("dockerfile");
        Stat stat = transfer.walk().get(0);
        assertEquals("Dockerfile", stat.getPath().toStringUtf8());
        assertEquals(12, stat.getSize());
        transfer.request(0);
        assertEquals("FROM scratch", new String(transfer.content(0), StandardCharsets.UTF_8));
        finish(transfer);
    }

    @Test
    void refusesAnUnknownFolder() throws Exception {
        assertEquals(Status.Code.NOT_FOUND, daemon.fetch("/etc").end().getCode());
        assertEquals(List.of(), failures);
    }

    @Test
    void answersRequestsBeforeTheWalkIsOver() throws Exception {
        Files.write(folder.resolve("a"), random(100_000));
        Files.createFile(folder.resolve("b"));
        CountDownLatch served = new CountDownLatch(1);
        try (LocalDaemon patient = daemon(path -> await(served, path.equals("b")))) {
            LocalDaemon.Transfer transfer = patient.fetch("context");
            assertEquals(
                    "a",
                    transfer.next(PacketType.PACKET_STAT).getStat().getPath().toStringUtf8());
            transfer.request(0);
            assertEquals(100_000, transfer.content(0).length);
            served.countDown();
            assertEquals(List.of("b"), paths(transfer.walk()));
            finish(transfer);
        }
    }

    @Test
    void sendsManyFilesConcurrentlyAndEachInOrder() throws Exception {
        Map<Integer, byte[]> expected = new HashMap<>();
        for (int i = 0; i < 40; i++) {
            expected.put(i, random(i % 2 == 0 ? 300_000 : i));
            Files.write(folder.resolve("f" + (char) ('0' + i)), expected.get(i));
        }
        LocalDaemon.Transfer transfer = daemon.fetch("context");
        assertEquals(40, transfer.walk().size());
        expected.keySet().forEach(transfer::request);
        Map<Integer, ByteArrayOutputStream> received = new HashMap<>();
        for (int ended = 0; ended < 40; ) {
            Packet packet = transfer.next(PacketType.PACKET_DATA);
            assertTrue(packet.getData().size() <= DiffCopy.CHUNK_BYTES);
            received.computeIfAbsent(packet.getID(), id -> new ByteArrayOutputStream())
                    .writeBytes(packet.getData().toByteArray());
            ended += packet.getData().isEmpty() ? 1 : 0;
        }
        expected.forEach(
                (id, content) -> assertArrayEquals(content, received.get(id).toByteArray()));
        finish(transfer);
    }

    @Test
    void needsNoMoreThanOneThread() throws Exception {
        for (int i = 0; i < 200; i++) {
            Files.write(folder.resolve("f" + (1000 + i)), random(10_000));
        }
        ExecutorService single = Executors.newSingleThreadExecutor();
        try (LocalDaemon narrow =
                new LocalDaemon(new FileSyncService(Map.of("context", new LocalSource.Folder(folder)), single))) {
            LocalDaemon.Transfer stalled = narrow.fetch(LocalDaemon.headers("dir-name", "context"), 1);
            LocalDaemon.Transfer transfer = narrow.fetch("context");
            List<Stat> walk = transfer.walk();
            for (int id = 0; id < walk.size(); id++) {
                transfer.request(id);
            }
            for (int ended = 0; ended < walk.size(); ) {
                ended += transfer.next(PacketType.PACKET_DATA).getData().isEmpty() ? 1 : 0;
            }
            finish(transfer);
            stalled.read(Integer.MAX_VALUE);
            assertEquals(200, stalled.walk().size());
            finish(stalled);
        } finally {
            single.shutdownNow();
        }
    }

    @Test
    void refusesASecondRequestForAFile() throws Exception {
        Files.write(folder.resolve("a"), new byte[1]);
        LocalDaemon.Transfer transfer = daemon.fetch("context");
        transfer.walk();
        transfer.request(0);
        assertEquals(1, transfer.content(0).length);
        transfer.request(0);
        refused(transfer, 0);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 3, -1})
    void refusesRequestsForUnknownFiles(int id) throws Exception {
        Files.createDirectory(folder.resolve("a"));
        Files.createSymbolicLink(folder.resolve("a/link"), Path.of("../b"));
        Files.createFile(folder.resolve("b"));
        LocalDaemon.Transfer transfer = daemon.fetch("context");
        transfer.walk();
        transfer.request(id);
        refused(transfer, id);
    }

    @Test
    void failsWithTheDaemonsMessage() throws Exception {
        LocalDaemon.Transfer transfer = daemon.fetch("context");
        transfer.walk();
        transfer.send(PacketType.PACKET_ERR, "no space left on device");
        assertEquals(
                "the daemon canceled the transfer: no space left on device",
                transfer.end().getDescription());
        assertEquals(List.of(), failures);
    }

    @Test
    void failsWhenTheDaemonEndsTheStreamEarly() throws Exception {
        LocalDaemon.Transfer transfer = daemon.fetch("context");
        transfer.walk();
        transfer.halfClose();
        assertEquals(Status.Code.ABORTED, transfer.end().getCode());
    }

    @Test
    void reportsAFileThatWasDeleted() throws Exception {
        Files.createDirectory(folder.resolve("sub"));
        Files.write(folder.resolve("sub/file"), new byte[10]);
        LocalDaemon.Transfer transfer = walked();
        Files.delete(folder.resolve("sub/file"));
        transfer.request(1);
        unreadable(transfer, "context file 'sub/file' cannot be read: it does not exist");
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 9, 11, 100_000})
    void reportsAFileWhoseSizeHasChanged(int bytes) throws Exception {
        Files.write(folder.resolve("file"), new byte[10]);
        LocalDaemon.Transfer transfer = walked();
        Files.write(folder.resolve("file"), new byte[bytes]);
        transfer.request(0);
        unreadable(transfer, "context file 'file' cannot be read: it was changed while it was being sent");
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    @EnabledOnOs(OS.LINUX)
    void reportsAFileThatChangesDuringTheTransfer(boolean grows) throws Exception {
        Path file = folder.resolve("file");
        Files.write(file, new byte[LARGE_BYTES]);
        LocalDaemon.Transfer transfer = daemon.fetch(LocalDaemon.headers("dir-name", "context"), 2);
        transfer.walk();
        transfer.request(0);
        eventually(() -> !readPositions(file).isEmpty());
        if (grows) {
            Files.write(file, new byte[1], StandardOpenOption.APPEND);
        } else {
            Files.write(file, new byte[LARGE_BYTES - 1]);
        }
        transfer.read(Integer.MAX_VALUE);
        unreadable(transfer, "context file 'file' cannot be read: it was changed while it was being sent");
        eventually(() -> readPositions(file).isEmpty());
    }

    @Test
    @DisabledOnOs(OS.WINDOWS)
    void doesNotOpenLinksAndPipesThatReplacedAFile() throws Exception {
        Path secret = Files.write(folder.resolve("secret"), new byte[10]);
        for (String kind : List.of("link", "pipe")) {
            failures.clear();
            Path file = Files.write(folder.resolve("file"), new byte[10]);
            LocalDaemon.Transfer transfer = walked();
            Files.delete(file);
            if (kind.equals("link")) {
                Files.createSymbolicLink(file, secret);
            } else {
                SpecialFiles.fifo(file);
            }
            transfer.request(0);
            unreadable(transfer, "context file 'file' cannot be read: it was changed while it was being sent");
            Files.delete(file);
        }
    }

    @Test
    @DisabledOnOs(OS.WINDOWS)
    void reportsAFileWithoutReadPermission() throws Exception {
        Path file = Files.write(folder.resolve("file"), new byte[10]);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("---------"));
        assumeFalse(Files.isReadable(file), "root may read everything");
        LocalDaemon.Transfer transfer = walked();
        transfer.request(0);
        unreadable(transfer, "context file 'file' cannot be read: permission denied");
    }

    /** Unmapped addresses of a process cannot be read. */
    @Test
    @EnabledOnOs(OS.LINUX)
    void reportsAFileWithAReadError() throws Exception {
        Path process = Path.of("/proc/self").toRealPath();
        try (LocalDaemon broken = new LocalDaemon(new FileSyncService(
                Map.of("context", new LocalSource.Folder(process)),
                null,
                executor,
                failures::add,
                new CompressionDecision(true)))) {
            LocalDaemon.Transfer transfer = broken.fetch(
                    LocalDaemon.headers("dir-name", "context", "include-patterns", "mem"), Integer.MAX_VALUE);
            assertEquals(List.of("mem"), paths(transfer.walk()));
            transfer.request(0);
            unreadable(transfer, "context file 'mem' cannot be read: Input/output error");
        }
    }

    @Test
    void reportsAMissingFolder() throws Exception {
        LocalDaemon.Transfer transfer = daemon.fetch("nowhere");
        unreadable(transfer, "nowhere folder '" + folder.resolve("nowhere") + "' cannot be read: it does not exist");
    }

    @Test
    void reportsAnInvalidPattern() throws Exception {
        LocalDaemon.Transfer transfer =
                daemon.fetch(LocalDaemon.headers("dir-name", "context", "exclude-patterns", "["), Integer.MAX_VALUE);
        assertEquals(
                "syntax error in pattern '['",
                transfer.next(PacketType.PACKET_ERR).getData().toStringUtf8());
        assertEquals(Status.Code.INVALID_ARGUMENT, transfer.end().getCode());
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void readsOnlyAsFastAsTheDaemonReceives() throws Exception {
        // Incompressible content, because the windows of HTTP/2 count the bytes that are sent.
        Path file = Files.write(folder.resolve("file"), random(LARGE_BYTES));
        LocalDaemon.Transfer transfer = daemon.fetch(LocalDaemon.headers("dir-name", "context"), 2);
        transfer.walk();
        transfer.request(0);
        eventually(() -> readPositions(file).stream().anyMatch(position -> position > 0));
        long before = -1;
        for (long position = 0; position != before; ) {
            before = position;
            Thread.sleep(300);
            position = readPositions(file).get(0);
        }
        // HTTP/2 takes a window of a megabyte before it stops the sender.
        assertTrue(before < 3 << 20, "read " + before + " bytes ahead");
        assertEquals(0, transfer.pending());
        transfer.read(Integer.MAX_VALUE);
        assertEquals(LARGE_BYTES, transfer.content(0).length);
        finish(transfer);
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void closesItsFilesWhenTheDaemonCancels() throws Exception {
        List<Path> files = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            files.add(Files.write(folder.resolve("file" + i), new byte[LARGE_BYTES / 8]));
        }
        LocalDaemon.Transfer transfer = daemon.fetch(LocalDaemon.headers("dir-name", "context"), 7);
        transfer.walk();
        for (int id = 0; id < files.size(); id++) {
            transfer.request(id);
        }
        // Four readers, so four files at a time.
        eventually(() -> open(files) == 4);
        transfer.cancel();
        eventually(() -> open(files) == 0);
        assertEquals(List.of(), failures);
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void closesAllFoldersAfterTheTransfer() throws Exception {
        Path deep = Files.createDirectories(folder.resolve("a/b"));
        Files.writeString(deep.resolve("f"), "1");
        Files.writeString(folder.resolve("z"), "2");
        LocalDaemon.Transfer transfer = daemon.fetch("context");
        assertEquals(List.of("a", "a/b", "a/b/f", "z"), paths(transfer.walk()));
        transfer.request(2);
        assertEquals("1", new String(transfer.content(2), StandardCharsets.UTF_8));
        assertEquals(1, open(List.of(deep)));
        transfer.request(3);
        assertEquals("2", new String(transfer.content(3), StandardCharsets.UTF_8));
        finish(transfer);
        eventually(() -> open(List.of(folder, folder.resolve("a"), deep)) == 0);
    }

    @Test
    void doesNotFollowALinkThatReplacedAFolder(@TempDir Path outside) throws Exception {
        Files.writeString(outside.resolve("file"), "secret");
        Path inner = Files.createDirectory(folder.resolve("inner"));
        Files.writeString(inner.resolve("file"), "public");
        LocalDaemon.Transfer transfer = daemon.fetch("context");
        assertEquals(List.of("inner", "inner/file"), paths(transfer.walk()));
        Files.move(inner, folder.resolve("moved"));
        Files.createSymbolicLink(inner, outside);

        transfer.request(1);

        String reason = transfer.next(PacketType.PACKET_ERR).getData().toStringUtf8();
        assertTrue(reason.contains("inner/file"), reason);
    }

    @Test
    void stopsWalkingWhenTheDaemonCancels() throws Exception {
        for (int i = 0; i < 100; i++) {
            Files.createFile(folder.resolve("f" + i));
        }
        CountDownLatch cancelled = new CountDownLatch(1);
        List<String> walked = Collections.synchronizedList(new ArrayList<>());
        Watcher slow = path -> {
            walked.add(path);
            await(cancelled, walked.size() == 2);
        };
        try (LocalDaemon patient = daemon(slow)) {
            LocalDaemon.Transfer transfer = patient.fetch("context");
            transfer.next(PacketType.PACKET_STAT);
            eventually(() -> walked.size() == 2);
            transfer.cancel();
            patient.awaitCancelled();
            cancelled.countDown();
            eventually(() -> executor.getActiveCount() == 0);
            assertEquals(2, walked.size());
        }
    }

    @Test
    void endsTheTransferAfterAnUnexpectedException() throws Exception {
        Files.createFile(folder.resolve("a"));
        Tree.Opener wrong = watched(path -> {
            throw new IllegalStateException("on purpose");
        });
        ExecutorService quiet = Executors.newCachedThreadPool(task -> {
            Thread thread = new Thread(task);
            thread.setUncaughtExceptionHandler((in, failure) -> {});
            return thread;
        });
        try (LocalDaemon broken = new LocalDaemon(new FileSyncService(
                Map.of("context", new LocalSource.Folder(folder)),
                quiet,
                failures::add,
                wrong,
                new CompressionDecision(true)))) {
            assertEquals(Status.Code.INTERNAL, broken.fetch("context").end().getCode());
        } finally {
            quiet.shutdownNow();
        }
    }

    @Test
    void endsTheTransferWhenItsExecutorIsShutDown() throws Exception {
        Files.write(folder.resolve("file"), new byte[10]);
        LocalDaemon.Transfer transfer = walked();
        executor.shutdown();
        transfer.request(0);
        assertEquals(Status.Code.UNAVAILABLE, transfer.end().getCode());
    }

    private LocalDaemon daemon(Watcher watcher) throws IOException {
        return new LocalDaemon(new FileSyncService(
                Map.of("context", new LocalSource.Folder(folder)),
                executor,
                failures::add,
                watched(watcher),
                new CompressionDecision(true)));
    }

    /** Is called for each path before the path is accessed. */
    private interface Watcher {
        void onEntry(String path) throws IOException;
    }

    private static Tree.Opener watched(Watcher watcher) {
        return (local, source) -> {
            Tree tree = Tree.of(local, source, null);
            return new Tree() {
                @Override
                public PathRules rules() {
                    return tree.rules();
                }

                @Override
                public String[] names(String of) throws IOException {
                    return tree.names(of);
                }

                @Override
                public Entry entry(String path) throws IOException {
                    watcher.onEntry(path);
                    return tree.entry(path);
                }

                @Override
                public ReadableByteChannel open(String path) throws IOException {
                    return tree.open(path);
                }

                @Override
                public void close() {
                    tree.close();
                }
            };
        };
    }

    private LocalDaemon.Transfer walked() throws InterruptedException {
        LocalDaemon.Transfer transfer = daemon.fetch("context");
        transfer.walk();
        return transfer;
    }

    private static void finish(LocalDaemon.Transfer transfer) throws InterruptedException {
        transfer.send(PacketType.PACKET_FIN, "");
        assertEquals(PacketType.PACKET_FIN, transfer.next().getType());
        assertEquals(null, transfer.next());
        assertEquals(Status.OK, transfer.end());
    }

    private void refused(LocalDaemon.Transfer transfer, int id) throws InterruptedException {
        String text = "the daemon requested entry " + Integer.toUnsignedString(id)
                + ", which is unknown, not a file, or already requested";
        assertEquals(text, transfer.next(PacketType.PACKET_ERR).getData().toStringUtf8());
        Status status = transfer.end();
        assertEquals(Status.Code.INVALID_ARGUMENT, status.getCode());
        assertEquals(text, status.getDescription());
        assertEquals(List.of(), failures);
    }

    private void unreadable(LocalDaemon.Transfer transfer, String text) throws InterruptedException {
        Packet packet = transfer.next();
        while (packet.getType() == PacketType.PACKET_DATA) {
            assertFalse(packet.getData().isEmpty(), "the file ended as if it were complete");
            packet = transfer.next();
        }
        assertEquals(PacketType.PACKET_ERR, packet.getType());
        assertEquals(text, packet.getData().toStringUtf8());
        Status status = transfer.end();
        assertEquals(Status.Code.FAILED_PRECONDITION, status.getCode());
        assertEquals(text, status.getDescription());
        assertEquals(List.of(text), failures.stream().map(Throwable::getMessage).toList());
    }

    private static List<String> paths(List<Stat> walk) {
        return walk.stream().map(stat -> stat.getPath().toStringUtf8()).toList();
    }

    private static byte[] random(int bytes) {
        byte[] content = new byte[bytes];
        new Random(bytes).nextBytes(content);
        return content;
    }

    private static void await(CountDownLatch latch, boolean really) throws IOException {
        try {
            if (really && !latch.await(2, TimeUnit.MINUTES)) {
                throw new IOException("waited too long");
            }
        } catch (InterruptedException e) {
            throw new IOException(e);
        }
    }

    private static void eventually(BooleanSupplier condition) throws InterruptedException {
        for (int i = 0; !condition.getAsBoolean(); i++) {
            assertTrue(i < 12_000, "the condition did not become true in time");
            Thread.sleep(10);
        }
    }

    private static long open(List<Path> files) {
        return files.stream().filter(file -> !readPositions(file).isEmpty()).count();
    }

    /** Returns the positions of this process' open descriptors of a file. */
    private static List<Long> readPositions(Path file) {
        List<Long> positions = new ArrayList<>();
        try (DirectoryStream<Path> descriptors = Files.newDirectoryStream(Path.of("/proc/self/fd"))) {
            for (Path descriptor : descriptors) {
                try {
                    if (Files.readSymbolicLink(descriptor).equals(file.toRealPath())) {
                        String info =
                                Files.readString(Path.of("/proc/self/fdinfo").resolve(descriptor.getFileName()));
                        positions.add(Long.parseLong(
                                info.lines().findFirst().orElseThrow().split("\\s+")[1]));
                    }
                } catch (NoSuchFileException e) {
                    // Closed meanwhile.
                }
            }
            return positions;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
