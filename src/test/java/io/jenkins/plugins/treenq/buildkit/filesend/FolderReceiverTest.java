// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.filesend;

import static io.jenkins.plugins.treenq.buildkit.filesend.FakeDaemon.announce;
import static io.jenkins.plugins.treenq.buildkit.filesend.FakeDaemon.content;
import static io.jenkins.plugins.treenq.buildkit.filesend.FakeDaemon.endOfWalk;
import static io.jenkins.plugins.treenq.buildkit.filesend.FakeDaemon.file;
import static io.jenkins.plugins.treenq.buildkit.filesend.FakeDaemon.folder;
import static io.jenkins.plugins.treenq.buildkit.filesend.FakeDaemon.hardLink;
import static io.jenkins.plugins.treenq.buildkit.filesend.FakeDaemon.packet;
import static io.jenkins.plugins.treenq.buildkit.filesend.FakeDaemon.stat;
import static io.jenkins.plugins.treenq.buildkit.filesend.FakeDaemon.symlink;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import io.grpc.Status;
import io.jenkins.plugins.treenq.buildkit.BuildkitException;
import io.jenkins.plugins.treenq.buildkit.Output;
import io.jenkins.plugins.treenq.buildkit.fsutil.EntryTable;
import io.jenkins.plugins.treenq.buildkit.fsutil.FileMode;
import io.jenkins.plugins.treenq.buildkit.fsutil.FileNames;
import io.jenkins.plugins.treenq.buildkit.wire.filearrival.ArrivingPacket;
import io.jenkins.plugins.treenq.buildkit.wire.filearrival.ArrivingStat;
import io.jenkins.plugins.treenq.buildkit.wire.filetransfer.Packet.PacketType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The changes that a daemon can make to the folder of a result. */
class FolderReceiverTest {
    private static final byte[] SECRET = {1, 2, 3};

    @TempDir
    Path scratch;

    private final ExecutorService threads = Executors.newFixedThreadPool(4);
    private final List<Throwable> failures = new CopyOnWriteArrayList<>();
    private Path output;
    private Path outside;
    private FileSendService service;
    private FakeDaemon daemon;

    @BeforeEach
    void start() throws IOException {
        output = scratch.resolve("output");
        outside = Files.createDirectory(scratch.resolve("outside"));
        Files.write(outside.resolve("victim"), SECRET);
        serve(Map.of());
    }

    private void serve(Map<Integer, FolderOptions> options) throws IOException {
        if (daemon != null) {
            daemon.close();
        }
        service = new FileSendService(Map.of(0, new Output.Folder(output)), options, null, threads, failures::add);
        daemon = new FakeDaemon(service);
    }

    @AfterEach
    void stop() {
        daemon.close();
        threads.shutdownNow();
    }

    private void finish(FakeDaemon.Transfer<ArrivingPacket> transfer) throws Exception {
        assertEquals(PacketType.PACKET_FIN_VALUE, transfer.next().getType());
        transfer.send(packet(PacketType.PACKET_FIN));
        assertEquals(Status.OK, transfer.end());
        assertEquals(List.of(), failures);
        service.finish();
    }

    private void request(FakeDaemon.Transfer<ArrivingPacket> transfer, int id) throws InterruptedException {
        ArrivingPacket request = transfer.next();
        assertEquals(PacketType.PACKET_REQ_VALUE, request.getType());
        assertEquals(id, request.getID());
    }

