// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.filesend;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import com.google.protobuf.ByteString;
import io.grpc.Status;
import io.jenkins.plugins.treenq.buildkit.Fuzz;
import io.jenkins.plugins.treenq.buildkit.Output;
import io.jenkins.plugins.treenq.buildkit.fsutil.FileMode;
import io.jenkins.plugins.treenq.buildkit.wire.filearrival.ArrivingPacket;
import io.jenkins.plugins.treenq.buildkit.wire.filearrival.ArrivingStat;
import io.jenkins.plugins.treenq.buildkit.wire.filetransfer.Packet.PacketType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Random packets instead of a folder result in a known error, and no file outside of the output is changed. */
@Timeout(300)
class HostileResultTest {
    private static final byte[] SECRET = {1, 2, 3};
    private static final int[] TYPES = {
        0,
        0,
        0,
        FileMode.FOLDER,
        FileMode.FOLDER,
        FileMode.SYMLINK,
        FileMode.SYMLINK,
        FileMode.SOCKET,
        FileMode.IRREGULAR,
        FileMode.FOLDER | FileMode.SYMLINK,
        FileMode.CHARACTER_DEVICE
    };
    private static final long[] SIZES = {0, 0, 1, 3, 3, 70_000, -1, Long.MIN_VALUE, Long.MAX_VALUE};
    private static final long[] TIMES = {0, 1_600_000_000_123_456_789L, -1, Long.MIN_VALUE, Long.MAX_VALUE};

    @TempDir
    Path scratch;

    private final List<Throwable> uncaught = new CopyOnWriteArrayList<>();
    private final ExecutorService threads = Executors.newFixedThreadPool(4, task -> {
        Thread thread = new Thread(task);
        thread.setUncaughtExceptionHandler((in, failure) -> uncaught.add(failure));
        return thread;
    });
    private Path output;
    private Path outside;

    @BeforeEach
    void prepare() throws IOException {
        output = Files.createDirectory(scratch.resolve("output"));
        outside = Files.createDirectory(scratch.resolve("outside"));
        Files.write(outside.resolve("victim"), SECRET);
    }

    @AfterEach
    void stop() {
        threads.shutdownNow();
    }

    @Test
    void randomPacketsAreAcceptedOrRefused() throws Exception {
        Fuzz.rounds(150, random -> {
            List<Throwable> failures = new CopyOnWriteArrayList<>();
            FolderOptions chosen = new FolderOptions(random.nextInt(4) == 0, random.nextInt(4) == 0, false);
            Map<Integer, FolderOptions> options = Map.of(0, chosen);
            try (FileSendService service = new FileSendService(
                            Map.of(0, new Output.Folder(output)), options, null, threads, failures::add);
                    FakeDaemon daemon = new FakeDaemon(service)) {
                List<Sender> senders = new ArrayList<>();
                for (int i = 0; i < 2; i++) {
                    senders.add(new Sender(
                            random,
                            daemon.sendBytes("buildkit-exporter-multi-platform", chosen.mirrored() ? "1" : "0")));
                }
                for (int step = 0; step < 60; step++) {
                    Fuzz.pick(random, senders.get(0), senders.get(1)).step();
                }
                for (Sender sender : senders) {
                    sender.end();
                }
                service.close();
            }
            for (Throwable failure : failures) {
                assertFalse(failure.getMessage().contains("\n"), failure.getMessage());
                assertFalse(failure.getMessage().contains("\0"), failure.getMessage());
            }
            assertEquals(List.of(), uncaught);
            assertNothingOutside();
        });
    }

    private void assertNothingOutside() throws IOException {
        try (Stream<Path> found = Files.list(scratch)) {
            assertEquals(Set.of("output", "outside"), names(found));
        }
        try (Stream<Path> found = Files.list(outside)) {
            assertEquals(Set.of("victim"), names(found));
        }
        assertArrayEquals(SECRET, Files.readAllBytes(outside.resolve("victim")));
        assertEquals(1, Files.getAttribute(outside.resolve("victim"), "unix:nlink"));
    }

    private static Set<String> names(Stream<Path> paths) {
        return paths.map(path -> path.getFileName().toString()).collect(java.util.stream.Collectors.toSet());
    }

    /** A daemon that follows the protocol at first and then violates it. */
    private final class Sender {
        private final Random random;
        private final FakeDaemon.Transfer<byte[]> transfer;
        private final Set<String> folders = new TreeSet<>(Set.of(""));
        private final List<String> announced = new ArrayList<>();
        private char nextName = 'a';

        Sender(Random random, FakeDaemon.Transfer<byte[]> transfer) {
            this.random = random;
            this.transfer = transfer;
        }

