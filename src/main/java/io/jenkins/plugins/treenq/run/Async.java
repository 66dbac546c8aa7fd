// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.run;

import hudson.security.ACL;
import hudson.security.ACLContext;
import io.jenkins.plugins.treenq.buildkit.threads.CancellableWork;
import io.jenkins.plugins.treenq.buildkit.threads.FutureOutcome;
import io.jenkins.plugins.treenq.buildkit.threads.WorkerPool;
import java.time.Duration;
import java.util.Collection;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import jenkins.util.JenkinsJVM;

/**
 * Runs work that consists of several parts without a thread that waits for the parts. The executors have a bounded
 * number of threads in each JVM. Every exception and error that a part throws becomes
 * the result of the whole, errors of the JVM included. Canceling the whole also cancels the part that is running;
 * canceling never blocks.
 */
public final class Async {
    /** Executor for short tasks: looking up values, reading and writing files. */
    public static final Executor SHORT = asSystem(WorkerPool.of("treenq-short", 6));

    /**
     * Executor for tasks that wait for a response of a daemon, a registry or the controller. These tasks have threads
     * of their own, because the clients' pool reads the responses, and a response must not queue behind the tasks that
     * wait for it.
     */
    public static final Executor BLOCKING = asSystem(WorkerPool.of("treenq-blocking", 6));

    /**
     * Executor for tasks that inspect images and copy them between registries. These tasks can take long and must not
     * delay builds.
     */
    public static final Executor REGISTRIES = asSystem(WorkerPool.of("treenq-registries", 6));

    private Async() {}

    /** The part that runs after another part has succeeded. */
    @FunctionalInterface
    public interface Next<T, R> {
        CompletableFuture<R> after(T result) throws Exception;
    }

    /** The part that runs after another part, regardless of its result. */
    @FunctionalInterface
    public interface Handler<T, R> {
        CompletableFuture<R> after(T result, Throwable failure) throws Exception;
    }

    /**
     * Returns an executor that runs its tasks as Jenkins' system user on the controller. Otherwise a thread would
     * inherit the authentication of the user whose request created the thread, such as the request for a page. The
     * tasks are the controller's own work; the permissions of users are checked before a task is submitted. On an agent
     * there is no authentication.
     */
    private static Executor asSystem(Executor threads) {
        return task -> threads.execute(JenkinsJVM.isJenkinsJVM() ? AsSystem.task(task) : task);
    }

    /** A separate class, so that an agent does not load Jenkins' security classes. */
    private static final class AsSystem {
        static Runnable task(Runnable task) {
            return () -> {
                try (ACLContext ignored = ACL.as2(ACL.SYSTEM2)) {
                    task.run();
                }
            };
        }
    }

    /**
     * Runs a task on a thread of the executor. Canceling the result cancels what the task waits for in the client. On
     * the controller, it also interrupts the thread. A thread of an agent is not interrupted, because it may be loading
     * classes, which would be lost for this JVM.
     */
    public static <T> CompletableFuture<T> call(Executor threads, Callable<T> work) {
        CompletableFuture<T> result = new CompletableFuture<>();
        CancellableWork<T> cancellable = new CancellableWork<>(work);
        FutureTask<T> task = new FutureTask<>(cancellable) {
            @Override
            protected void set(T value) {
                super.set(value);
                result.complete(value);
            }

            @Override
            protected void setException(Throwable failure) {
                super.setException(failure);
                result.completeExceptionally(failure);
            }
        };
        cancelWith(result, interrupting -> {
            task.cancel(JenkinsJVM.isJenkinsJVM());
            cancellable.cancel();
        });
        try {
            threads.execute(task);
        } catch (RuntimeException | Error e) {
            // There may not be enough memory for another thread.
            result.completeExceptionally(e);
        }
        return result;
    }

    /** Starts asynchronous work on a thread of {@link #SHORT}. */
    public static <T> CompletableFuture<T> begin(Callable<CompletableFuture<T>> work) {
        return then(CompletableFuture.completedFuture(null), nothing -> work.call());
    }

    /** Runs the next part when the first part has succeeded. */
    public static <T, R> CompletableFuture<R> then(CompletableFuture<T> first, Next<? super T, R> next) {
        CompletableFuture<R> whole = new CompletableFuture<>();
        cancelWith(whole, first::cancel);
        first.whenComplete((result, failure) -> {
            if (failure != null) {
                whole.completeExceptionally(FutureOutcome.cause(failure));
            } else if (!whole.isDone()) {
                follow(whole, () -> whole.isDone() ? whole : next.after(result));
            }
        });
        return whole;
    }