    @Test
    void filesFoldersAndLinksAreCreatedAsAnnounced() throws Exception {
        FakeDaemon.Transfer<ArrivingPacket> transfer = daemon.sendFiles("buildkit-attachable-exporter-id", "0")
                .send(
                        announce(stat("a", FileMode.FOLDER | FileMode.STICKY | 0555)),
                        announce(file("a/empty", 0)),
                        announce(stat("a/set", FileMode.SET_UID | 0711).setSize(5)),
                        announce(symlink("a/to", "../a//set/")),
                        announce(hardLink("b", "a/set").setSize(5)),
                        endOfWalk());
        request(transfer, 2);
        transfer.send(content(2, (byte) 'h', (byte) 'e'), content(2, "llo".getBytes()), content(2));
        finish(transfer);
        assertEquals("hello", Files.readString(output.resolve("b")));
        assertTrue(Files.isSameFile(output.resolve("b"), output.resolve("a/set")));
        assertEquals(0100711, Files.getAttribute(output.resolve("a/set"), "unix:mode"));
        assertEquals(041555, Files.getAttribute(output.resolve("a"), "unix:mode"));
        assertEquals(0, Files.size(output.resolve("a/empty")));
        assertEquals("../a//set/", readlink(output.resolve("a/to")));
        for (String path : List.of("a", "a/empty", "a/set")) {
            assertEquals(
                    1_600_000_000_123_456_789L,
                    Files.getLastModifiedTime(output.resolve(path)).to(TimeUnit.NANOSECONDS));
        }
    }

    @Test
    void setuidAndSetgidBitsAreDroppedWithAWarningUnlessEnabled() throws Exception {
        ArrivingPacket[] result = {
            announce(stat("a", FileMode.FOLDER | FileMode.SET_GID | FileMode.STICKY | 0755)),
            announce(stat("b", FileMode.SET_UID | 0755)),
            announce(stat("c", FileMode.SET_GID | FileMode.STICKY | 0755).setSize(1)),
            announce(hardLink("d", "b").setMode(FileMode.SET_UID | 0755)),
            announce(stat("e", FileMode.FIFO | FileMode.SET_UID | 0600)),
            endOfWalk()
        };
        for (boolean wanted : new boolean[] {false, true}) {
            serve(Map.of(0, new FolderOptions(false, wanted, false)));
            FakeDaemon.Transfer<ArrivingPacket> transfer = daemon.sendFiles().send(result);
            request(transfer, 2);
            transfer.send(content(2, (byte) 1), content(2));
            finish(transfer);
            assertEquals(043755, mode("a"));
            assertEquals(wanted ? 0104755 : 0100755, mode("b"));
            assertEquals(wanted ? 0103755 : 0101755, mode("c"));
            assertEquals(010600, mode("e"));
            assertEquals(
                    wanted
                            ? Map.of()
                            : Map.of(
                                    0,
                                    "3 files, such as 'b', were written without their setuid or setgid bits; add setuid=true to"
                                            + " the output to keep such bits"),
                    service.warnings());
        }
    }

    private Object mode(String path) throws IOException {
        return Files.getAttribute(output.resolve(path), "unix:mode", LinkOption.NOFOLLOW_LINKS);
    }

    @Test
    void devicesAreNotCreatedUnlessEnabled() throws Exception {
        for (int type : new int[] {FileMode.DEVICE, FileMode.DEVICE | FileMode.CHARACTER_DEVICE}) {
            failures.clear();
            serve(Map.of());
            ArrivingStat.Builder device =
                    stat("sda", type | 0666).setDevmajor(1).setDevminor(3);
            assertEquals(
                    Status.Code.FAILED_PRECONDITION,
                    daemon.sendFiles().send(announce(device)).end().getCode());
            assertEquals(
                    "output 'sda' cannot be written: it is a device, which gives access to this machine; add devices=true to the"
                            + " output to create it",
                    failures.get(0).getMessage());
            assertFalse(Files.exists(output.resolve("sda")));
        }
    }

