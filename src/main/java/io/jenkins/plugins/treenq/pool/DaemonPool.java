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
    private final Map<String, Integer> usedSlots = new HashMap<>();
    private final Deque<SlotRequest> queue = new ArrayDeque<>();
    private final AtomicLong rounds = new AtomicLong();
    private final Executor executor;

    /** @param executor executor that requests the candidates of waiting builds and completes their futures */
    public DaemonPool(Executor executor) {
        this.executor = executor;
    }

    /**
     * The request of a waiting build for a slot, with the candidates from the latest round. Both results are null
     * before the first round.
     */
    private static final class SlotRequest {
        final DaemonCandidates candidates;
        final CompletableFuture<DaemonSlot> slot = new CompletableFuture<>();
        private long round;
        private DaemonCandidates.Daemons daemons;
        private Throwable failure;

        SlotRequest(DaemonCandidates candidates) {
            this.candidates = candidates;
        }

        void update(CandidatesResult result, long resultRound) {
            if (resultRound > round) {
                round = resultRound;
                daemons = result.daemons;
                failure = result.failure;
            }
        }
    }

    /** The candidates of a build, or the failure to determine them. One of the two is null. */
    private record CandidatesResult(DaemonCandidates.Daemons daemons, Throwable failure) {}

    /**
     * Requests a slot. The build gets the best free slot, or the first one that becomes free.
     *
     * @return completes with the slot. Canceling the future cancels the request
     */
    public CompletableFuture<DaemonSlot> acquire(DaemonCandidates candidates) {
        SlotRequest request = new SlotRequest(candidates);
        synchronized (this) {
            queue.add(request);
        }
        assignSlots(List.of(request));
        return request.slot;
    }

    /**
     * Checks again which waiting builds can get a slot. This method must be called when limits or daemons have changed.
     */
    public void reconsider() {
        executor.execute(() -> {
            List<SlotRequest> requests;
            synchronized (this) {
                requests = List.copyOf(queue);
            }
            assignSlots(requests);
        });
    }

    /** Returns the number of builds that this pool has on each daemon, by its address. */
    public synchronized Map<String, Integer> used() {
        return Map.copyOf(usedSlots);
    }

    void release(String address) {
        synchronized (this) {
            usedSlots.computeIfPresent(address, (key, builds) -> builds == 1 ? null : builds - 1);
        }
        reconsider();
    }

    private void assignSlots(List<SlotRequest> requests) {
        long round = rounds.incrementAndGet();
        Map<SlotRequest, CandidatesResult> results = new HashMap<>();
        requests.forEach(request -> results.put(request, requestCandidates(request.candidates)));
        List<Runnable> completions = new ArrayList<>();
        synchronized (this) {
            results.forEach((request, result) -> request.update(result, round));
            for (Iterator<SlotRequest> all = queue.iterator(); all.hasNext(); ) {
                Runnable completion = assign(all.next());
                if (completion != null) {
                    completions.add(completion);
                    all.remove();
                }
            }
        }
        completions.forEach(Runnable::run);
    }

    private static CandidatesResult requestCandidates(DaemonCandidates candidates) {
        try {
            return new CandidatesResult(candidates.daemons(), null);
        } catch (IOException | RuntimeException | Error e) {
            // The exception is kept for this build only, because otherwise the other builds would wait forever.
            return new CandidatesResult(null, e);
        }
    }

    /** Returns the completion of the build's future; null if the build has to wait. */
    private Runnable assign(SlotRequest request) {
        if (request.slot.isDone()) {
            return () -> {};
        }
        if (request.failure != null) {
            Throwable failure = request.failure;
            return () -> request.slot.completeExceptionally(failure);
        }
        if (request.daemons == null) {
            return null;
        }
        String address = best(request.daemons);
        if (address == null) {
            return null;
        }
        usedSlots.merge(address, 1, Integer::sum);
        DaemonSlot slot = new DaemonSlot(this, address);
        return () -> complete(slot, request);
    }

    /** Returns the first daemon that is free; null if this pool has used the limit of each daemon. */
    private String best(DaemonCandidates.Daemons daemons) {
        String free = null;
        for (String address : daemons.addresses()) {
            int used = usedSlots.getOrDefault(address, 0);
            if (daemons.limit() == 0 || used + daemons.others(address) < daemons.limit()) {
                return address;
            }
            // The builds of others do not make a build wait, because their end is not reported.
            if (free == null && used < daemons.limit()) {
                free = address;
            }
        }
        return free;
    }

    private static void complete(DaemonSlot slot, SlotRequest request) {
        if (!request.slot.complete(slot)) {
            slot.close();
        }
    }
}
