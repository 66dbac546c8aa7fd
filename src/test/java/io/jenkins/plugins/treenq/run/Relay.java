// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.run;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;

/** A relay in front of a daemon, which forwards connections, leaves them unanswered, or closes them. */
final class Relay implements AutoCloseable {
    private final ServerSocket server;
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();
    private final AtomicInteger unanswered = new AtomicInteger();
    private final URI daemon;
    private volatile boolean silent;
    private volatile boolean cut;

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

    /** New connections get no answer while this is on. */
    void silence(boolean on) {
        unanswered.set(0);
        silent = on;
    }

    /** Closes all connections, and each new one while this is on. */
    void cut(boolean on) throws IOException {
        cut = on;
        if (on) {
            for (Socket socket : sockets) {
                socket.close();
            }
        }
    }

    /** Returns the number of open connections of clients. */
    long connections() {
        sockets.removeIf(Socket::isClosed);
        return sockets.size() / 2;
    }

    /** Returns the number of connections that got no answer. */
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
                } else {
                    threads.execute(() -> connect(client));
                }
            }
        } catch (IOException e) {
            // Closed.
        }
    }

    private void connect(Socket client) {
        Socket other = new Socket();
        sockets.add(other);
        try {
            other.connect(new InetSocketAddress(daemon.getHost(), daemon.getPort()));
        } catch (IOException e) {
            // The daemon is not there.
            cut(client, other);
            return;
        }
        threads.execute(() -> copy(client, other));
        threads.execute(() -> copy(other, client));
        if (cut) {
            cut(client, other);
        }
    }

    private static void cut(Socket client, Socket other) {
        try (client;
                other) {
            // Both are closed.
        } catch (IOException e) {
            // The other side ended it.
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
