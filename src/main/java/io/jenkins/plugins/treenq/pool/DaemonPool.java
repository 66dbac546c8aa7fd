// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.pool;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Counts the builds of each daemon, and queues the builds that wait for a slot. A free slot goes to the first build in
 * the queue that can use it. Waiting builds occupy no thread. The pool holds its lock only while it counts: it requests
 * the candidates of the builds before, and completes their futures afterwards.
 */
public final class DaemonPool {
    private final Map<String, Integer> taken = new HashMap<>();
    private final Deque<Waiting> queue = new ArrayDeque<>();
    private final AtomicLong rounds = new AtomicLong();
    private final Executor executor;

    /** @param executor executor that requests the candidates of waiting builds and completes their futures */
    public DaemonPool(Executor executor) {
        this.executor = executor;
    }

    /** A waiting build, with its candidates from the latest round. Both results are null before the first round. */
    private static final class Waiting {
        final DaemonCandidates wish;
        final CompletableFuture<DaemonSlot> place = new CompletableFuture<>();
        private long round;
        private DaemonCandidates.Daemons daemons;
        private Throwable failure;

        Waiting(DaemonCandidates wish) {
            this.wish = wish;
        }

        void said(Said what, long when) {
            if (when > round) {
                round = when;
                daemons = what.daemons;
                failure = what.failure;
            }
        }
    }

    /** The candidates of a build, or the failure to determine them. One of the two is null. */
    private record Said(DaemonCandidates.Daemons daemons, Throwable failure) {}

    /**
     * Requests a slot. The build gets the best free slot, or the first one that becomes free.
     *
     * @return completes with the slot. Canceling the future cancels the request
     */
    public CompletableFuture<DaemonSlot> take(DaemonCandidates wish) {
        Waiting waiting = new Waiting(wish);
        synchronized (this) {
            queue.add(waiting);
        }
        consider(List.of(waiting));
        return waiting.place;
    }

    /**
     * Checks again which waiting builds can get a slot. This method must be called when limits or daemons have changed.
     */
    public void reconsider() {
        executor.execute(() -> {
            List<Waiting> all;
            synchronized (this) {
                all = List.copyOf(queue);
            }
            consider(all);
        });
    }

    void free(String address) {
        synchronized (this) {
            taken.computeIfPresent(address, (key, builds) -> builds == 1 ? null : builds - 1);
        }
        reconsider();
    }

    private void consider(List<Waiting> some) {
        long round = rounds.incrementAndGet();
        Map<Waiting, Said> said = new HashMap<>();
        some.forEach(waiting -> said.put(waiting, ask(waiting.wish)));
        List<Runnable> answers = new ArrayList<>();
        synchronized (this) {
            said.forEach((waiting, what) -> waiting.said(what, round));
            for (Iterator<Waiting> all = queue.iterator(); all.hasNext(); ) {
                Runnable answer = answer(all.next());
                if (answer != null) {
                    answers.add(answer);
                    all.remove();
                }
            }
        }
        answers.forEach(Runnable::run);
    }

    private static Said ask(DaemonCandidates wish) {
        try {
            return new Said(wish.daemons(), null);
        } catch (IOException | RuntimeException | Error e) {
            // The exception is kept for this build only, because otherwise the other builds would wait forever.
            return new Said(null, e);
        }
    }

    /** Returns the completion of the build's future; null if the build has to wait. */
    private Runnable answer(Waiting waiting) {
        if (waiting.place.isDone()) {
            return () -> {};
        }
        if (waiting.failure != null) {
            Throwable failure = waiting.failure;
            return () -> waiting.place.completeExceptionally(failure);
        }
        if (waiting.daemons == null) {
            return null;
        }
        for (String address : waiting.daemons.addresses()) {
            if (waiting.daemons.limit() == 0 || taken.getOrDefault(address, 0) < waiting.daemons.limit()) {
                taken.merge(address, 1, Integer::sum);
                DaemonSlot place = new DaemonSlot(this, address);
                return () -> give(place, waiting);
            }
        }
        return null;
    }

    private static void give(DaemonSlot place, Waiting waiting) {
        if (!waiting.place.complete(place)) {
            place.close();
        }
    }
}
