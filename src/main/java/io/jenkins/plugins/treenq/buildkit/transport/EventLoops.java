// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.transport;

import io.jenkins.plugins.treenq.buildkit.threads.WorkerPool;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.util.ResourceLeakDetector;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * The threads of one client: one that moves bytes and never blocks, which it shares with other clients, and the workers
 * of the JVM.
 *
 * <p>A session's bytes pass through two connections, its own and the daemon's. On two threads, each piece wakes the
 * other one, which takes eight times the wake-ups and, for a large result, one and a half times the time. A client
 * therefore has one event loop for all that it does; a JVM has a few of them, however many clients there are.
 *
 * <p>The JDK's own transport and TLS serve everywhere and load no native library, which would have to be written to
 * disk first.
 */
public final class EventLoops implements AutoCloseable {
    /** More would only help a machine whose network is faster than this many encrypt for. */
    static final int MOST_LOOPS = Math.min(4, Runtime.getRuntime().availableProcessors());

    static final String THREADS = "treenq-io";

    private static final long QUIET_MILLIS = 100;
    private static final long LONGEST_END_MILLIS = 2_000;

    private static final String LEAK_DETECTION = "io.netty.leakDetection.level";

    static {
        // It takes a stack trace of every hundredth buffer, which is a tenth of the time that a context takes.
        if (System.getProperty(LEAK_DETECTION) == null) {
            ResourceLeakDetector.setLevel(ResourceLeakDetector.Level.DISABLED);
        }
    }

    /** Of the clients that are open. Guarded by the class. */
    private static Shared shared;

    private final Shared group;
    private final EventLoop loop;
    private final AtomicBoolean closed = new AtomicBoolean();

    /** The event loops of all clients that are open at the same time. */
    private static final class Shared {
        final EventLoopGroup loops = new MultiThreadIoEventLoopGroup(
                MOST_LOOPS, new DefaultThreadFactory(THREADS, true), NioIoHandler.newFactory());
        final Map<EventLoop, Integer> clients = new LinkedHashMap<>();

        Shared() {
            CancelledStreams.leaveOut();
            loops.forEach(loop -> clients.put((EventLoop) loop, 0));
        }

        EventLoop take() {
            EventLoop free = clients.entrySet().stream()
                    .min(Comparator.comparingInt(Map.Entry::getValue))
                    .orElseThrow()
                    .getKey();
            clients.merge(free, 1, Integer::sum);
            return free;
        }

        /** Says whether it was the last one. */
        boolean release(EventLoop loop) {
            clients.merge(loop, -1, Integer::sum);
            return clients.values().stream().allMatch(count -> count == 0);
        }
    }

    public EventLoops() {
        synchronized (EventLoops.class) {
            if (shared == null) {
                shared = new Shared();
            }
            group = shared;
            loop = group.take();
        }
    }

    private EventLoops(EventLoops other) {
        group = other.group;
        loop = other.loop;
        group.clients.merge(loop, 1, Integer::sum);
    }

    /**
     * The same threads for what may end later than their client. They end when both were closed: what is handed to an
     * event loop that has ended is never done, and who waits for it waits for ever.
     *
     * @throws IllegalStateException when the client is closed already
     */
    public EventLoops kept() {
        synchronized (EventLoops.class) {
            if (closed.get()) {
                throw new IllegalStateException("the client is closed");
            }
            return new EventLoops(this);
        }
    }

    /** Says whether no client is left. */
    private static synchronized boolean leave(Shared group, EventLoop loop) {
        boolean last = group.release(loop);
        if (last) {
            shared = null;
        }
        return last;
    }

    /** Moves bytes; nothing that blocks may run here. */
    public EventLoopGroup io() {
        return loop;
    }

    /** For work that may block for a while. */
    public WorkerPool workers() {
        return WorkerPool.shared();
    }

    @Override
    public void close() {
        boolean last;
        synchronized (EventLoops.class) {
            last = closed.compareAndSet(false, true) && leave(group, loop);
        }
        if (last) {
            // Connections take a moment to end.
            group.loops
                    .shutdownGracefully(QUIET_MILLIS, LONGEST_END_MILLIS, TimeUnit.MILLISECONDS)
                    .addListener(ended -> CancelledStreams.leaveOutNoMore());
        }
    }
}
