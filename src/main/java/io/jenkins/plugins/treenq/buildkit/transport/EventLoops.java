// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.transport;

import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.util.ResourceLeakDetector;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * The threads of one client: one that moves bytes and never blocks, and some that read files and tell listeners.
 *
 * <p>The JDK's own transport and TLS serve everywhere and load no native library, which would have to be written to
 * disk first.
 */
public final class EventLoops implements AutoCloseable {
    /**
     * A session's bytes pass through two connections, its own and the daemon's. On two threads, each piece wakes the other
     * one, which takes eight times the wake-ups and, for a large result, one and a half times the time.
     */
    private static final int IO_THREADS = 1;

    private static final int WORKERS = 16;
    private static final long IDLE_SECONDS = 10;
    private static final long QUIET_MILLIS = 100;
    private static final long LONGEST_END_MILLIS = 2_000;

    private static final String LEAK_DETECTION = "io.netty.leakDetection.level";

    static {
        // It takes a stack trace of every hundredth buffer, which is a tenth of the time that a context takes.
        if (System.getProperty(LEAK_DETECTION) == null) {
            ResourceLeakDetector.setLevel(ResourceLeakDetector.Level.DISABLED);
        }
    }

    private final EventLoopGroup io = new MultiThreadIoEventLoopGroup(
            IO_THREADS, new DefaultThreadFactory("treenq-io", true), NioIoHandler.newFactory());
    private final ThreadPoolExecutor workers = new ThreadPoolExecutor(
            WORKERS,
            WORKERS,
            IDLE_SECONDS,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(),
            new DefaultThreadFactory("treenq-worker", true));

    public EventLoops() {
        workers.allowCoreThreadTimeOut(true);
    }

    /** Moves bytes; nothing that blocks may run here. */
    public EventLoopGroup io() {
        return io;
    }

    /** For work that may block for a while. */
    public ExecutorService workers() {
        return workers;
    }

    @Override
    public void close() {
        // Calls that end with their connection tell so on a worker, and the connection itself takes a moment.
        io.shutdownGracefully(QUIET_MILLIS, LONGEST_END_MILLIS, TimeUnit.MILLISECONDS)
                .addListener(over -> workers.shutdown());
    }
}
