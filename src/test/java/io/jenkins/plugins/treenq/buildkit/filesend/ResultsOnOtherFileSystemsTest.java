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
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.jimfs.Configuration;
import com.google.common.jimfs.Jimfs;
import io.grpc.Status;
import io.jenkins.plugins.treenq.buildkit.Output;
import io.jenkins.plugins.treenq.buildkit.fsutil.FileMode;
import io.jenkins.plugins.treenq.buildkit.wire.filearrival.ArrivingPacket;
import io.jenkins.plugins.treenq.buildkit.wire.filearrival.ArrivingStat;
import io.jenkins.plugins.treenq.buildkit.wire.filetransfer.Packet.PacketType;
import java.io.IOException;
import java.nio.file.FileSystem;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Results on file systems of other operating systems, in memory. */
class ResultsOnOtherFileSystemsTest {
    private final ExecutorService threads = Executors.newFixedThreadPool(2);
    private final List<Throwable> failures = new CopyOnWriteArrayList<>();
    private FileSystem system;
    private Path output;
    private FakeDaemon daemon;
    private FileSendService service;

    @AfterEach
    void stop() throws IOException {
        service.close();
        daemon.close();
        threads.shutdownNow();
        system.close();
    }

    private FakeDaemon.Transfer<ArrivingPacket> windows(boolean mirror) throws IOException {
        return start(Configuration.windows(), "C:\\work\\output", mirror);
    }

    private FakeDaemon.Transfer<ArrivingPacket> macOs() throws IOException {
        return start(Configuration.osX(), "/work/output", false);
    }

    private FakeDaemon.Transfer<ArrivingPacket> start(Configuration configuration, String folder, boolean mirror)
            throws IOException {
        system = Jimfs.newFileSystem(configuration);
        output = Files.createDirectories(system.getPath(folder));
        service = new FileSendService(
                Map.of(0, new Output.Folder(output)),
                Map.of(0, new FolderOptions(mirror, false, false)),
                null,
                threads,
                failures::add);
        daemon = new FakeDaemon(service);
        return mirror ? daemon.sendFiles("buildkit-exporter-multi-platform", "1") : daemon.sendFiles();
    }

    private void finish(FakeDaemon.Transfer<ArrivingPacket> transfer) throws Exception {
        assertEquals(PacketType.PACKET_FIN_VALUE, transfer.next().getType());
        transfer.send(packet(PacketType.PACKET_FIN));
        assertEquals(Status.OK, transfer.end());
        service.finish();
    }

    private String refusal(FakeDaemon.Transfer<ArrivingPacket> transfer) throws Exception {
        assertFalse(transfer.end().isOk());
        assertEquals(1, failures.size(), failures.toString());
        return failures.get(0).getMessage();
    }

    private Set<String> everything() throws IOException {
        try (Stream<Path> all = Files.walk(output.getRoot())) {
            return all.filter(path -> !output.startsWith(path))
                    .map(path -> output.relativize(path).toString())
                    .collect(java.util.stream.Collectors.toSet());
        }
    }

    @Test
    void filesFoldersAndLinksAreCreatedOnWindows() throws Exception {
        FakeDaemon.Transfer<ArrivingPacket> transfer = windows(false)
                .send(
                        announce(folder("a")),
                        announce(file("a/b", 2)),
                        announce(symlink("a/link", "b")),
                        announce(hardLink("c", "a/b").setSize(2)),
                        endOfWalk());
        assertEquals(1, transfer.next().getID());
        transfer.send(content(1, (byte) 'h', (byte) 'i'), content(1));
        finish(transfer);
        assertEquals("hi", Files.readString(output.resolve("c")));
        assertTrue(Files.isSymbolicLink(output.resolve("a\\link")));
        assertEquals(
                1_600_000_000_123L,
                Files.getLastModifiedTime(output.resolve("a\\b")).to(TimeUnit.MILLISECONDS));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "nul",
                "NUL.txt",
                "com1",
                "Lpt\u00b9.log",
                "CONIN$",
                "a.",
                "a ",
                "a:stream",
                "C:",
                "a\\b",
                "..\\..\\up",
                "a?",
                "a*",
                "a\"",
                "a|b",
                "<",
                "a\tb"
            })
    void namesThatAreInvalidOnWindowsAreRefused(String name) throws Exception {
        String message = refusal(windows(false).send(announce(file(name, 0))));
        assertTrue(message.contains("no file can have that name on this system"), message);
        assertEquals(Set.of(), everything());
    }

    @Test
    void aLinkToAnInvalidWindowsPathIsRefused() throws Exception {
        String message = refusal(windows(false).send(announce(symlink("link", "a|b"))));
        assertTrue(message.contains("'link' cannot be written"), message);
        assertEquals(Set.of(), everything());
    }

    @Test
    void namesThatDifferOnlyInCaseAreRefusedOnWindows() throws Exception {
        String message = refusal(windows(false)
                .send(announce(folder("a")), announce(file("a/README", 0)), announce(file("a/readme", 0))));
        assertTrue(message.contains("'a/README' and 'a/readme'"), message);
        assertEquals(Set.of("a", "a\\README"), everything());
    }

    @Test
    void namesThatDifferOnlyInCompositionAreRefusedOnMacOs() throws Exception {
        String message = refusal(macOs().send(announce(file("e\u0301", 0)), announce(file("\u00e9", 0))));
        assertTrue(message.contains("the same name"), message);
    }

    @Test
    void aFileReplacesAnOldFileWhoseNameDiffersInCase() throws Exception {
        FakeDaemon.Transfer<ArrivingPacket> transfer = windows(true);
        Files.writeString(output.resolve("readme"), "old");
        Files.writeString(output.resolve("stale"), "old");
        transfer.send(announce(file("README", 3)), endOfWalk());
        assertEquals(0, transfer.next().getID());
        transfer.send(content(0, "new".getBytes()), content(0));
        finish(transfer);
        assertEquals("new", Files.readString(output.resolve("readme")));
        assertFalse(Files.exists(output.resolve("stale")));
    }

    @Test
    void aLinkIsNotFollowedByANameThatDiffersInCase() throws Exception {
        FakeDaemon.Transfer<ArrivingPacket> transfer = windows(false);
        Path outside = Files.createDirectories(output.resolveSibling("outside"));
        Files.createSymbolicLink(output.resolve("Link"), outside);
        transfer.send(announce(folder("link")), announce(file("link/file", 0)), endOfWalk());
        finish(transfer);
        assertTrue(Files.isDirectory(output.resolve("link"), java.nio.file.LinkOption.NOFOLLOW_LINKS));
        try (Stream<Path> found = Files.list(outside)) {
            assertEquals(0, found.count());
        }
    }

    @Test
    void unsupportedFileTypesAreReported() throws Exception {
        ArrivingStat.Builder fifo = stat("fifo", FileMode.FIFO | 0644);
        String message = refusal(windows(false).send(announce(fifo)));
        assertTrue(message.contains("'fifo' cannot be written"), message);
    }
}
