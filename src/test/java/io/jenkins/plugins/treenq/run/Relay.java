// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.run;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;

/** Stands in front of a daemon, and passes everything on or says nothing. */
final class Relay implements AutoCloseable {
    private final ServerSocket server;
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();
    private final AtomicInteger unanswered = new AtomicInteger();
    private final URI daemon;
    private volatile boolean silent;

    Relay(String address) throws IOException {
        this(address, InetAddress.getLoopbackAddress(), 0);
    }

    /** @param port the port at which clients connect; 0 for any free one */
    Relay(String address, InetAddress own, int port) throws IOException {
        server = new ServerSocket(port, 50, own);
        daemon = URI.create(address);
        threads.execute(this::accept);
    }

    String address() {
        return "tcp://localhost:" + server.getLocalPort();
    }

    int port() {
        return server.getLocalPort();
    }

    /** From now on, who connects gets no answer. */
    void silence(boolean on) {
        unanswered.set(0);
        silent = on;
    }

    /** How many have connected and got no answer. */
    int unanswered() {
        return unanswered.get();
    }

    private void accept() {
        try {
            while (true) {
                Socket client = server.accept();
                sockets.add(client);
                if (silent) {
                    unanswered.incrementAndGet();
                    continue;
                }
                Socket other = new Socket(daemon.getHost(), daemon.getPort());
                sockets.add(other);
                threads.execute(() -> copy(client, other));
                threads.execute(() -> copy(other, client));
            }
        } catch (IOException e) {
            // Closed.
        }
    }

    private static void copy(Socket from, Socket to) {
        try (from;
                to) {
            InputStream in = from.getInputStream();
            OutputStream out = to.getOutputStream();
            in.transferTo(out);
        } catch (IOException e) {
            // The other side ended it.
        }
    }

    @Override
    public void close() throws IOException {
        server.close();
        for (Socket socket : sockets) {
            socket.close();
        }
        threads.shutdown();
    }
}