    /** Waits for all parts. Canceling the result cancels them. */
    public static CompletableFuture<Void> all(Collection<? extends CompletableFuture<?>> parts) {
        CompletableFuture<Void> whole = CompletableFuture.allOf(parts.toArray(CompletableFuture[]::new));
        cancelWith(whole, interrupting -> parts.forEach(part -> part.cancel(interrupting)));
        return whole;
    }

    /** Runs the next part when the first part has failed, but not when the whole was canceled. */
    public static <T> CompletableFuture<T> orElse(CompletableFuture<T> first, Next<Throwable, T> next) {
        CompletableFuture<T> whole = new CompletableFuture<>();
        cancelWith(whole, first::cancel);
        first.whenComplete((result, failure) -> {
            if (failure == null) {
                whole.complete(result);
            } else if (!whole.isDone()) {
                follow(whole, () -> whole.isDone() ? whole : next.after(FutureOutcome.cause(failure)));
            }
        });
        return whole;
    }

    /** Runs the next part in any case, even when the whole was canceled. */
    public static <T, R> CompletableFuture<R> handle(CompletableFuture<T> first, Handler<? super T, R> next) {
        CompletableFuture<R> whole = new CompletableFuture<>();
        cancelWith(whole, first::cancel);
        first.whenComplete((result, failure) ->
                follow(whole, () -> next.after(result, failure == null ? null : FutureOutcome.cause(failure))));
        return whole;
    }

    /**
     * Runs a last task after the first part in any case. The result is that of the first part, or the failure of the
     * last task if the first part succeeded.
     */
    public static <T> CompletableFuture<T> afterwards(CompletableFuture<T> first, Executor threads, Runnable last) {
        return handle(first, (result, failure) -> {
            CompletableFuture<T> whole = new CompletableFuture<>();
            call(threads, () -> {
                        last.run();
                        return null;
                    })
                    .whenComplete(
                            (nothing, lastFailure) -> pass(result, failure == null ? lastFailure : failure, whole));
            return whole;
        });
    }

    /**
     * Returns the result of a part, or another result if the part takes longer than the given time. In that case the
     * part is canceled.
     */
    public static <T> CompletableFuture<T> within(Duration time, CompletableFuture<T> part, T otherwise) {
        CompletableFuture<T> whole = new CompletableFuture<>();
        part.whenComplete((result, failure) -> pass(result, failure, whole));
        whole.completeOnTimeout(otherwise, time.toMillis(), TimeUnit.MILLISECONDS);
        // This does nothing if the part is already complete.
        whole.whenComplete((result, failure) -> part.cancel(true));
        return whole;
    }

    /** Returns a future that completes after the given time. */
    public static CompletableFuture<Void> pause(Duration time) {
        return new CompletableFuture<Void>().completeOnTimeout(null, time.toMillis(), TimeUnit.MILLISECONDS);
    }

    /**
     * Runs the next part. Errors of the JVM, such as too little memory for starting the part, also become the result of
     * the whole.
     */
    private static <R> void follow(CompletableFuture<R> whole, Callable<CompletableFuture<R>> part) {
        try {
            CompletableFuture<Void> begun = call(SHORT, () -> {
                CompletableFuture<R> second = part.call();
                // The cancellation is connected on this thread, because the whole may have been canceled in the
                // meantime.
                cancelWith(whole, second::cancel);
                second.whenComplete((result, failure) -> pass(result, failure, whole));
                return null;
            });
            begun.whenComplete((nothing, failure) -> {
                if (failure != null) {
                    whole.completeExceptionally(FutureOutcome.cause(failure));
                }
            });
        } catch (RuntimeException | Error e) {
            whole.completeExceptionally(e);
        }
    }

    /** Completes a future with the result or failure of another one. */
    public static <T> void pass(T result, Throwable failure, CompletableFuture<T> whole) {
        if (failure == null) {
            whole.complete(result);
        } else {
            whole.completeExceptionally(FutureOutcome.cause(failure));
        }
    }

    /** Cancels a part. */
    public interface Cancellation {
        void cancel(boolean interrupting);
    }

    /** Cancels a part when the whole is canceled, or immediately if the whole has already been canceled. */
    public static void cancelWith(CompletableFuture<?> whole, Cancellation part) {
        whole.whenComplete((result, failure) -> {
            if (whole.isCancelled()) {
                part.cancel(true);
            }
        });
    }
}
