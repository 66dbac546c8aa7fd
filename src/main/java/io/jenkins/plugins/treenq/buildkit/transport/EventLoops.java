// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.transport;

import io.jenkins.plugins.treenq.buildkit.threads.WorkerPool;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.util.ResourceLeakDetector;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.netty.util.internal.logging.InternalLoggerFactory;
import io.netty.util.internal.logging.JdkLoggerFactory;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * The threads of one client: an event loop for I/O, which never blocks and is shared with other clients, and the worker
 * pool of the JVM.
 *
 * <p>The bytes of a session pass through two connections: the session's own and the connection to the daemon. If the
 * connections had different threads, each piece would wake up the other thread. Measurements showed eight times as many
 * wake-ups and, for a large result, one and a half times the duration. A client therefore uses a single event loop for
 * all its connections. A JVM has a few event loops, independent of the number of clients.
 *
 * <p>The event loops use the JDK's transport and TLS, which are available everywhere. A native library would have to be
 * written to the disk first.
 */
public final class EventLoops implements AutoCloseable {
    /** More event loops would help only if the network were faster than this number of threads can encrypt. */
    static final int MOST_LOOPS = Math.min(4, Runtime.getRuntime().availableProcessors());

    static final String THREADS = "treenq-io";

    private static final long QUIET_MILLIS = 100;
    private static final long LONGEST_END_MILLIS = 2_000;

    private static final String LEAK_DETECTION = "io.netty.leakDetection.level";

    static {
        // Netty would look for SLF4J, which an agent would have to load from the controller.
        InternalLoggerFactory.setDefaultFactory(JdkLoggerFactory.INSTANCE);
        // Leak detection records a stack trace for every hundredth buffer, which takes a tenth of the duration of a
        // context transfer.
        if (System.getProperty(LEAK_DETECTION) == null) {
            ResourceLeakDetector.setLevel(ResourceLeakDetector.Level.DISABLED);
        }
    }

    /** The event loops of the open clients; null if no client is open. Guarded by the class' lock. */
    private static Shared shared;

    private final Shared group;
    private final EventLoop loop;
    private final AtomicBoolean closed = new AtomicBoolean();

    /** The event loops that all open clients share. */
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

        /** Releases an event loop, and returns whether no client uses the group any more. */
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
     * Returns the same threads for an object that may be closed after its client. The threads end when both are closed.
     * Without this, a task that is submitted to an ended event loop would never run, and code that waits for the task
     * would wait forever.
     *
     * @throws IllegalStateException if the client is closed
     */
    public EventLoops kept() {
        synchronized (EventLoops.class) {
            if (closed.get()) {
                throw new IllegalStateException("the client is closed");
            }
            return new EventLoops(this);
        }
    }

    /** Leaves the group, and returns whether no client is left. */
    private static synchronized boolean leave(Shared group, EventLoop loop) {
        boolean last = group.release(loop);
        if (last) {
            shared = null;
        }
        return last;
    }

    /** Returns the event loop for I/O, on which no task may block. */
    public EventLoopGroup io() {
        return loop;
    }

    /** Returns the pool for tasks that may block. */
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
            // The shutdown is delayed, because connections need a moment to close.
            group.loops
                    .shutdownGracefully(QUIET_MILLIS, LONGEST_END_MILLIS, TimeUnit.MILLISECONDS)
                    .addListener(ended -> CancelledStreams.leaveOutNoMore());
        }
    }
}
