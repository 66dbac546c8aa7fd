// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.client;

import io.jenkins.plugins.treenq.buildkit.BuildEvent;
import io.jenkins.plugins.treenq.buildkit.BuildRequest;
import io.jenkins.plugins.treenq.buildkit.BuildkitException;
import io.jenkins.plugins.treenq.buildkit.Endpoint;
import io.jenkins.plugins.treenq.buildkit.registry.RegistryLogins;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * Builds over a bad link. Runs in a process of its own, in a network namespace that has nothing but a loopback device
 * of little bandwidth: {@code SlowLink SOCKET FOLDER DELAY-MILLIS complete|cut}.
 *
 * <p>A socket in the file system is reached from every network namespace. Between it and the client is the slow device,
 * and a relay that delays all data, because not every kernel has a queue that delays.
 */
final class SlowLink {
    private static final int PIECE_BYTES = 16 << 10;

    /** The pieces together have one megabyte, which is more than such a link buffers. */
    private static final int PIECES = 64;

    private SlowLink() {}

    public static void main(String[] arguments) throws Exception {
        int delayMillis = Integer.parseInt(arguments[2]);
        boolean cut = arguments[3].equals("cut");
        try (ServerSocketChannel relay = ServerSocketChannel.open()) {
            relay.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
            SocketAddress daemon = UnixDomainSocketAddress.of(arguments[0]);
            thread(() -> accept(relay, daemon, delayMillis));
            int port = ((InetSocketAddress) relay.getLocalAddress()).getPort();
            try (BuildkitClient client = BuildkitClient.connect(Endpoint.of("tcp://127.0.0.1:" + port, null))) {
                BuildRequest request = Builds.request().option("no-cache", "").build();
                try {
                    client.build(request, Builds.content(Path.of(arguments[1]), RegistryLogins.NONE), event -> {
                        if (cut && event instanceof BuildEvent.Output) {
                            cut();
                        }
                    });
                    say("built " + request.ref());
                } catch (BuildkitException e) {
                    say("failed " + request.ref());
                    say(e.getClass().getSimpleName() + ": " + e.getMessage());
                }
            }
            // The link stays until the process is ended.
            System.in.read();
        }
    }

    private static void say(String line) {
        System.out.println(line);
        System.out.flush();
    }

    /** Drops every packet from now on, without notice. */
    private static void cut() {
        try {
            new ProcessBuilder("tc", "qdisc", "replace", "dev", "lo", "root", "pfifo", "limit", "0")
                    .inheritIO()
                    .start()
                    .waitFor();
        } catch (IOException | InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private interface Work {
        void run() throws IOException, InterruptedException;
    }

    private static void thread(Work work) {
        Thread thread = new Thread(() -> {
            try {
                work.run();
            } catch (IOException | InterruptedException e) {
                // The connection is over.
            }
        });
        thread.setDaemon(true);
        thread.start();
    }

    private static void accept(ServerSocketChannel relay, SocketAddress daemon, int delayMillis) throws IOException {
        while (true) {
            SocketChannel client = relay.accept();
            SocketChannel server = SocketChannel.open(daemon);
            pump(client, server, delayMillis);
            pump(server, client, delayMillis);
        }
    }

    private record Piece(ByteBuffer bytes, long dueNanos) {}

    private static void pump(SocketChannel from, SocketChannel to, int delayMillis) {
        BlockingQueue<Piece> way = new ArrayBlockingQueue<>(PIECES);
        thread(() -> {
            try {
                read(from, way, delayMillis);
            } finally {
                way.put(new Piece(null, 0));
            }
        });
        thread(() -> {
            try (from;
                    to) {
                for (Piece piece = way.take(); piece.bytes != null; piece = way.take()) {
                    TimeUnit.NANOSECONDS.sleep(piece.dueNanos - System.nanoTime());
                    while (piece.bytes.hasRemaining()) {
                        to.write(piece.bytes);
                    }
                }
            }
        });
    }

    private static void read(SocketChannel from, BlockingQueue<Piece> way, int delayMillis)
            throws IOException, InterruptedException {
        while (true) {
            ByteBuffer bytes = ByteBuffer.allocate(PIECE_BYTES);
            if (from.read(bytes) < 0) {
                return;
            }
            way.put(new Piece(bytes.flip(), System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(delayMillis)));
        }
    }
}