    @Test
    void aLinkBelowTheBoundaryIsNotFollowedToTheOutput() throws Exception {
        Path below = Files.createDirectory(scratch.resolve("below"));
        Files.createSymbolicLink(below.resolve("way"), outside);
        for (Path folder : List.of(below.resolve("way"), below.resolve("way/new"))) {
            daemon.close();
            service = new FileSendService(
                    Map.of(0, new Output.Folder(folder)), Map.of(), below.toRealPath(), threads, failures::add);
            daemon = new FakeDaemon(service);
            failures.clear();
            assertEquals(
                    Status.Code.FAILED_PRECONDITION,
                    daemon.sendFiles().send(announce(file("victim", 0))).end().getCode());
            assertEquals(
                    "the output folder cannot be written: it is not a folder; links are not followed here",
                    failures.get(0).getMessage());
        }
        assertArrayEquals(SECRET, Files.readAllBytes(outside.resolve("victim")));
        assertFalse(Files.exists(outside.resolve("new")));
    }

    private static String readlink(Path link) throws IOException {
        Process process = new ProcessBuilder("readlink", link.toString()).start();
        return new String(process.getInputStream().readAllBytes()).strip();
    }

    @Test
    void aNameThatIsNotUtf8IsKeptByteForByte() throws Exception {
        ByteString name = ByteString.copyFrom(new byte[] {(byte) 0xff, 'x', (byte) 0xc3});
        FakeDaemon.Transfer<ArrivingPacket> transfer =
                daemon.sendFiles().send(announce(file("", 0).setPath(name)), endOfWalk());
        finish(transfer);
        try (Stream<Path> files = Files.list(output)) {
            assertTrue(files.findFirst().orElseThrow().toUri().toString().endsWith("/%FFx%C3"));
        }
    }

    @Test
    void existingFilesAreReplacedAndNotOverwritten() throws Exception {
        Files.createDirectories(output.resolve("folder/kept"));
        Files.createLink(output.resolve("linked"), outside.resolve("victim"));
        Files.createSymbolicLink(output.resolve("symlink"), outside.resolve("victim"));
        Files.createSymbolicLink(output.resolve("way"), outside);
        Files.createDirectories(output.resolve("z/full/of"));
        FakeDaemon.Transfer<ArrivingPacket> transfer = daemon.sendFiles()
                .send(
                        announce(folder("folder")),
                        announce(file("folder/new", 0)),
                        announce(file("linked", 1)),
                        announce(file("symlink", 1)),
                        announce(folder("way")),
                        announce(file("way/victim", 1)),
                        announce(symlink("z", "elsewhere")),
                        endOfWalk());
        for (int id : List.of(2, 3, 5)) {
            request(transfer, id);
            transfer.send(content(id, (byte) 7), content(id));
        }
        finish(transfer);
        assertArrayEquals(SECRET, Files.readAllBytes(outside.resolve("victim")));
        assertArrayEquals(new byte[] {7}, Files.readAllBytes(output.resolve("way/victim")));
        assertTrue(Files.isDirectory(output.resolve("way"), LinkOption.NOFOLLOW_LINKS));
        assertTrue(Files.isDirectory(output.resolve("folder/kept")));
        assertTrue(Files.isSymbolicLink(output.resolve("z")));
        try (Stream<Path> files = Files.list(output)) {
            assertFalse(files.anyMatch(file -> file.getFileName().toString().startsWith(".tmp")));
        }
    }

    @Test
    void mirroringRemovesWhatIsNotInTheResult() throws Exception {
        serve(Map.of(0, new FolderOptions(true, false, false)));
        Files.createDirectories(output.resolve("a/old/deep"));
        Files.writeString(output.resolve("a/b"), "old");
        Files.createSymbolicLink(output.resolve("away"), outside);
        Files.createDirectories(output.resolve("gone/x"));
        FakeDaemon.Transfer<ArrivingPacket> transfer = daemon.sendFiles("buildkit-exporter-multi-platform", "1")
                .send(announce(folder("a")), announce(file("a/b", 1)), announce(file("c", 0)), endOfWalk());
        request(transfer, 1);
        transfer.send(content(1, (byte) 'n'), content(1));
        finish(transfer);
        try (Stream<Path> files = Files.walk(output)) {
            assertEquals(
                    Set.of("", "a", "a/b", "c"),
                    Set.copyOf(files.map(file -> output.relativize(file).toString())
                            .toList()));
        }
        assertEquals("n", Files.readString(output.resolve("a/b")));
        assertArrayEquals(SECRET, Files.readAllBytes(outside.resolve("victim")));
    }

