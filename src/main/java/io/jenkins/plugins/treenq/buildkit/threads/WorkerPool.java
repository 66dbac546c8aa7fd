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
 * A thread pool for tasks that may block. All clients of a JVM share a pool, on whose threads they read files, call
 * listeners and answer daemons.
 *
 * <p>A few threads serve any number of builds, because tasks do not wait for the network: a task leaves its thread
 * instead and is submitted again later. Some tasks still block for an unknown time, such as a listener with a paused
 * terminal, or an upload that reads from a pipe. If a task occupies its thread for long without using the processor,
 * the pool adds a thread. Blocked tasks therefore delay other tasks only briefly. In the worst case there are twice as
 * many threads as blocked tasks.
 *
 * <p>If the machine cannot create another thread, existing threads execute the task. Only if there are none, the pool
 * refuses the task with an {@link OutOfMemoryError}.
 *
 * <p>Idle threads end. A JVM without clients therefore has no threads of the pool, and classes can be unloaded.
 */
public final class WorkerPool implements Executor {
    /** Number of threads for tasks that do not block. */
    static final int WORKERS = 16;

    /**
     * Time on a thread without use of the processor after which a task counts as blocked. On a busy machine, a task
     * that does not block uses the processor within this time.
     */
    static final long LONG_MILLIS = 1_000;

    private static final long SOME_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

    private static final long PERIOD_MILLIS = 250;

    /** Limit of threads, and therefore of tasks that block at the same time. A build has two or three of them. */
    static final int MOST_THREADS = 1_000;

    private static final long IDLE_SECONDS = 10;
    private static final ThreadMXBean PROCESSOR = ManagementFactory.getThreadMXBean();
    private static final WorkerPool SHARED = of("treenq", WORKERS);

    private final int workers;
    private final int mostThreads;
    private final Map<Thread, Running> running = new ConcurrentHashMap<>();
    private final AtomicBoolean watched = new AtomicBoolean();
    private final Threads threads;

    /**
     * Submits tasks to the workers at their time. The timer's thread executes a task itself only if the pool refuses
     * the task.
     */
    private final Timer timer;

    /** Whether a worker has to start the timer's thread. */
    private final AtomicBoolean timerMissing = new AtomicBoolean();

    /** The observed state of a task on a thread. Accessed only by {@link #adjust}. */
    private static final class Running {
        long processorNanos;
        long sinceNanos;
        boolean seen;

        /** Returns whether the task has not used the processor for {@link #LONG_MILLIS}. */
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
     * Creates a separate pool, for tasks that must not compete with the tasks of clients.
     *
     * @param name prefix of the threads' names
     * @param workers number of threads for tasks that do not block
     */
    public static WorkerPool of(String name, int workers) {
        return new WorkerPool(workers, MOST_THREADS, named(name + "-worker"), named(name + "-timer"));
    }

    /** Returns the shared pool of this JVM. */
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

    /** Executes a task on a worker after the delay. Cancelling the future prevents the execution. */
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
            // The task is in the queue of the timer, which has no thread.
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

    /** Occupies a worker until the machine can create a thread for the timer. */
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
            // There is no other thread for the task, and no later event would execute it.
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
                // The pool has accepted the task that caused this call. The next task causes the next attempt.
                watched.set(false);
            }
        }
    }

    /**
     * Adjusts the number of threads. This method is called periodically while tasks are queued or the pool has
     * additional threads.
     */
    private void adjust() {
        try {
            int waiting = (int) running.entrySet().stream()
                    .filter(entry -> entry.getValue().waits(entry.getKey()))
                    .count();
            threads.setCorePoolSize(threadsFor(waiting));
        } finally {
            // The next check is also needed if creating a thread failed, because it may succeed the next time.
            watched.set(false);
            if (!threads.getQueue().isEmpty() || threads.getCorePoolSize() > workers) {
                watch();
            }
        }
    }

    /**
     * Returns the maximum number of threads for a number of blocked tasks. At least half of the workers remain for
     * other tasks, and at least as many as there are blocked tasks: queued tasks may block as well, and with doubling
     * the pool soon reaches the last of them.
     */
    int threadsFor(int waiting) {
        return Math.min(mostThreads, Math.max(workers, waiting + Math.max((workers + 1) / 2, waiting)));
    }

    /**
     * A task with a reference to its future, which is available even if the call that queued the task throws an
     * exception.
     */
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
                // The machine cannot create another thread, so that an existing thread will execute the task. The task
                // may already be in the queue if the last thread has just ended.
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
            // The threads serve all callers, so that they must not inherit the class loader of the first caller.
            Thread thread = new Thread(null, task, name + "-" + count.incrementAndGet(), 0, false);
            thread.setContextClassLoader(WorkerPool.class.getClassLoader());
            thread.setDaemon(true);
            return thread;
        };
    }
}
