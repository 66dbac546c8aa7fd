// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.client;

import io.jenkins.plugins.treenq.buildkit.threads.WorkerPool;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.function.Supplier;

/**
 * Sends the daemon a small request again and again, during calls to which the daemon may not respond for minutes, such
 * as those that follow its history. gRPC pings a silent daemon once a minute. A daemon accepts a ping every five
 * minutes only, and closes the connection at the fourth ping that no response precedes ({@code handlePing} in grpc-go's
 * {@code http2_server.go}). Each response delays the ping, and resets the daemon's count. A build needs no heartbeat,
 * because the daemon checks the health of its session every five seconds.
 */
final class Heartbeat implements AutoCloseable {
    /** Half the time without a response after which gRPC pings the daemon. */
    static final Duration PERIOD = Duration.ofSeconds(30);

    private final WorkerPool workers;
    private final Duration period;
    private final Supplier<? extends CompletableFuture<?>> request;
    private boolean closed;
    private Future<?> next;

    private Heartbeat(WorkerPool workers, Duration period, Supplier<? extends CompletableFuture<?>> request) {
        this.workers = workers;
        this.period = period;
        this.request = request;
    }

    /**
     * Starts a heartbeat, which ends when it is closed.
     *
     * @param request sends the request, which must have a deadline. Its failure is ignored, because the call fails, too
     */
    static Heartbeat start(WorkerPool workers, Duration period, Supplier<? extends CompletableFuture<?>> request) {
        Heartbeat heartbeat = new Heartbeat(workers, period, request);
        heartbeat.schedule();
        return heartbeat;
    }

    private synchronized void schedule() {
        if (!closed) {
            next = workers.schedule(() -> request.get().whenComplete((answer, failure) -> schedule()), period);
        }
    }

    @Override
    public synchronized void close() {
        closed = true;
        next.cancel(false);
    }
}
