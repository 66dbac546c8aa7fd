// SPDX-License-Identifier: MIT

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * Passes connections on and holds every byte back for a while, in each direction: {@code java LinkRelay.java LISTEN TARGET
 * DELAY-MILLIS}, where an address is {@code tcp:PORT} of the loopback device or {@code unix:PATH}. {@code buildkit/bench}
 * uses it, because not every kernel has the queue that delays ({@code netem}). A socket in the file system is reached from
 * every network namespace, so that two relays connect a namespace with the rest of the machine.
 */
final class LinkRelay {
    private static final int PIECE_BYTES = 64 << 10;

    /** Four megabytes, which is more than is ever under way on the links that are measured. */
    private static final int PIECES = 64;

    /** What arrives within this time is passed on together, so that the relay leaves the processor to the clients. */
    private static final long GATHERED_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

    private LinkRelay() {}

    public static void main(String[] arguments) throws IOException {
        SocketAddress target = address(arguments[1]);
        long delayNanos = TimeUnit.MILLISECONDS.toNanos(Long.parseLong(arguments[2]));
        try (ServerSocketChannel relay = listen(arguments[0])) {
            System.out.println("ready");
            while (true) {
                SocketChannel client = relay.accept();
                try {
                    SocketChannel server = SocketChannel.open(target);
                    pass(client, server, delayNanos);
                    pass(server, client, delayNanos);
                } catch (IOException e) {
                    System.err.println("cannot connect to " + target + ": " + e.getMessage());
                    client.close();
                }
            }
        }
    }

    private static SocketAddress address(String text) {
        String rest = text.substring(text.indexOf(':') + 1);
        return text.startsWith("unix:")
                ? UnixDomainSocketAddress.of(rest)
                : new InetSocketAddress("127.0.0.1", Integer.parseInt(rest));
    }

    private static ServerSocketChannel listen(String text) throws IOException {
        if (!text.startsWith("unix:")) {
            return ServerSocketChannel.open().bind(address(text));
        }
        Files.deleteIfExists(Path.of(text.substring(text.indexOf(':') + 1)));
        return ServerSocketChannel.open(StandardProtocolFamily.UNIX).bind(address(text));
    }

    private record Piece(ByteBuffer bytes, long dueNanos) {}

    private interface Work {
        void run() throws IOException, InterruptedException;
    }

    private static void thread(Work work) {
        Thread thread = new Thread(() -> {
            try {
                work.run();
            } catch (IOException | InterruptedException e) {
                // The connection has ended.
            }
        });
        thread.setDaemon(true);
        thread.start();
    }

    private static void pass(SocketChannel from, SocketChannel to, long delayNanos) throws IOException {
        if (!(from.getLocalAddress() instanceof UnixDomainSocketAddress)) {
            from.setOption(StandardSocketOptions.TCP_NODELAY, true);
        }
        if (delayNanos == 0) {
            thread(() -> passAtOnce(from, to));
            return;
        }
        BlockingQueue<Piece> way = new ArrayBlockingQueue<>(PIECES + 1);
        BlockingQueue<ByteBuffer> free = new ArrayBlockingQueue<>(PIECES);
        for (int i = 0; i < PIECES; i++) {
            free.add(ByteBuffer.allocateDirect(PIECE_BYTES));
        }
        thread(() -> {
            try {
                read(from, free, way, delayNanos);
            } finally {
                way.put(new Piece(null, 0));
            }
        });
        thread(() -> {
            try (from;
                    to) {
                for (Piece piece = way.take(); piece.bytes != null; piece = way.take()) {
                    TimeUnit.NANOSECONDS.sleep(piece.dueNanos - System.nanoTime());
                    write(piece.bytes, to);
                    free.add(piece.bytes.clear());
                }
            }
        });
    }

    private static void passAtOnce(SocketChannel from, SocketChannel to) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocateDirect(PIECE_BYTES);
        try (from;
                to) {
            while (from.read(bytes) >= 0) {
                write(bytes.flip(), to);
                bytes.clear();
            }
        }
    }

    private static void write(ByteBuffer bytes, SocketChannel to) throws IOException {
        while (bytes.hasRemaining()) {
            to.write(bytes);
        }
    }

    private static void read(
            SocketChannel from, BlockingQueue<ByteBuffer> free, BlockingQueue<Piece> way, long delayNanos)
            throws IOException, InterruptedException {
        while (true) {
            ByteBuffer bytes = free.take();
            if (from.read(bytes) < 0) {
                return;
            }
            long dueNanos = System.nanoTime() + delayNanos;
            // A first byte after a pause is read at once and is not late because of what follows it.
            way.put(new Piece(bytes.flip(), dueNanos));
            TimeUnit.NANOSECONDS.sleep(GATHERED_NANOS);
        }
    }
}
