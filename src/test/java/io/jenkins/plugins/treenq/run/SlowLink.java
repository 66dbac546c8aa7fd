// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.run;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.locks.LockSupport;

/** Relays connections with the round-trip time and the bandwidth of a slow network. */
final class SlowLink implements AutoCloseable {
    private static final int PIECE_BYTES = 16 << 10;
    private static final int MOST_PIECES = 64;
    private static final double NANOS_PER_SECOND = 1e9;

    private final ServerSocket server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    private final int port;
    private final long delayNanos;
    private final double nanosPerByte;

    private record Piece(byte[] bytes, int length, long dueNanos) {}

    /** @param port port on this machine to which connections are passed on */
    SlowLink(int port, Duration roundTrip, double bytesPerSecond) throws IOException {
        this.port = port;
        this.delayNanos = roundTrip.toNanos() / 2;
        this.nanosPerByte = NANOS_PER_SECOND / bytesPerSecond;
        start(this::accept);
    }

    int port() {
        return server.getLocalPort();
    }

    private static void start(Runnable task) {
        Thread thread = new Thread(task, "slow-link");
        thread.setDaemon(true);
        thread.start();
    }

    private void accept() {
        try {
            while (true) {
                Socket client = server.accept();
                Socket other = new Socket(InetAddress.getLoopbackAddress(), port);
                client.setTcpNoDelay(true);
                other.setTcpNoDelay(true);
                pass(client, other);
                pass(other, client);
            }
        } catch (IOException e) {
            // Closed.
        }
    }

    private void pass(Socket from, Socket to) {
        BlockingQueue<Piece> pieces = new LinkedBlockingQueue<>(MOST_PIECES);
        start(() -> read(from, pieces));
        start(() -> write(pieces, from, to));
    }

    private void read(Socket from, BlockingQueue<Piece> pieces) {
        try {
            long freeNanos = System.nanoTime();
            InputStream in = from.getInputStream();
            int length;
            do {
                byte[] bytes = new byte[PIECE_BYTES];
                length = in.read(bytes);
                freeNanos = Math.max(freeNanos, System.nanoTime()) + (long) (Math.max(length, 0) * nanosPerByte);
                pieces.put(new Piece(bytes, length, freeNanos + delayNanos));
            } while (length >= 0);
        } catch (IOException e) {
            pieces.offer(new Piece(new byte[0], -1, 0));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void write(BlockingQueue<Piece> pieces, Socket from, Socket to) {
        try (from;
                to) {
            OutputStream out = to.getOutputStream();
            for (Piece piece = pieces.take(); piece.length() >= 0; piece = pieces.take()) {
                for (long left = piece.dueNanos() - System.nanoTime();
                        left > 0;
                        left = piece.dueNanos() - System.nanoTime()) {
                    LockSupport.parkNanos(left);
                }
                out.write(piece.bytes(), 0, piece.length());
            }
        } catch (IOException e) {
            // The other side ended the connection.
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() throws IOException {
        server.close();
    }
}