    @Test
    void mirroringIsRefusedIfEachPlatformHasItsOwnCall() throws Exception {
        serve(Map.of(0, new FolderOptions(true, false, false)));
        Files.createDirectories(output.resolve("kept"));
        assertEquals(Status.Code.FAILED_PRECONDITION, daemon.sendFiles().end().getCode());
        assertInstanceOf(BuildkitException.InvalidRequestException.class, failures.get(0));
        assertTrue(Files.exists(output.resolve("kept")));
    }

    static Stream<Arguments> attacks() {
        return Stream.of(
                attack("leaving upwards", announce(file("../x", 0))),
                attack("only upwards", announce(folder(".."))),
                attack("upwards from within", announce(folder("a")), announce(file("a/../../x", 0))),
                attack("absolute", announce(file("/x", 0))),
                attack("itself", announce(folder("."))),
                attack("nothing", announce(file("", 0))),
                attack("a slash at the end", announce(folder("a/"))),
                attack("two slashes", announce(folder("a")), announce(file("a//b", 0))),
                attack("through a link", announce(symlink("a", "../outside")), announce(file("a/x", 0))),
                attack("through a file", announce(file("a", 0)), announce(file("a/x", 0))),
                attack("folder unknown", announce(file("a/x", 0))),
                attack(
                        "a link, then a folder of that name",
                        announce(symlink("a", "../outside")),
                        announce(folder("a"))),
                attack("a folder, then a link", announce(folder("a")), announce(symlink("a", "../outside"))),
                attack("twice", announce(file("a", 0)), announce(file("a", 0))),
                attack("out of order", announce(file("b", 0)), announce(file("a", 0))),
                attack("back into a folder", announce(folder("a")), announce(file("b", 0)), announce(file("a/x", 0))),
                attack("hard link outside", announce(hardLink("a", "../outside/victim"))),
                attack("hard link to an absolute path", announce(hardLink("a", "/etc/passwd"))),
                attack("hard link to what was there", announce(hardLink("a", "existing"))),
                attack("hard link to itself", announce(hardLink("a", "a"))),
                attack("hard link to a folder", announce(folder("a")), announce(hardLink("b", "a"))),
                attack(
                        "hard link through a symlink",
                        announce(symlink("a", "../outside")),
                        announce(hardLink("b", "a/victim"))),
                attack(
                        "hard link to a symlink",
                        announce(symlink("a", "../outside/victim")),
                        announce(hardLink("b", "a"))),
                attack("a negative size", announce(file("a", -1))),
                attack("more than announced", announce(file("a", 2)), content(0, (byte) 1, (byte) 2, (byte) 3)),
                attack("less than announced", announce(file("a", 2)), content(0, (byte) 1), content(0)),
                attack("content not asked for", announce(file("a", 0)), content(0, (byte) 1)),
                attack("content of a folder", announce(folder("a")), content(0, (byte) 1)),
                attack("content of an unknown entry", content(7, (byte) 1)),
                attack("content with an id beyond all", content(-1, (byte) 1)),
                attack("content after its end", announce(file("a", 1)), content(0, (byte) 1), content(0), content(0)),
                attack("an entry after the last", endOfWalk(), announce(file("a", 0))),
                attack("the end before it", packet(PacketType.PACKET_FIN)),
                attack("a request", packet(PacketType.PACKET_REQ)),
                attack(
                        "an unknown packet",
                        ArrivingPacket.newBuilder().setType(77).build()),
                attack("an irregular file", announce(stat("a", FileMode.IRREGULAR | 0644))),
                attack("a socket", announce(stat("a", FileMode.SOCKET | 0644))));
    }

