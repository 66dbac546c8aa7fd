// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.images;

import io.jenkins.plugins.treenq.buildkit.BuildkitException;
import io.jenkins.plugins.treenq.buildkit.threads.FutureOutcome;
import java.util.List;
import java.util.concurrent.CompletionService;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorCompletionService;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** Runs a list of tasks, a limited number at a time. The first failure cancels the other tasks. */
final class Parallel {
    private final ExecutorService threads;
    private final int atOnce;

    Parallel(ExecutorService threads, int atOnce) {
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
        CompletionService<Void> workers = new ExecutorCompletionService<>(threads);
        List<Future<Void>> started = Stream.generate(() -> workers.submit(() -> {
                    for (int i = next.getAndIncrement(); i < tasks.size(); i = next.getAndIncrement()) {
                        results.set(i, tasks.get(i).run());
                    }
                    return null;
                }))
                .limit(Math.min(atOnce, tasks.size()))
                .toList();
        try {
            for (int ended = 0; ended < started.size(); ended++) {
                workers.take().get();
            }
        } catch (ExecutionException e) {
            throw FutureOutcome.failure(e, BuildkitException.class);
        } finally {
            started.forEach(worker -> worker.cancel(true));
        }
        return IntStream.range(0, tasks.size()).mapToObj(results::get).toList();
    }
}
