// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.threads;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The threads on which all clients of a JVM read files, tell listeners and answer daemons.
 *
 * <p>A few threads serve any number of builds, because no task waits for the network: it leaves its thread and comes back.
 * Some tasks still wait for somebody else, and nobody knows for how long: a listener whose terminal is paused, an upload from
 * a pipe. A task that keeps its thread for long, without using the processor, therefore gets that thread for itself, and
 * another one takes its place. So whoever waits holds up nobody, and in the worst case there are as many threads as there are
 * tasks that wait.
 *
 * <p>Threads without work end, so that a JVM without clients has none, and nothing keeps the classes from being unloaded.
 */
public final class WorkerPool implements Executor {
    /** Threads for the tasks that do not wait. */
    static final int WORKERS = 16;

    /** After that time on its thread without the processor, a task is one that waits. On a busy machine, others get some. */
    static final long LONG_MILLIS = 1_000;

    private static final long SOME_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

    private static final long PERIOD_MILLIS = 250;

    /** More tasks than that must not wait at once; those of a build are two or three. */
    static final int MOST_THREADS = 1_000;

    private static final long IDLE_SECONDS = 10;
    private static final ThreadMXBean PROCESSOR = ManagementFactory.getThreadMXBean();
    private static final WorkerPool SHARED = new WorkerPool("treenq-worker", WORKERS, MOST_THREADS);

    private final int workers;
    private final int mostThreads;
    private final Map<Thread, Running> running = new ConcurrentHashMap<>();
    private final AtomicBoolean watched = new AtomicBoolean();
    private final Threads threads;

    /** Hands tasks to the workers when their time has come, and runs none itself. */
    private final ScheduledThreadPoolExecutor timer = new ScheduledThreadPoolExecutor(1, named("treenq-timer"));

    /** What was seen of a task that has a thread. Only touched where the threads are counted. */
    private static final class Running {
        long processorNanos;
        long sinceNanos;
        boolean seen;

        /** Whether the task has not used the processor for long. */
        boolean waits(Thread thread) {
            long nanos = PROCESSOR.isThreadCpuTimeSupported() ? PROCESSOR.getThreadCpuTime(thread.getId()) : 0;
            long now = System.nanoTime();
            if (!seen || nanos - processorNanos >= SOME_NANOS) {
                seen = true;
                processorNanos = nanos;
                sinceNanos = now;
            }
            return now - sinceNanos >= TimeUnit.MILLISECONDS.toNanos(LONG_MILLIS);
        }
    }

    WorkerPool(String name, int workers, int mostThreads) {
        this.workers = workers;
        this.mostThreads = mostThreads;
        this.threads = new Threads(name);
        timer.setKeepAliveTime(IDLE_SECONDS, TimeUnit.SECONDS);
        timer.allowCoreThreadTimeOut(true);
        timer.setRemoveOnCancelPolicy(true);
    }

    /**
     * A pool apart, for tasks that wait for what the clients' own threads do.
     *
     * @param name of its threads
     * @param workers threads for the tasks that do not wait
     */
    public static WorkerPool of(String name, int workers) {
        return new WorkerPool(name, workers, MOST_THREADS);
    }

    /** The pool that all clients of this JVM have together. */
    public static WorkerPool shared() {
        return SHARED;
    }

    @Override
    public void execute(Runnable task) {
        threads.execute(task);
        if (!threads.getQueue().isEmpty()) {
            watch();
        }
    }

    /** Runs the task on a worker after a while; cancelling the future prevents it. */
    public Future<?> schedule(Runnable task, Duration delay) {
        return timer.schedule(() -> executeAnyway(task), delay.toNanos(), TimeUnit.NANOSECONDS);
    }

    private void executeAnyway(Runnable task) {
        try {
            execute(task);
        } catch (OutOfMemoryError e) {
            // There is no other thread for it, and nobody else would come to it.
            task.run();
        }
    }

    int size() {
        return threads.getPoolSize();
    }

    private void watch() {
        if (watched.compareAndSet(false, true)) {
            timer.schedule(this::adjust, PERIOD_MILLIS, TimeUnit.MILLISECONDS);
        }
    }

    /** Looked at as long as tasks wait for a thread, or threads of their own have not been given back. */
    private void adjust() {
        try {
            int waiting = (int) running.entrySet().stream()
                    .filter(entry -> entry.getValue().waits(entry.getKey()))
                    .count();
            // Half of them are left for the others in any case.
            threads.setCorePoolSize(Math.min(mostThreads, Math.max(workers, waiting + (workers + 1) / 2)));
        } finally {
            watched.set(false);
        }
        if (!threads.getQueue().isEmpty() || threads.getCorePoolSize() > workers) {
            watch();
        }
    }

    private final class Threads extends ThreadPoolExecutor {
        Threads(String name) {
            super(workers, mostThreads, IDLE_SECONDS, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), named(name));
            allowCoreThreadTimeOut(true);
        }

        @Override
        public void execute(Runnable task) {
            try {
                super.execute(task);
            } catch (OutOfMemoryError e) {
                // The machine has no more threads. Those that there are will come to the task.
                if (getPoolSize() == 0) {
                    throw e;
                }
                getQueue().add(task);
            }
        }

        @Override
        protected void beforeExecute(Thread thread, Runnable task) {
            running.put(thread, new Running());
        }

        @Override
        protected void afterExecute(Runnable task, Throwable failure) {
            running.remove(Thread.currentThread());
        }
    }

    private static ThreadFactory named(String name) {
        AtomicInteger count = new AtomicInteger();
        return task -> {
            // Whoever calls first must not lend its class loader to a thread that serves everybody.
            Thread thread = new Thread(null, task, name + "-" + count.incrementAndGet(), 0, false);
            thread.setContextClassLoader(WorkerPool.class.getClassLoader());
            thread.setDaemon(true);
            return thread;
        };
    }
}
