// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.client;

import io.jenkins.plugins.treenq.buildkit.Endpoint;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Future;

/**
 * The connections of this JVM that no client uses at present, for the next build: a new connection needs three round
 * trips, for TCP, TLS and HTTP/2. Only a client with the same endpoint gets such a connection, that is, with the same
 * address, certificates and key. The number of connections is limited, and each is closed after a while.
 */
final class IdleConnections {
    /** A builder's daemons are rarely more, and each connection has one socket. */
    static final int MOST = 8;

    /** Shorter than the time after which load balancers and address translation forget an idle connection. */
    static final Duration LONGEST = Duration.ofMinutes(1);

    private static final IdleConnections SHARED = new IdleConnections(LONGEST);

    private record Idle(DaemonConnection connection, Future<?> end) {}

    /** The connections, the most recently used one first. Guarded by this object's lock. */
    private final Deque<Idle> connections = new ArrayDeque<>();

    private final Duration longest;

    IdleConnections(Duration longest) {
        this.longest = longest;
    }

    static IdleConnections shared() {
        return SHARED;
    }

    /** Removes and returns a connection to the endpoint. The daemon may have gone silently in the meantime. */
    Optional<DaemonConnection> take(Endpoint endpoint) {
        List<Idle> lost = new ArrayList<>();
        try {
            synchronized (this) {
                for (Iterator<Idle> all = connections.iterator(); all.hasNext(); ) {
                    Idle idle = all.next();
                    if (idle.connection.endpoint().equals(endpoint)) {
                        all.remove();
                        if (idle.connection.isEstablished()) {
                            idle.end.cancel(false);
                            return Optional.of(idle.connection);
                        }
                        lost.add(idle);
                    }
                }
            }
            return Optional.empty();
        } finally {
            lost.forEach(IdleConnections::close);
        }
    }

    /** Keeps a connection that its client no longer uses, or closes the connection if it is lost. */
    void put(DaemonConnection connection) {
        if (!connection.isEstablished()) {
            connection.close();
            return;
        }
        Idle surplus;
        synchronized (this) {
            // The end waits for the lock, so that it does not come before the connection is in the list.
            Future<?> end = connection.loops().workers().schedule(() -> close(connection), longest);
            connections.addFirst(new Idle(connection, end));
            surplus = connections.size() > MOST ? connections.removeLast() : null;
        }
        if (surplus != null) {
            close(surplus);
        }
    }

    /** Closes all connections. */
    void close() {
        List<Idle> all;
        synchronized (this) {
            all = new ArrayList<>(connections);
            connections.clear();
        }
        all.forEach(IdleConnections::close);
    }

    private void close(DaemonConnection connection) {
        boolean idle;
        synchronized (this) {
            idle = connections.removeIf(kept -> kept.connection == connection);
        }
        if (idle) {
            connection.close();
        }
    }

    private static void close(Idle idle) {
        idle.end.cancel(false);
        idle.connection.close();
    }
}