        void step() throws Exception {
            if (transfer.isOver()) {
                return;
            }
            int dice = random.nextInt(100);
            if (dice < 70) {
                send(ArrivingPacket.newBuilder().setStat(stat(dice < 60)));
            } else if (dice < 85) {
                send(data(random.nextInt(announced.size() + 2)));
            } else if (dice < 88) {
                send(ArrivingPacket.newBuilder());
            } else if (dice < 89) {
                send(ArrivingPacket.newBuilder().setType(random.nextInt()));
            } else if (dice < 90) {
                byte[] garbage = new byte[random.nextInt(40)];
                random.nextBytes(garbage);
                transfer.send(garbage);
            } else if (dice < 91) {
                send(ArrivingPacket.newBuilder().setType(PacketType.PACKET_FIN_VALUE));
            } else {
                answer();
            }
        }

        /** Answers the client's requests with valid or nearly valid packets. */
        private void answer() throws Exception {
            for (byte[] message = transfer.poll(); message != null; message = transfer.poll()) {
                ArrivingPacket packet = ArrivingPacket.parseFrom(message);
                if (packet.getType() == PacketType.PACKET_REQ_VALUE) {
                    send(data(packet.getID()));
                    if (random.nextBoolean()) {
                        send(data(packet.getID()).clearData());
                    }
                }
            }
        }

        private ArrivingPacket.Builder data(int id) {
            byte[] bytes = new byte[Fuzz.pick(random, 0, 1, 3, 70_000)];
            return ArrivingPacket.newBuilder()
                    .setType(PacketType.PACKET_DATA_VALUE)
                    .setID(random.nextInt(20) == 0 ? random.nextInt() : id)
                    .setData(ByteString.copyFrom(bytes));
        }

        private ArrivingStat.Builder stat(boolean decent) {
            String folder = Fuzz.pick(random, folders.toArray(String[]::new));
            String name = decent ? String.valueOf(nextName++) : wildName();
            String path = folder.isEmpty() ? name : folder + "/" + name;
            int type = TYPES[random.nextInt(decent ? 7 : TYPES.length)];
            ArrivingStat.Builder stat = ArrivingStat.newBuilder()
                    .setPath(bytes(path))
                    .setMode(type | Fuzz.pick(random, 0755, 0, 0777, 07777777))
                    .setModTime(TIMES[random.nextInt(TIMES.length)])
                    .setSize(SIZES[random.nextInt(decent ? 6 : SIZES.length)]);
            if ((type & FileMode.SYMLINK) != 0 || random.nextInt(8) == 0) {
                stat.setLinkname(bytes(linkTarget()));
            }
            if (random.nextInt(8) == 0) {
                stat.putXattrs(Fuzz.pick(random, "user.x", "user.", "security.capability", "\0", ""), bytes("x"));
            }
            if (type == FileMode.FOLDER) {
                folders.add(path);
            }
            announced.add(path);
            return stat;
        }

        private String wildName() {
            return Fuzz.pick(
                    random,
                    "",
                    ".",
                    "..",
                    "/",
                    "../outside/victim",
                    outside.toString(),
                    "a",
                    "a/b",
                    "a\\..\\..\\b",
                    "\0",
                    "x\0y",
                    "\uFFFD",
                    "é",
                    "\uD83D\uDE00",
                    "n".repeat(300),
                    "a/../../outside/victim",
                    ".tmp.1",
                    "a\nb",
                    "c:",
                    "d/".repeat(3000) + "e",
                    "~");
        }

        private String linkTarget() {
            return announced.isEmpty() || random.nextBoolean()
                    ? Fuzz.pick(
                            random,
                            "../outside",
                            outside.toString(),
                            outside + "/victim",
                            "../outside/victim",
                            ".",
                            "..",
                            "\0",
                            "",
                            "a//b/",
                            "t".repeat(5000),
                            "\uFFFD",
                            "ä")
                    : announced.get(random.nextInt(announced.size()));
        }

        /** Returns the text as bytes, which are sometimes not UTF-8. */
        private ByteString bytes(String text) {
            ByteString bytes = ByteString.copyFromUtf8(text);
            return random.nextInt(30) == 0 ? bytes.concat(ByteString.copyFrom(new byte[] {(byte) 0xff})) : bytes;
        }

        private void send(ArrivingPacket.Builder packet) {
            if (!transfer.isOver()) {
                transfer.send(packet.build().toByteArray());
            }
        }

        void end() throws Exception {
            answer();
            if (random.nextBoolean()) {
                transfer.cancel();
            } else if (!transfer.isOver()) {
                transfer.halfClose();
            }
            Status status = transfer.end();
            assertNotEquals(Status.Code.INTERNAL, status.getCode(), () -> status + " " + uncaught);
        }
    }
}
