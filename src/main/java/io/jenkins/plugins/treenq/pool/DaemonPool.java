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
 * How many builds each daemon has, and who waits for a place. Nobody is passed by for a place that would do; waiting
 * takes no thread. Only counting is done while others are kept out: what a build would like is asked before, and it is
 * told after.
 */
public final class DaemonPool {
    private final Map<String, Integer> taken = new HashMap<>();
    private final Deque<Waiting> queue = new ArrayDeque<>();
    private final AtomicLong rounds = new AtomicLong();
    private final Executor executor;

    /** @param executor where those who wait are asked and told */
    public DaemonPool(Executor executor) {
        this.executor = executor;
    }

    /** A build that waits. What it said in the latest round counts; it has said nothing before the first one. */
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

    /** One of both is null. */
    private record Said(DaemonCandidates.Daemons daemons, Throwable failure) {}

    /**
     * Takes the best place that there is, or the first one that becomes free.
     *
     * @return completes with it; cancel it to wait no longer
     */
    public CompletableFuture<DaemonSlot> take(DaemonCandidates wish) {
        Waiting waiting = new Waiting(wish);
        synchronized (this) {
            queue.add(waiting);
        }
        consider(List.of(waiting));
        return waiting.place;
    }

    /** Looks again who can have a place; to be called when limits or daemons have changed. */
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
            // Others shall not wait for ever because of it.
            return new Said(null, e);
        }
    }

    /** Null when this one has to wait on. */
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
