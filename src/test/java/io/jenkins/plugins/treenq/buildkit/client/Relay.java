// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.client;

import io.jenkins.plugins.treenq.buildkit.Endpoint;
import io.jenkins.plugins.treenq.buildkit.Tls;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.URI;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** A relay between a client and a daemon, which a test controls. */
final class Relay implements AutoCloseable {
    private static final int PIECE_BYTES = 16 << 10;
    private static final ByteBuffer END = ByteBuffer.allocate(0);

    /** After this time without bytes, a side counts as waiting for the other side. */
    private static final long QUIET_MILLIS = 150;

    private final ServerSocketChannel server = ServerSocketChannel.open();
    private final SocketAddress daemon;
    private final Passing passing;
    private final List<Connection> connections = new CopyOnWriteArrayList<>();

    /** What the relay does with the bytes of a connection until it ends. */
    @FunctionalInterface
    private interface Passing {
        void pass(Connection connection) throws IOException, InterruptedException;
    }

    private Relay(String address, Passing passing) throws IOException {
        this.daemon = socketAddress(URI.create(address));
        this.passing = passing;
        server.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
        thread(this::accept);
    }

    private static SocketAddress socketAddress(URI address) {
        return address.getScheme().equals("unix")
                ? UnixDomainSocketAddress.of(address.getPath())
                : new InetSocketAddress(address.getHost(), address.getPort());
    }

    /** Passes all bytes on immediately. */
    static Relay to(String address) throws IOException {
        return new Relay(address, connection -> connection.passAtOnce(Long.MAX_VALUE));
    }

    /** Limits the number of bytes per second to the daemon. */
    static Relay slow(String address, long bytesPerSecond) throws IOException {
        return new Relay(address, connection -> connection.passAtOnce(bytesPerSecond));
    }

    /** Passes the bytes of a side on when that side has become quiet, so that round trips can be counted. */
    static Relay inTurn(String address) throws IOException {
        return new Relay(address, Connection::passInTurn);
    }

    Endpoint endpoint(Tls tls) {
        return Endpoint.of(address(), tls);
    }

    String address() {
        try {
            return "tcp://127.0.0.1:" + ((InetSocketAddress) server.getLocalAddress()).getPort();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Returns the number of connections that were made. */
    int connections() {
        return connections.size();
    }

    /** Returns how often the client has sent something for which it had to wait for the daemon's bytes before. */
    int turns() {
        return connections.stream().mapToInt(connection -> connection.turns).sum();
    }

    /** Returns the number of bytes from clients. */
    long bytesFromClients() {
        return connections.stream()
                .mapToLong(connection -> connection.clientBytes)
                .sum();
    }

    /** Ends all connections. */
    void drop() throws IOException {
        for (Connection connection : connections) {
            connection.close();
        }
    }

    /** Drops all further bytes of the existing connections, like a firewall that has lost their state. */
    void lose() {
        connections.forEach(connection -> connection.lost = true);
    }

    /** Waits until the client has closed its first connection. */
    void awaitEnd() throws InterruptedException {
        connections.get(0).clientEnded.take();
    }

    @Override
    public void close() throws IOException {
        server.close();
        drop();
    }

    private void accept() throws IOException {
        while (true) {
            Connection connection = new Connection(server.accept(), SocketChannel.open(daemon));
            connections.add(connection);
            thread(() -> passing.pass(connection));
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
                // The connection has ended.
            }
        });
        thread.setDaemon(true);
        thread.start();
    }

    private static final class Connection {
        private final SocketChannel client;
        private final SocketChannel server;
        private final BlockingQueue<Boolean> clientEnded = new LinkedBlockingQueue<>();
        private volatile int turns;
        private volatile long clientBytes;
        private volatile boolean lost;

        Connection(SocketChannel client, SocketChannel server) {
            this.client = client;
            this.server = server;
        }

        void close() throws IOException {
            client.close();
            server.close();
        }

        private ByteBuffer read(SocketChannel from) throws IOException {
            ByteBuffer bytes = ByteBuffer.allocate(PIECE_BYTES);
            int count;
            try {
                count = from.read(bytes);
            } catch (IOException e) {
                count = -1;
            }
            if (from == client) {
                if (count < 0) {
                    clientEnded.add(true);
                }
                clientBytes += Math.max(0, count);
            }
            return count < 0 ? END : bytes.flip();
        }

        private void write(ByteBuffer bytes, SocketChannel to) throws IOException {
            while (!lost && bytes.hasRemaining()) {
                to.write(bytes);
            }
        }

        void passAtOnce(long bytesPerSecond) throws IOException, InterruptedException {
            thread(() -> pass(server, client, Long.MAX_VALUE));
            pass(client, server, bytesPerSecond);
        }

        private void pass(SocketChannel from, SocketChannel to, long bytesPerSecond)
                throws IOException, InterruptedException {
            long due = System.nanoTime();
            for (ByteBuffer bytes = read(from); bytes != END; bytes = read(from)) {
                due = Math.max(due, System.nanoTime()) + TimeUnit.SECONDS.toNanos(bytes.remaining()) / bytesPerSecond;
                TimeUnit.NANOSECONDS.sleep(due - System.nanoTime());
                write(bytes, to);
            }
            if (!lost) {
                close();
            }
        }

        void passInTurn() throws IOException, InterruptedException {
            BlockingQueue<ByteBuffer> fromClient = queue(client);
            BlockingQueue<ByteBuffer> fromServer = queue(server);
            boolean serversTurn = false;
            boolean clientIsNext = true;
            while (true) {
                int bytes = deliver(serversTurn ? fromServer : fromClient, serversTurn ? client : server);
                if (bytes < 0) {
                    close();
                    return;
                }
                if (bytes > 0 && !serversTurn && clientIsNext) {
                    turns++;
                    clientIsNext = false;
                } else if (bytes > 0 && serversTurn) {
                    clientIsNext = true;
                }
                serversTurn = !serversTurn;
            }
        }

        /** Passes bytes on until none arrive for a while. Returns the number of bytes; -1 at the end. */
        private static int deliver(BlockingQueue<ByteBuffer> from, SocketChannel to)
                throws IOException, InterruptedException {
            List<ByteBuffer> all = new CopyOnWriteArrayList<>();
            for (ByteBuffer next = from.poll(QUIET_MILLIS, TimeUnit.MILLISECONDS);
                    next != null;
                    next = from.poll(QUIET_MILLIS, TimeUnit.MILLISECONDS)) {
                if (next == END) {
                    return -1;
                }
                all.add(next);
            }
            int bytes = 0;
            for (ByteBuffer piece : all) {
                bytes += piece.remaining();
                while (piece.hasRemaining()) {
                    to.write(piece);
                }
            }
            return bytes;
        }

        private BlockingQueue<ByteBuffer> queue(SocketChannel from) {
            BlockingQueue<ByteBuffer> queue = new LinkedBlockingQueue<>();
            thread(() -> {
                ByteBuffer bytes;
                do {
                    bytes = read(from);
                    queue.add(bytes);
                } while (bytes != END);
            });
            return queue;
        }
    }
}
