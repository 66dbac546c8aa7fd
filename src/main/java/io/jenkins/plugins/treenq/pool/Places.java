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

/**
 * How many builds each daemon has, and who waits for a place. Nobody is passed by for a place that would do; waiting takes
 * no thread.
 */
public final class Places {
    private final Map<String, Integer> taken = new HashMap<>();
    private final Deque<Waiting> queue = new ArrayDeque<>();

    private record Waiting(Wish wish, CompletableFuture<Place> place) {}

    /**
     * Takes the best place that there is, or the first one that becomes free.
     *
     * @return completes with it; cancel it to wait no longer
     */
    public CompletableFuture<Place> take(Wish wish) {
        Waiting waiting = new Waiting(wish, new CompletableFuture<>());
        synchronized (this) {
            queue.add(waiting);
        }
        reconsider();
        return waiting.place();
    }

    /** Looks again who can have a place; to be called when limits or daemons have changed. */
    public void reconsider() {
        List<Runnable> answers = new ArrayList<>();
        synchronized (this) {
            for (Iterator<Waiting> all = queue.iterator(); all.hasNext(); ) {
                Runnable answer = answer(all.next());
                if (answer != null) {
                    answers.add(answer);
                    all.remove();
                }
            }
        }
        // Not while others are kept out: whoever waits goes on at once.
        answers.forEach(Runnable::run);
    }

    void free(String address) {
        synchronized (this) {
            taken.computeIfPresent(address, (key, builds) -> builds == 1 ? null : builds - 1);
        }
        reconsider();
    }

    /** Null when this one has to wait on. */
    private Runnable answer(Waiting waiting) {
        if (waiting.place().isDone()) {
            return () -> {};
        }
        try {
            Wish.Daemons daemons = waiting.wish().daemons();
            for (String address : daemons.addresses()) {
                if (daemons.limit() == 0 || taken.getOrDefault(address, 0) < daemons.limit()) {
                    taken.merge(address, 1, Integer::sum);
                    Place place = new Place(this, address);
                    return () -> give(place, waiting);
                }
            }
            return null;
        } catch (IOException | RuntimeException e) {
            // Others shall not wait for ever because of it.
            return () -> waiting.place().completeExceptionally(e);
        }
    }

    private static void give(Place place, Waiting waiting) {
        if (!waiting.place().complete(place)) {
            place.close();
        }
    }
}
