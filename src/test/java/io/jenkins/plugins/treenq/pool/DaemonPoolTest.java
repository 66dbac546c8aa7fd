// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.pool;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.jenkins.plugins.treenq.pool.DaemonCandidates.Daemons;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

class DaemonPoolTest {
    private static final Daemons A_THEN_B = new Daemons(List.of("a", "b"), 1);

    private final DaemonPool places = new DaemonPool(Runnable::run);

    @Test
    void theBestIsTakenWhileItHasAPlaceThenTheNext() {
        assertEquals("a", now(A_THEN_B).address());
        assertEquals("b", now(A_THEN_B).address());
        assertFalse(places.take(() -> A_THEN_B).isDone());
    }

    @Test
    void withoutALimitNobodyWaits() {
        for (int build = 0; build < 100; build++) {
            assertEquals("a", now(new Daemons(List.of("a", "b"), 0)).address());
        }
    }

    @Test
    void aFreePlaceGoesToWhoeverWaitsForItLongest() {
        DaemonSlot first = now(only("a"));
        now(only("b"));
        CompletableFuture<DaemonSlot> forB = places.take(() -> only("b"));
        CompletableFuture<DaemonSlot> earlier = places.take(() -> only("a"));
        CompletableFuture<DaemonSlot> later = places.take(() -> A_THEN_B);

        first.close();

        assertEquals("a", earlier.join().address());
        assertFalse(forB.isDone());
        assertFalse(later.isDone());
    }

    @Test
    void aPlaceIsGivenBackOnce() {
        DaemonSlot place = now(only("a"));
        place.close();
        now(only("a"));

        place.close();

        assertFalse(places.take(() -> only("a")).isDone());
    }

    @Test
    void whoWaitsNoLongerGetsNothing() {
        DaemonSlot place = now(only("a"));
        CompletableFuture<DaemonSlot> gone = places.take(() -> only("a"));
        CompletableFuture<DaemonSlot> next = places.take(() -> only("a"));

        gone.cancel(true);
        place.close();

        assertTrue(next.isDone());
    }

    @Test
    void aChangedLimitIsSeenByThoseWhoWait() {
        AtomicReference<Daemons> configured = new AtomicReference<>(only("a"));
        now(only("a"));
        CompletableFuture<DaemonSlot> waiting = places.take(configured::get);

        configured.set(new Daemons(List.of("a"), 2));
        places.reconsider();

        assertEquals("a", waiting.join().address());
    }

    @Test
    void whoHasNothingToWaitForIsTold() {
        IOException gone = new IOException("no such builder any more");

        CompletableFuture<DaemonSlot> place = places.take(() -> {
            throw gone;
        });

        assertSame(gone, assertThrows(ExecutionException.class, place::get).getCause());
        assertEquals("a", now(only("a")).address());
    }

    @Test
    void whoGoesOnAtOnceMayTakeAndGiveBackMore() {
        DaemonSlot place = now(only("a"));
        List<String> order = new ArrayList<>();
        places.take(() -> only("a")).thenAccept(second -> {
            order.add("second");
            places.take(() -> only("a")).thenAccept(third -> order.add("third"));
            second.close();
        });

        place.close();

        assertEquals(List.of("second", "third"), order);
    }

    @Test
    void whatABuildWouldLikeIsAskedWhileOthersTakePlacesAndGiveThemBack() {
        AtomicBoolean asked = new AtomicBoolean();
        CompletableFuture<DaemonSlot> place = places.take(() -> {
            if (asked.getAndSet(true)) {
                return only("a");
            }
            DaemonSlot other = CompletableFuture.supplyAsync(() -> now(only("b")))
                    .orTimeout(1, TimeUnit.MINUTES)
                    .join();
            CompletableFuture.runAsync(other::close)
                    .orTimeout(1, TimeUnit.MINUTES)
                    .join();
            return only("a");
        });

        assertEquals("a", place.join().address());
    }

    @Test
    void noLimitIsExceededAndNobodyIsForgotten() throws Exception {
        int limit = 3;
        int builds = 400;
        AtomicInteger running = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();
        CountDownLatch done = new CountDownLatch(builds);
        ExecutorService threads = Executors.newFixedThreadPool(8);
        try {
            List<Future<?>> all = new ArrayList<>();
            for (int build = 0; build < builds; build++) {
                boolean impatient = build % 5 == 0;
                all.add(threads.submit(() -> {
                    CompletableFuture<DaemonSlot> place = places.take(() -> new Daemons(List.of("a"), limit));
                    place.whenComplete((taken, failure) -> done.countDown());
                    place.thenAcceptAsync(
                            taken -> {
                                most.accumulateAndGet(running.incrementAndGet(), Math::max);
                                Thread.onSpinWait();
                                running.decrementAndGet();
                                taken.close();
                            },
                            threads);
                    if (impatient) {
                        place.cancel(true);
                    }
                }));
            }
            for (Future<?> one : all) {
                one.get();
            }
            done.await();
        } finally {
            threads.shutdown();
        }
        assertTrue(threads.awaitTermination(1, TimeUnit.MINUTES));
        assertTrue(most.get() <= limit, most + " at once");
        for (int build = 0; build < limit; build++) {
            now(new Daemons(List.of("a"), limit));
        }
    }

    private static Daemons only(String address) {
        return new Daemons(List.of(address), 1);
    }

    private DaemonSlot now(Daemons daemons) {
        CompletableFuture<DaemonSlot> place = places.take(() -> daemons);
        assertTrue(place.isDone());
        return place.join();
    }
}
