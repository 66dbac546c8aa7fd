// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.filesync;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.grpc.Status;
import io.jenkins.plugins.treenq.buildkit.BuildkitException;
import io.jenkins.plugins.treenq.buildkit.LocalSource;
import io.jenkins.plugins.treenq.buildkit.wire.filetransfer.Packet;
import io.jenkins.plugins.treenq.buildkit.wire.filetransfer.Packet.PacketType;
import io.jenkins.plugins.treenq.buildkit.wire.filetransfer.Stat;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DiffCopyTest {
    @TempDir
    Path folder;

    private final ExecutorService executor = Executors.newCachedThreadPool();
    private final List<BuildkitException.ContextUnreadable> failures = Collections.synchronizedList(new ArrayList<>());
    private LocalDaemon daemon;

    @BeforeEach
    void start() throws IOException {
        daemon = new LocalDaemon(new FileSyncService(
                Map.of("context", new LocalSource.Folder(folder)), executor, failures::add));
    }

    @AfterEach
    void stop() {
        daemon.close();
        executor.shutdownNow();
    }

    @Test
    void sendsTheWalkThenWhatIsAskedForAndEndsAfterFin() throws Exception {
        Files.createDirectory(folder.resolve("a"));
        byte[] large = new byte[200_000];
        new Random(1).nextBytes(large);
        Files.write(folder.resolve("a/large"), large);
        Files.write(folder.resolve("a-b"), new byte[0]);
        Files.write(folder.resolve("small"), new byte[] {1, 2, 3});

        LocalDaemon.Transfer transfer = daemon.fetch("context");
        List<Stat> walk = transfer.walk();
        assertEquals(
                List.of("a", "a/large", "a-b", "small"),
                walk.stream().map(Stat::getPath).toList());
        transfer.request(1);
        assertArrayEquals(large, transfer.content(1));
        transfer.request(3);
        assertArrayEquals(new byte[] {1, 2, 3}, transfer.content(3));
        transfer.request(2);
        assertArrayEquals(new byte[0], transfer.content(2));
        transfer.send(PacketType.PACKET_FIN);
        assertEquals(PacketType.PACKET_FIN, transfer.next().getType());
        assertEquals(Status.OK, transfer.end());
        assertEquals(List.of(), failures);
    }
}
