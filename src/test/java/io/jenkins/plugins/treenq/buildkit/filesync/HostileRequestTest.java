// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.filesync;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.grpc.Status;
import io.jenkins.plugins.treenq.buildkit.Fuzz;
import io.jenkins.plugins.treenq.buildkit.LocalSource;
import io.jenkins.plugins.treenq.buildkit.wire.filetransfer.Packet;
import io.jenkins.plugins.treenq.buildkit.wire.filetransfer.Packet.PacketType;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** Random requests of a daemon are served from the offered folders or refused. */
@Timeout(300)
@DisabledOnOs(OS.WINDOWS)
class HostileRequestTest {
    private static final String SECRET = "this is nobody's business";

    @TempDir
    Path scratch;

    private final List<Throwable> uncaught = new CopyOnWriteArrayList<>();
    private final List<Throwable> failures = new CopyOnWriteArrayList<>();
    private final ExecutorService executor = Executors.newCachedThreadPool(task -> {
        Thread thread = new Thread(task);
        thread.setUncaughtExceptionHandler((in, failure) -> uncaught.add(failure));
        return thread;
    });
    private LocalDaemon daemon;

    @BeforeEach
    void offer() throws Exception {
        Path outside = Files.createDirectory(scratch.resolve("outside"));
        Files.writeString(outside.resolve("secret"), SECRET);
        Path context = Files.createDirectories(scratch.resolve("context/sub/deep"));
        Path folder = scratch.resolve("context");
        Files.write(folder.resolve("large"), new byte[300_000]);
        Files.writeString(context.resolve("file"), "x");
        Files.createFile(folder.resolve("empty"));
        Files.createSymbolicLink(folder.resolve("out"), outside);
        Files.createSymbolicLink(folder.resolve("file-out"), Path.of("../outside/secret"));
        Files.createSymbolicLink(folder.resolve("loop"), Path.of("loop"));
        daemon = new LocalDaemon(new FileSyncService(
                Map.of("context", new LocalSource.Folder(folder)),
                null,
                executor,
                failures::add,
                LocalDaemon.compressing()));
    }

    @AfterEach
    void stop() {
        daemon.close();
        executor.shutdownNow();
    }

    @Test
    void randomRequestsAreServedOrRefused() throws Exception {
        Fuzz.rounds(150, random -> {
            LocalDaemon.Transfer transfer =
                    daemon.fetch(LocalDaemon.headers(headers(random)), random.nextInt(5) == 0 ? 3 : Integer.MAX_VALUE);
            for (int i = random.nextInt(12); i > 0; i--) {
                switch (random.nextInt(10)) {
                    case 0 -> transfer.send(PacketType.PACKET_STAT, "x");
                    case 1 -> transfer.send(PacketType.PACKET_DATA, "x".repeat(70_000));
                    case 2 -> transfer.send(Fuzz.pick(random, PacketType.PACKET_FIN, PacketType.PACKET_ERR), "a\nb");
                    case 3 -> transfer.request(Fuzz.pick(random, -1, Integer.MIN_VALUE, Integer.MAX_VALUE, 1000));
                    default -> transfer.request(random.nextInt(9));
                }
            }
            transfer.read(Integer.MAX_VALUE / 2);
            if (random.nextBoolean()) {
                transfer.cancel();
            } else {
                transfer.halfClose();
            }
            for (Packet packet = transfer.next(); packet != null; packet = transfer.next()) {
                String path = packet.getStat().getPath().toStringUtf8();
                assertFalse(path.startsWith("/") || path.contains(".."), path);
                assertFalse(
                        packet.getData().toString(StandardCharsets.ISO_8859_1).contains(SECRET));
            }
            Status status = transfer.end();
            assertNotEquals(Status.Code.INTERNAL, status.getCode(), () -> status + " " + uncaught);
            assertEquals(List.of(), uncaught);
        });
        // A request cannot make a file unreadable, unless it contains a name that no file can have.
        failures.forEach(failure -> assertTrue(failure.getMessage().contains("too long"), failure.getMessage()));
    }

    /**
     * A message that is compressed incorrectly, truncated, or larger than the limit after expansion ends its own call.
     * If the response of the call begins at the same moment, gRPC closes the connection (the handler writes headers to
     * a stream that it has ended). The next call may then fail; the one after it has a new connection.
     */
    @Test
    void compressedMessagesAreReadOrRefused() throws Exception {
        Fuzz.rounds(100, random -> {
            int kind = random.nextInt(4);
            LocalDaemon.Transfer transfer =
                    daemon.fetchCompressed(LocalDaemon.headers("dir-name", "context"), message -> switch (kind) {
                        case 0 -> message;
                        case 1 -> Arrays.copyOf(message, random.nextInt(message.length));
                        case 2 -> garbled(message, random);
                        default -> message;
                    });
            if (kind == 3) {
                // Five megabytes in five kilobytes, more than the limit of a message.
                transfer.send(PacketType.PACKET_DATA, "x".repeat(5 << 20));
            } else {
                transfer.request(Fuzz.pick(random, 0, 1000));
            }
            transfer.send(PacketType.PACKET_FIN, "");
            transfer.halfClose();
            Status status = transfer.end();
            if (kind == 3) {
                assertEquals(Status.Code.RESOURCE_EXHAUSTED, status.getCode(), status.toString());
            }
            assertEquals(List.of(), uncaught);
        });
        assertTrue(isServed(daemon.fetch("context")) || isServed(daemon.fetch("context")));
    }

    private static boolean isServed(LocalDaemon.Transfer transfer) throws InterruptedException {
        Packet first = transfer.next();
        transfer.cancel();
        return first != null && first.hasStat();
    }

    private static byte[] garbled(byte[] message, Random random) {
        byte[] garbled = message.clone();
        for (int i = 1 + random.nextInt(4); i > 0; i--) {
            garbled[random.nextInt(garbled.length)] = (byte) random.nextInt();
        }
        return garbled;
    }

    private static String[] headers(Random random) {
        List<String> headers = new ArrayList<>(
                List.of("dir-name", Fuzz.pick(random, "context", "context", "context", "context", "../outside", "")));
        for (int i = random.nextInt(5); i > 0; i--) {
            headers.add(Fuzz.pick(random, "include-patterns", "exclude-patterns", "followpaths"));
            headers.add(Fuzz.pick(
                    random,
                    "*",
                    "**",
                    "!",
                    "!sub",
                    "[",
                    "[a",
                    "\\",
                    "a\\",
                    "..",
                    "../outside/secret",
                    "/",
                    "out/secret",
                    "out",
                    "file-out",
                    "loop/x",
                    "sub/deep/../../../outside",
                    "%2e%2e",
                    "%zz",
                    "(((",
                    "a{1,9999}",
                    "\t",
                    "sub/**/file",
                    "s?b",
                    "{",
                    "x".repeat(5_000)));
        }
        if (random.nextInt(5) == 0) {
            headers.add(
                    Fuzz.pick(random, "include-patterns", "exclude-patterns", "followpaths", "dir-name") + "-encoded");
            headers.add(Fuzz.pick(random, "1", "true", "yes", ""));
        }
        return headers.toArray(String[]::new);
    }
}