    private static Arguments attack(String name, ArrivingPacket... packets) {
        return Arguments.of(name, packets);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("attacks")
    void invalidEntriesAreRefused(String name, ArrivingPacket[] packets) throws Exception {
        Files.createDirectories(output);
        Files.write(output.resolve("existing"), SECRET);
        FakeDaemon.Transfer<ArrivingPacket> transfer = daemon.sendFiles();
        for (ArrivingPacket packet : packets) {
            try {
                transfer.send(packet);
            } catch (IllegalStateException e) {
                // Refused already.
            }
        }
        assertEquals(Status.Code.FAILED_PRECONDITION, transfer.end().getCode());
        assertInstanceOf(BuildkitException.DaemonFailedException.class, failures.get(0));
        assertTrue(failures.get(0).getMessage().startsWith("the daemon's result was refused: "), name);
        assertNothingOutside();
        BuildkitException told = assertThrows(BuildkitException.class, () -> service.finish());
        assertEquals(failures.get(0), told);
    }

    private void assertNothingOutside() throws IOException {
        try (Stream<Path> files = Files.walk(scratch)) {
            assertEquals(
                    Set.of(scratch, outside, outside.resolve("victim")),
                    Set.copyOf(files.filter(file -> !file.startsWith(output)).toList()));
        }
        assertArrayEquals(SECRET, Files.readAllBytes(outside.resolve("victim")));
        assertEquals(1, Files.getAttribute(outside.resolve("victim"), "unix:nlink"));
        assertArrayEquals(SECRET, Files.readAllBytes(output.resolve("existing")));
    }

    /** One transfer creates folders, and another one replaces them by links at the same time. */
    @Test
    void aTransferCannotRedirectAnotherByALink() throws Exception {
        for (int i = 0; i < 50; i++) {
            FakeDaemon.Transfer<ArrivingPacket> first = daemon.sendFiles().send(announce(folder("a")));
            first.send(announce(file("a/1", 1)));
            request(first, 1);
            FakeDaemon.Transfer<ArrivingPacket> second =
                    daemon.sendFiles().send(announce(symlink("a", "../outside")), endOfWalk());
            second.next();
            first.send(announce(file("a/victim", 1)));
            first.send(content(1, (byte) 9));
            assertEquals(Status.Code.FAILED_PRECONDITION, first.end().getCode());
            assertArrayEquals(SECRET, Files.readAllBytes(outside.resolve("victim")));
            try (Stream<Path> files = Files.list(outside)) {
                assertEquals(1, files.count());
            }
            second.cancel();
        }
        assertInstanceOf(BuildkitException.OutputUnwritableException.class, failures.get(0));
    }

    @Test
    void anEndlessWalkIsRefusedBeforeTheHeapIsFull() throws Exception {
        AnnouncedEntries announced = new AnnouncedEntries(new HeapBudget(1 << 20));
        BuildkitException.DaemonFailedException failure =
                assertThrows(BuildkitException.DaemonFailedException.class, () -> {
                    for (int i = 0; ; i++) {
                        announced.add(EntryTable.ROOT, ByteString.copyFromUtf8("name" + i), 0, 0, 0);
                    }
                });
        assertTrue(announced.count() > 20_000 && announced.count() < 40_000, failure.getMessage());
    }

    @Test
    void endlesslyManyResultsAreRefused() throws Exception {
        for (int i = 0; failures.isEmpty() && i < 2_000; i++) {
            FakeDaemon.Transfer<ArrivingPacket> transfer = daemon.sendFiles().send(packet(PacketType.PACKET_ERR));
            transfer.end();
        }
        assertTrue(failures.get(0).getMessage().contains("1000 parts"), failures.toString());
    }

    @Test
    void entriesAreFoundByPath() throws Exception {
        AnnouncedEntries announced = new AnnouncedEntries(new HeapBudget(Long.MAX_VALUE));
        int folder = announced.add(EntryTable.ROOT, ByteString.copyFromUtf8("a"), FileMode.FOLDER, 0, 0);
        for (int i = 1000; i < 4000; i++) {
            announced.add(folder, ByteString.copyFromUtf8("f" + i), 0, i, -i);
        }
        int last = announced.add(EntryTable.ROOT, ByteString.copyFromUtf8("a-"), 0, 0, 0);
        assertEquals("a/f2345", announced.path(1346).toStringUtf8());
        assertEquals(1346, announced.find(ByteString.copyFromUtf8("a/f2345")));
        assertEquals(2345, announced.sizeBytes(1346));
        assertEquals(-2345, announced.timeNanos(1346));
        assertEquals(last, announced.find(ByteString.copyFromUtf8("a-")));
        assertEquals(folder, announced.find(ByteString.copyFromUtf8("a")));
        assertEquals(-1, announced.find(ByteString.copyFromUtf8("a/f2345/x")));
        assertEquals(-1, announced.find(ByteString.copyFromUtf8("../a")));
    }

    @Test
    void openRequestsAreLimitedToTheDaemonsQueue() throws Exception {
        FakeDaemon.Transfer<ArrivingPacket> transfer = daemon.sendFiles();
        for (int i = 1000; i < 1400; i++) {
            transfer.send(announce(file("f" + i, 1)));
        }
        transfer.send(endOfWalk());
        for (int i = 0; i < 128; i++) {
            request(transfer, i);
        }
        // In any order, several at once.
        for (int i = 127; i >= 0; i--) {
            transfer.send(content(i, (byte) i));
        }
        for (int i = 0; i < 128; i++) {
            transfer.send(content(i));
        }
        for (int i = 128; i < 400; i++) {
            request(transfer, i);
            transfer.send(content(i, (byte) i), content(i));
        }
        finish(transfer);
        assertArrayEquals(new byte[] {(byte) 399}, Files.readAllBytes(output.resolve("f1399")));
    }

    @Test
    void aTransferThatTheDaemonCancelsIsNotAFailureOfTheClient() throws Exception {
        FakeDaemon.Transfer<ArrivingPacket> transfer =
                daemon.sendFiles().send(announce(file("a", 1)), packet(PacketType.PACKET_ERR));
        assertEquals(Status.Code.ABORTED, transfer.end().getCode());
        assertEquals(List.of(), failures);
    }

    @Test
    void aCancelledCallClosesItsFilesAndIsNotAFailure() throws Exception {
        FakeDaemon.Transfer<ArrivingPacket> transfer = daemon.sendFiles().send(announce(file("a", 2)));
        request(transfer, 0);
        transfer.send(content(0, (byte) 1));
        transfer.cancel();
        service.close();
        assertEquals(List.of(), failures);
    }

    @Test
    void anIncompleteResultIsAFailureAlthoughTheDaemonReportsSuccess() throws Exception {
        FakeDaemon.Transfer<ArrivingPacket> transfer = daemon.sendFiles().send(announce(file("a", 2)));
        request(transfer, 0);
        assertThrows(BuildkitException.DaemonFailedException.class, () -> service.finish());
    }

    @Test
    void aFolderThatCannotBeCreatedIsReported() throws Exception {
        Files.writeString(output, "a file");
        assertEquals(Status.Code.FAILED_PRECONDITION, daemon.sendFiles().end().getCode());
        assertInstanceOf(BuildkitException.OutputUnwritableException.class, failures.get(0));
    }

    @Test
    void anExporterWithoutAnOutputIsRefused() throws Exception {
        assertEquals(
                Status.Code.FAILED_PRECONDITION,
                daemon.sendFiles("buildkit-attachable-exporter-id", "5").end().getCode());
        assertInstanceOf(BuildkitException.DaemonFailedException.class, failures.get(0));
    }

    @Test
    void aFifoInTheOutputFolderDoesNotBlock() throws Exception {
        Files.createDirectories(output);
        new ProcessBuilder("mkfifo", output.resolve("a").toString()).start().waitFor();
        FakeDaemon.Transfer<ArrivingPacket> transfer = daemon.sendFiles()
                .send(announce(file("a", 1)), announce(stat("pipe", FileMode.FIFO | 0640)), endOfWalk());
        request(transfer, 0);
        transfer.send(content(0, (byte) 1), content(0));
        finish(transfer);
        assertArrayEquals(new byte[] {1}, Files.readAllBytes(output.resolve("a")));
        assertEquals(010640, Files.getAttribute(output.resolve("pipe"), "unix:mode"));
    }

    @Test
    void aNewFolderIsPrivateUntilItIsComplete() throws Exception {
        FakeDaemon.Transfer<ArrivingPacket> transfer =
                daemon.sendFiles().send(announce(folder("a")), announce(file("a/b", 1)));
        request(transfer, 1);
        assertEquals("rwx------", PosixFilePermissions.toString(Files.getPosixFilePermissions(output.resolve("a"))));
        assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(output.resolve("a/b"))));
        transfer.cancel();
    }

    @Test
    void namesWithASpecialMeaningOnWindowsAreDetected() {
        for (String name :
                List.of("a\\b", "c:", "a:b", "con", "NUL.txt", "x/Com1", "a.", "a ", "a/b. ", "lpt\u00b2", "a\u0001")) {
            assertFalse(FileNames.isPlainOnWindows(name), name);
        }
        for (String name : List.of("a", ".a", "console", "a/b.c", "com", "com10", "ä")) {
            assertTrue(FileNames.isPlainOnWindows(name), name);
        }
    }

    @Test
    void contentBeyondTheAnnouncedSizeIsRefused() throws Exception {
        FakeDaemon.Transfer<ArrivingPacket> transfer = daemon.sendFiles().send(announce(file("a", 1 << 20)));
        request(transfer, 0);
        ArrivingPacket piece = content(0, new byte[32 << 10]);
        long sent = 0;
        while (!transfer.isOver()) {
            sent += transfer.offer(piece) ? 1 : 0;
        }
        assertEquals(Status.Code.FAILED_PRECONDITION, transfer.end().getCode());
        assertTrue(Files.size(output.resolve("a")) <= 1 << 20);
        assertTrue(sent < 1000, sent + " pieces were taken");
    }

    @Test
    void aMessageThatIsTooLargeIsRefused() throws Exception {
        FakeDaemon.Transfer<ArrivingPacket> transfer = daemon.sendFiles().send(announce(file("a", 5 << 20)));
        request(transfer, 0);
        transfer.send(content(0, new byte[5 << 20]));
        assertEquals(Status.Code.FAILED_PRECONDITION, transfer.end().getCode());
        assertTrue(
                failures.get(0).getMessage().contains("more than"),
                failures.get(0).getMessage());
    }

    @Test
    void aPathThatIsTooLongIsReportedInOneLine() throws Exception {
        ArrivingStat.Builder deep = file("a/".repeat(100_000) + "b", 0);
        assertEquals(
                Status.Code.FAILED_PRECONDITION,
                daemon.sendFiles().send(announce(deep)).end().getCode());
        assertTrue(failures.get(0).getMessage().length() < 500);
    }

    @Test
    void garbageIsRefused() throws Exception {
        FakeDaemon.Transfer<byte[]> transfer = daemon.sendBytes();
        transfer.send(new byte[] {18, 100, 1});
        assertEquals(Status.Code.FAILED_PRECONDITION, transfer.end().getCode());
        assertInstanceOf(BuildkitException.DaemonFailedException.class, failures.get(0));
    }
}
