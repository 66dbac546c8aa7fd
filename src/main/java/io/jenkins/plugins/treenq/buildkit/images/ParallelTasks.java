// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.images;

import io.jenkins.plugins.treenq.buildkit.BuildkitException;
import io.jenkins.plugins.treenq.buildkit.threads.CancellableWork;
import io.jenkins.plugins.treenq.buildkit.threads.FutureOutcome;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** Runs a list of tasks, a limited number at a time. The first failure cancels the other tasks. */
final class ParallelTasks {
    private final ExecutorService threads;
    private final int atOnce;

    ParallelTasks(ExecutorService threads, int atOnce) {
        this.threads = threads;
        this.atOnce = atOnce;
    }

    /** A task with a result. */
    interface Task<T> {
        T run() throws BuildkitException, InterruptedException;
    }

    /** Runs the tasks and returns their results in the order of the tasks. */
    <T> List<T> all(List<Task<T>> tasks) throws BuildkitException, InterruptedException {
        AtomicReferenceArray<T> results = new AtomicReferenceArray<>(tasks.size());
        AtomicInteger next = new AtomicInteger();
        List<CancellableWork<Void>> workers = Stream.generate(() -> new CancellableWork<Void>(() -> {
                    for (int i = next.getAndIncrement(); i < tasks.size(); i = next.getAndIncrement()) {
                        CancellableWork.check();
                        results.set(i, tasks.get(i).run());
                    }
                    return null;
                }))
                .limit(Math.min(atOnce, tasks.size()))
                .toList();
        List<CompletableFuture<Void>> ends = workers.stream().map(this::begin).toList();
        CompletableFuture<Void> all = CompletableFuture.allOf(ends.toArray(CompletableFuture[]::new));
        ends.forEach(end -> end.whenComplete((nothing, failure) -> {
            if (failure != null) {
                all.completeExceptionally(failure);
            }
        }));
        try {
            FutureOutcome.get(all, BuildkitException.class);
        } finally {
            workers.forEach(CancellableWork::cancel);
        }
        return IntStream.range(0, tasks.size()).mapToObj(results::get).toList();
    }

    private CompletableFuture<Void> begin(CancellableWork<Void> worker) {
        return CompletableFuture.runAsync(
                () -> {
                    try {
                        worker.call();
                    } catch (RuntimeException e) {
                        throw e;
                    } catch (Exception e) {
                        throw new CompletionException(e);
                    }
                },
                threads);
    }
}
