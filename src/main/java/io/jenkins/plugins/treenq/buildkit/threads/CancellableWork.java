// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.threads;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;

/**
 * Work that is cancelled without an interrupt of its thread. A thread of an agent may be loading classes, and a class
 * whose initialization is interrupted cannot be used in that JVM any more. Cancelling the work therefore cancels what
 * it waits for, and loops that take long ask whether it is cancelled.
 */
public final class CancellableWork<T> implements Callable<T> {
    private static final ThreadLocal<CancellableWork<?>> CURRENT = new ThreadLocal<>();

    private final Callable<T> work;

    // The following fields are guarded by this object's lock.
    private final List<Runnable> actions = new ArrayList<>();
    private boolean cancelled;

    public CancellableWork(Callable<T> work) {
        this.work = work;
    }

    /** Does the work on the current thread. */
    @Override
    public T call() throws Exception {
        CancellableWork<?> outer = CURRENT.get();
        CURRENT.set(this);
        try {
            return work.call();
        } finally {
            if (outer == null) {
                // The thread may live longer than the class loader of this class.
                CURRENT.remove();
            } else {
                CURRENT.set(outer);
            }
        }
    }

    /** Cancels what the work waits for. */
    public void cancel() {
        List<Runnable> now;
        synchronized (this) {
            cancelled = true;
            now = List.copyOf(actions);
        }
        now.forEach(Runnable::run);
    }

    /** Returns whether the work of the current thread was cancelled, or the thread was interrupted. */
    public static boolean isCancelled() {
        CancellableWork<?> current = CURRENT.get();
        return Thread.currentThread().isInterrupted() || current != null && current.wasCancelled();
    }

    /** @throws InterruptedException if the work of the current thread was cancelled, or the thread was interrupted */
    public static void check() throws InterruptedException {
        if (isCancelled()) {
            // InterruptedException replaces the interrupt status.
            Thread.interrupted();
            throw new InterruptedException();
        }
    }

    /**
     * Waits for a future. Cancelling the work of the current thread cancels the future.
     *
     * @throws InterruptedException if the work was cancelled, or the thread was interrupted
     */
    public static <T> T get(Future<T> future) throws InterruptedException, ExecutionException {
        try (Hook ignored = onCancel(() -> future.cancel(true))) {
            return future.get();
        } catch (CancellationException e) {
            check();
            throw e;
        }
    }

    /** An action that is no longer necessary when this object is closed. */
    public interface Hook extends AutoCloseable {
        @Override
        void close();
    }

    /** Adds an action that ends the wait which follows, if the work of the current thread is cancelled. */
    public static Hook onCancel(Runnable action) {
        CancellableWork<?> current = CURRENT.get();
        if (current == null) {
            return () -> {};
        }
        if (!current.add(action)) {
            action.run();
        }
        return () -> current.remove(action);
    }

    private synchronized boolean wasCancelled() {
        return cancelled;
    }

    private synchronized boolean add(Runnable action) {
        return !cancelled && actions.add(action);
    }

    private synchronized void remove(Runnable action) {
        actions.remove(action);
    }
}
