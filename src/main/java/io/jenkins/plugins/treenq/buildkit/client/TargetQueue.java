// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.client;

import io.jenkins.plugins.treenq.buildkit.BuildkitException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;

/**
 * Starts the work of the targets of a bake, so many at a time that the sessions and streams of a large bake take a
 * bounded part of the client's and the daemon's memory. Targets are started after those that they use. A target counts
 * until its work is done, or until its steps were executed and it only waits for its dependents: a queue that let it
 * count until its end would wait for itself.
 */
final class TargetQueue<T> {
    private final TargetLinks links;
    private final int most;
    private final Map<String, Supplier<CompletableFuture<T>>> works;
    private final SortedMap<String, CompletableFuture<T>> results = new TreeMap<>();
    private final Queue<String> waiting = new ArrayDeque<>();
    private int running;
    private boolean cancelled;

    /** Whether a thread is starting targets. The others leave it to that thread, so that the stack stays small. */
    private boolean starting;

    /**
     * @param most the most targets at a time
     * @param works the work of the targets by name. It may fail, and must end when the build of its target is cancelled
     */
    TargetQueue(TargetLinks links, int most, Map<String, Supplier<CompletableFuture<T>>> works) {
        this.links = links;
        this.most = most;
        this.works = works;
        works.keySet().forEach(name -> results.put(name, new CompletableFuture<>()));
        waiting.addAll(links.ordered(works.keySet()));
    }

    /** Returns the outcomes of the works by the names of the targets. */
    SortedMap<String, CompletableFuture<T>> results() {
        return results;
    }

    /** Starts as many targets as possible. */
    void start() {
        while (true) {
            List<String> next = new ArrayList<>();
            List<String> dropped = new ArrayList<>();
            synchronized (this) {
                if (starting) {
                    return;
                }
                if (cancelled) {
                    dropped.addAll(waiting);
                    waiting.clear();
                }
                while (running < most && !waiting.isEmpty()) {
                    running++;
                    next.add(waiting.remove());
                }
                if (next.isEmpty() && dropped.isEmpty()) {
                    return;
                }
                // A target waits for the answers of those dependents that are started together with it.
                next.forEach(links::started);
                starting = true;
            }
            try {
                dropped.forEach(name ->
                        results.get(name).completeExceptionally(new BuildkitException.BuildCancelledException()));
                next.forEach(this::start);
            } finally {
                synchronized (this) {
                    starting = false;
                }
            }
        }
    }

    private void start(String name) {
        CompletableFuture<T> work;
        try {
            work = works.get(name).get();
        } catch (RuntimeException | Error e) {
            // An error, such as that no thread can be created, must not leave the other targets waiting.
            work = CompletableFuture.failedFuture(e);
        }
        AtomicBoolean over = new AtomicBoolean();
        Runnable end = () -> {
            if (over.compareAndSet(false, true)) {
                synchronized (this) {
                    running--;
                }
                start();
            }
        };
        CompletableFuture<T> result = results.get(name);
        work.whenComplete((value, failure) -> {
            if (failure == null) {
                result.complete(value);
            } else {
                result.completeExceptionally(failure);
            }
            end.run();
        });
        links.waiting(name).whenComplete((nothing, failure) -> end.run());
    }

    /** Lets the works end that were not started yet. */
    void cancel() {
        synchronized (this) {
            cancelled = true;
        }
        start();
    }
}
