// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.run;

import hudson.security.ACL;
import hudson.security.ACLContext;
import hudson.util.DaemonThreadFactory;
import hudson.util.NamingThreadFactory;
import io.jenkins.plugins.treenq.buildkit.threads.FutureOutcome;
import io.jenkins.plugins.treenq.buildkit.threads.WorkerPool;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import jenkins.util.JenkinsJVM;

/**
 * Work in parts, for which no thread waits, on a bounded number of threads for each JVM. Whatever a part throws, errors
 * of the JVM included, becomes the result of the whole. Canceling the whole ends the part that is under way; it never
 * blocks.
 */
public final class Async {
    /** For what takes a moment: looking something up, reading and writing files. */
    public static final Executor SHORT = asSystem(WorkerPool.of("treenq-short", 6));

    /**
     * For what waits for the answer of a daemon, a registry or the controller. It is not the pool of the clients,
     * because answers are taken there, and must not queue behind those who wait for them.
     */
    public static final Executor ASKING = asSystem(WorkerPool.of("treenq-asking", 6));

    /** For what moves bytes between registries for as long as that takes, which must not hold up builds. */
    public static final Executor REGISTRIES = asSystem(
            Executors.newCachedThreadPool(new NamingThreadFactory(new DaemonThreadFactory(), "treenq-registries")));

    private Async() {}

    /** The part that follows another one. */
    @FunctionalInterface
    public interface Next<T, R> {
        CompletableFuture<R> after(T result) throws Exception;
    }

    /** The part that follows another one, whatever became of that. */
    @FunctionalInterface
    public interface Handler<T, R> {
        CompletableFuture<R> after(T result, Throwable failure) throws Exception;
    }

    /**
     * Threads inherit who somebody is from whoever needed them first, such as a user who looks at a page. What is done
     * here is the controller's own work; whatever a user may do is checked before. An agent has no users.
     */
    private static Executor asSystem(Executor threads) {
        return task -> threads.execute(JenkinsJVM.isJenkinsJVM() ? AsSystem.task(task) : task);
    }

    /** Apart, because an agent need not load what knows about users. */
    private static final class AsSystem {
        static Runnable task(Runnable task) {
            return () -> {
                try (ACLContext ignored = ACL.as2(ACL.SYSTEM2)) {
                    task.run();
                }
            };
        }
    }

    /** Does something on a thread of the executor. Canceling the result interrupts it. */
    public static <T> CompletableFuture<T> call(Executor threads, Callable<T> work) {
        CompletableFuture<T> result = new CompletableFuture<>();
        FutureTask<T> task = new FutureTask<>(work) {
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
        stopWith(result, task::cancel);
        try {
            threads.execute(task);
        } catch (RuntimeException | Error e) {
            // There may be no memory for a further thread.
            result.completeExceptionally(e);
        }
        return result;
    }

    /** Begins something on a thread. */
    public static <T> CompletableFuture<T> begin(Callable<CompletableFuture<T>> work) {
        return then(CompletableFuture.completedFuture(null), nothing -> work.call());
    }

    /** Goes on when the first part succeeded. */
    public static <T, R> CompletableFuture<R> then(CompletableFuture<T> first, Next<? super T, R> next) {
        CompletableFuture<R> whole = new CompletableFuture<>();
        stopWith(whole, first::cancel);
        first.whenComplete((result, failure) -> {
            if (failure != null) {
                whole.completeExceptionally(FutureOutcome.cause(failure));
            } else if (!whole.isDone()) {
                follow(whole, () -> whole.isDone() ? whole : next.after(result));
            }
        });
        return whole;
    }

    /** Goes on when the first part failed, not when the whole was canceled. */
    public static <T> CompletableFuture<T> orElse(CompletableFuture<T> first, Next<Throwable, T> next) {
        CompletableFuture<T> whole = new CompletableFuture<>();
        stopWith(whole, first::cancel);
        first.whenComplete((result, failure) -> {
            if (failure == null) {
                whole.complete(result);
            } else if (!whole.isDone()) {
                follow(whole, () -> whole.isDone() ? whole : next.after(FutureOutcome.cause(failure)));
            }
        });
        return whole;
    }

    /** Goes on in any case, also when the whole was canceled. */
    public static <T, R> CompletableFuture<R> handle(CompletableFuture<T> first, Handler<? super T, R> next) {
        CompletableFuture<R> whole = new CompletableFuture<>();
        stopWith(whole, first::cancel);
        first.whenComplete((result, failure) ->
                follow(whole, () -> next.after(result, failure == null ? null : FutureOutcome.cause(failure))));
        return whole;
    }

    /** What became of a first part is what becomes of the whole, once something was done after it in any case. */
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

    /** Completes after a while. */
    public static CompletableFuture<Void> pause(Duration time) {
        return new CompletableFuture<Void>().completeOnTimeout(null, time.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** Errors of the JVM end the whole too, such as too little memory for a part to begin. */
    private static <R> void follow(CompletableFuture<R> whole, Callable<CompletableFuture<R>> part) {
        try {
            CompletableFuture<Void> begun = call(SHORT, () -> {
                CompletableFuture<R> second = part.call();
                // Here, because the whole may have been canceled meanwhile.
                stopWith(whole, second::cancel);
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

    /** Makes a result, or a failure, that of another one. */
    public static <T> void pass(T result, Throwable failure, CompletableFuture<T> whole) {
        if (failure == null) {
            whole.complete(result);
        } else {
            whole.completeExceptionally(FutureOutcome.cause(failure));
        }
    }

    /** Stops something. */
    public interface Stop {
        void stop(boolean interrupting);
    }

    /** Stops something when the whole is canceled, at once when it was. */
    public static void stopWith(CompletableFuture<?> whole, Stop part) {
        whole.whenComplete((result, failure) -> {
            if (whole.isCancelled()) {
                part.stop(true);
            }
        });
    }
}
