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
import java.util.Map;
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

    private final DaemonPool pool = new DaemonPool(Runnable::run);

    @Test
    void thePreferredDaemonIsUsedUntilItIsFullThenTheNext() {
        assertEquals("a", now(A_THEN_B).address());
        assertEquals("b", now(A_THEN_B).address());
        assertFalse(pool.acquire(() -> A_THEN_B).isDone());
    }

    @Test
    void aDaemonBusyWithOtherClientsIsUsedAfterFreeDaemons() {
        Daemons busy = new Daemons(List.of("a", "b"), 2, Map.of("a", 1));
        assertEquals("a", now(busy).address());
        assertEquals("b", now(busy).address());
        assertEquals("b", now(busy).address());
        // The pool does not learn when builds of other clients end.
        assertEquals("a", now(busy).address());
        assertFalse(pool.acquire(() -> busy).isDone());
    }

    @Test
    void withoutALimitBuildsOfOtherClientsAreIgnored() {
        assertEquals("a", now(new Daemons(List.of("a", "b"), 0, Map.of("a", 9))).address());
    }

    @Test
    void withoutALimitNoBuildWaits() {
        for (int build = 0; build < 100; build++) {
            assertEquals("a", now(new Daemons(List.of("a", "b"), 0)).address());
        }
    }

    @Test
    void aReleasedSlotGoesToTheBuildThatHasWaitedLongest() {
        DaemonSlot first = now(only("a"));
        now(only("b"));
        CompletableFuture<DaemonSlot> forB = pool.acquire(() -> only("b"));
        CompletableFuture<DaemonSlot> earlier = pool.acquire(() -> only("a"));
        CompletableFuture<DaemonSlot> later = pool.acquire(() -> A_THEN_B);

        first.close();

        assertEquals("a", earlier.join().address());
        assertFalse(forB.isDone());
        assertFalse(later.isDone());
    }

    @Test
    void aSlotIsReleasedOnlyOnce() {
        DaemonSlot slot = now(only("a"));
        slot.close();
        now(only("a"));

        slot.close();

        assertFalse(pool.acquire(() -> only("a")).isDone());
    }

    @Test
    void aCanceledRequestGetsNoSlot() {
        DaemonSlot slot = now(only("a"));
        CompletableFuture<DaemonSlot> gone = pool.acquire(() -> only("a"));
        CompletableFuture<DaemonSlot> next = pool.acquire(() -> only("a"));

        gone.cancel(true);
        slot.close();

        assertTrue(next.isDone());
    }

    @Test
    void aRaisedLimitGivesASlotToAWaitingBuild() {
        AtomicReference<Daemons> configured = new AtomicReference<>(only("a"));
        now(only("a"));
        CompletableFuture<DaemonSlot> waiting = pool.acquire(configured::get);

        configured.set(new Daemons(List.of("a"), 2));
        pool.reconsider();

        assertEquals("a", waiting.join().address());
    }

    @Test
    void anExceptionOfTheCandidatesFailsTheRequest() {
        IOException gone = new IOException("no such builder any more");

        CompletableFuture<DaemonSlot> slot = pool.acquire(() -> {
            throw gone;
        });

        assertSame(gone, assertThrows(ExecutionException.class, slot::get).getCause());
        assertEquals("a", now(only("a")).address());
    }

    @Test
    void aContinuationMayAcquireAndReleaseSlots() {
        DaemonSlot slot = now(only("a"));
        List<String> order = new ArrayList<>();
        pool.acquire(() -> only("a")).thenAccept(second -> {
            order.add("second");
            pool.acquire(() -> only("a")).thenAccept(third -> order.add("third"));
            second.close();
        });

        slot.close();

        assertEquals(List.of("second", "third"), order);
    }

    @Test
    void slotsAreAcquiredAndReleasedWhileCandidatesAreDetermined() {
        AtomicBoolean asked = new AtomicBoolean();
        CompletableFuture<DaemonSlot> slot = pool.acquire(() -> {
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

        assertEquals("a", slot.join().address());
    }

    @Test
    void concurrentRequestsExceedNoLimitAndAllComplete() throws Exception {
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
                    CompletableFuture<DaemonSlot> slot = pool.acquire(() -> new Daemons(List.of("a"), limit));
                    slot.whenComplete((taken, failure) -> done.countDown());
                    slot.thenAcceptAsync(
                            taken -> {
                                most.accumulateAndGet(running.incrementAndGet(), Math::max);
                                Thread.onSpinWait();
                                running.decrementAndGet();
                                taken.close();
                            },
                            threads);
                    if (impatient) {
                        slot.cancel(true);
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
        CompletableFuture<DaemonSlot> slot = pool.acquire(() -> daemons);
        assertTrue(slot.isDone());
        return slot.join();
    }
}
