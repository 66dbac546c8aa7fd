// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.run;

import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;

/**
 * Limits how many asynchronous works are done at a time, such as the queries of registries for the targets of a bake.
 * The other works wait in their order, without a thread.
 */
final class ConcurrencyLimit {
    private final int most;
    private final Queue<Work<?>> waiting = new ArrayDeque<>();
    private int running;

    ConcurrencyLimit(int most) {
        this.most = most;
    }

    private record Work<T>(Callable<CompletableFuture<T>> task, CompletableFuture<T> result) {
        CompletableFuture<T> begin() {
            CompletableFuture<T> begun = Async.begin(task);
            Async.cancelWith(result, begun::cancel);
            begun.whenComplete((value, failure) -> Async.pass(value, failure, result));
            return begun;
        }
    }

    /**
     * Does a work as soon as the limit permits it.
     *
     * @return the result of the work. If it is cancelled before the work has begun, the work is never begun
     */
    <T> CompletableFuture<T> run(Callable<CompletableFuture<T>> task) {
        CompletableFuture<T> result = new CompletableFuture<>();
        synchronized (this) {
            waiting.add(new Work<>(task, result));
        }
        next();
        return result;
    }

    private void next() {
        Work<?> work;
        synchronized (this) {
            do {
                work = running < most ? waiting.poll() : null;
            } while (work != null && work.result().isDone());
            if (work == null) {
                return;
            }
            running++;
        }
        work.begin().whenComplete((value, failure) -> {
            synchronized (this) {
                running--;
            }
            next();
        });
    }
}
