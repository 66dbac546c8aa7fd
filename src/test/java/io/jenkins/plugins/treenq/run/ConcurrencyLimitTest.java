// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class ConcurrencyLimitTest {
    private final ConcurrencyLimit limit = new ConcurrencyLimit(2);

    /** The works that have begun, each of which ends when the test completes it. */
    private final BlockingQueue<CompletableFuture<Integer>> begun = new LinkedBlockingQueue<>();

    private CompletableFuture<Integer> run() {
        return limit.run(() -> {
            CompletableFuture<Integer> work = new CompletableFuture<>();
            begun.add(work);
            return work;
        });
    }

    private CompletableFuture<Integer> next() throws InterruptedException {
        CompletableFuture<Integer> work = begun.poll(1, TimeUnit.MINUTES);
        assertTrue(work != null);
        return work;
    }

    private static <T> T get(CompletableFuture<T> result) throws Exception {
        return result.get(1, TimeUnit.MINUTES);
    }

    @Test
    void eachWorkThatEndsBeginsAnother() throws Exception {
        List<CompletableFuture<Integer>> results = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            results.add(run());
        }
        CompletableFuture<Integer> first = next();
        CompletableFuture<Integer> second = next();
        assertTrue(begun.isEmpty());

        second.completeExceptionally(new IllegalStateException("on purpose"));
        CompletableFuture<Integer> third = next();
        first.complete(1);
        CompletableFuture<Integer> fourth = next();
        assertTrue(begun.isEmpty());
        third.complete(3);
        fourth.complete(4);
        next().complete(5);

        int failed = 0;
        for (CompletableFuture<Integer> result : results) {
            try {
                get(result);
            } catch (ExecutionException e) {
                assertEquals("on purpose", e.getCause().getMessage());
                failed++;
            }
        }
        assertEquals(1, failed);
    }

    @Test
    void aCancelledWorkIsCancelledOrNeverBegun() throws Exception {
        CompletableFuture<Integer> first = run();
        CompletableFuture<Integer> running = next();
        CompletableFuture<Integer> second = run();
        next();
        List<CompletableFuture<Integer>> others = new ArrayList<>();
        for (int i = 0; i < 10_000; i++) {
            others.add(run());
        }
        CompletableFuture<Integer> last = run();

        others.forEach(other -> other.cancel(true));
        first.cancel(true);

        assertThrows(CancellationException.class, () -> get(running));
        next().complete(7);
        assertEquals(7, get(last));
        assertTrue(begun.isEmpty());
        assertFalse(second.isDone());
    }

    @Test
    void aWorkThatCannotBeginFails() {
        CompletableFuture<Integer> failed = limit.run(() -> {
            throw new IllegalStateException("on purpose");
        });

        assertEquals(
                "on purpose",
                assertThrows(ExecutionException.class, () -> get(failed))
                        .getCause()
                        .getMessage());
    }
}
