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
import java.util.concurrent.RunnableScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/**
 * Threads such as those on which all clients of a JVM read files, tell listeners and answer daemons.
 *
 * <p>A few threads serve any number of builds, because no task waits for the network: it leaves its thread and comes
 * back. Some tasks still wait for somebody else, and nobody knows for how long: a listener whose terminal is paused, an
 * upload from a pipe. A task that keeps its thread for long, without using the processor, therefore gets that thread
 * for itself, and another one takes its place. So whoever waits holds up nobody for long, and in the worst case there
 * are twice as many threads as there are tasks that wait.
 *
 * <p>The machine may have no thread to spare. A task that was taken is then done by the threads that there are; only
 * where there is none at all is it refused, with an {@link OutOfMemoryError}.
 *
 * <p>Threads without work end, so that a JVM without clients has none, and nothing keeps the classes from being
 * unloaded.
 */
public final class WorkerPool implements Executor {
    /** Threads for the tasks that do not wait. */
    static final int WORKERS = 16;

    /**
     * After that time on its thread without the processor, a task is one that waits. On a busy machine, others get
     * some.
     */
    static final long LONG_MILLIS = 1_000;

    private static final long SOME_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

    private static final long PERIOD_MILLIS = 250;

    /** More tasks than that must not wait at once; those of a build are two or three. */
    static final int MOST_THREADS = 1_000;

    private static final long IDLE_SECONDS = 10;
    private static final ThreadMXBean PROCESSOR = ManagementFactory.getThreadMXBean();
    private static final WorkerPool SHARED = of("treenq", WORKERS);

    private final int workers;
    private final int mostThreads;
    private final Map<Thread, Running> running = new ConcurrentHashMap<>();
    private final AtomicBoolean watched = new AtomicBoolean();
    private final Threads threads;

    /** Hands tasks to the workers when their time has come, and runs none itself. */
    private final Timer timer;

    /** Whether a worker is to find a thread for the timer. */
    private final AtomicBoolean timerMissing = new AtomicBoolean();

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

    WorkerPool(int workers, int mostThreads, ThreadFactory workerThreads, ThreadFactory timerThreads) {
        this.workers = workers;
        this.mostThreads = mostThreads;
        this.threads = new Threads(workerThreads);
        this.timer = new Timer(timerThreads);
    }

    /**
     * A pool of its own, for tasks that shall not compete with those of the clients.
     *
     * @param name what its threads' names begin with
     * @param workers threads for the tasks that do not wait
     */
    public static WorkerPool of(String name, int workers) {
        return new WorkerPool(workers, MOST_THREADS, named(name + "-worker"), named(name + "-timer"));
    }

    /** The pool of this JVM. */
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
        return later(() -> executeAnyway(task), delay.toNanos());
    }

    private Future<?> later(Runnable task, long nanos) {
        Delayed delayed = new Delayed(task);
        try {
            timer.schedule(delayed, nanos, TimeUnit.NANOSECONDS);
        } catch (OutOfMemoryError e) {
            if (delayed.future == null) {
                throw e;
            }
            // It waits in the queue of a timer that has no thread.
            try {
                awaitTimer();
            } catch (OutOfMemoryError none) {
                delayed.future.cancel(false);
                throw none;
            }
        }
        return delayed.future;
    }

    private void awaitTimer() {
        if (timerMissing.compareAndSet(false, true)) {
            try {
                threads.execute(this::startTimer);
            } catch (OutOfMemoryError e) {
                timerMissing.set(false);
                throw e;
            }
        }
    }

    /** Keeps a worker until the machine has a thread for the timer. */
    private void startTimer() {
        boolean started = false;
        while (!started) {
            try {
                timer.prestartCoreThread();
                started = true;
            } catch (OutOfMemoryError e) {
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(PERIOD_MILLIS));
            }
        }
        timerMissing.set(false);
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
            try {
                later(this::adjust, TimeUnit.MILLISECONDS.toNanos(PERIOD_MILLIS));
            } catch (OutOfMemoryError e) {
                // The task that is the reason was taken. Looked at when the next one comes.
                watched.set(false);
            }
        }
    }

    /** Looked at as long as tasks wait for a thread, or threads of their own have not been given back. */
    private void adjust() {
        try {
            int waiting = (int) running.entrySet().stream()
                    .filter(entry -> entry.getValue().waits(entry.getKey()))
                    .count();
            threads.setCorePoolSize(threadsFor(waiting));
        } finally {
            // Also where there is no further thread: there may be one the next time.
            watched.set(false);
            if (!threads.getQueue().isEmpty() || threads.getCorePoolSize() > workers) {
                watch();
            }
        }
    }

    /**
     * How many threads there may be. Half of the workers are left for the others in any case, and as many as wait:
     * where one task waits, so may those behind it, and a number that doubles soon comes to the last of them.
     */
    int threadsFor(int waiting) {
        return Math.min(mostThreads, Math.max(workers, waiting + Math.max((workers + 1) / 2, waiting)));
    }

    /** A task that knows its future, also when it is queued and the call that queued it throws. */
    private static final class Delayed implements Runnable {
        private final Runnable task;
        private RunnableScheduledFuture<?> future;

        Delayed(Runnable task) {
            this.task = task;
        }

        @Override
        public void run() {
            task.run();
        }
    }

    private static final class Timer extends ScheduledThreadPoolExecutor {
        Timer(ThreadFactory factory) {
            super(1, factory);
            setKeepAliveTime(IDLE_SECONDS, TimeUnit.SECONDS);
            allowCoreThreadTimeOut(true);
            setRemoveOnCancelPolicy(true);
        }

        @Override
        protected <V> RunnableScheduledFuture<V> decorateTask(Runnable task, RunnableScheduledFuture<V> future) {
            ((Delayed) task).future = future;
            return future;
        }
    }

    private final class Threads extends ThreadPoolExecutor {
        Threads(ThreadFactory factory) {
            super(workers, mostThreads, IDLE_SECONDS, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), factory);
            allowCoreThreadTimeOut(true);
        }

        @Override
        public void execute(Runnable task) {
            try {
                super.execute(task);
            } catch (OutOfMemoryError e) {
                // The machine has no more threads. Those that there are will come to the task, which is queued already
                // if
                // the last thread ended meanwhile.
                remove(task);
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
