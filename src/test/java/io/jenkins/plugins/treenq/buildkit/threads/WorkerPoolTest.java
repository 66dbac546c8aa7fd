// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.threads;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(300)
class WorkerPoolTest {
    private static final int WORKERS = 4;

    private final WorkerPool pool = new WorkerPool(WORKERS, 30, Thread::new, Thread::new);
    private final CountDownLatch release = new CountDownLatch(1);

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void aFewThreadsExecuteManyTasksThatDoNotBlock() throws Exception {
        CountDownLatch done = new CountDownLatch(10_000);
        for (int i = 0; i < 10_000; i++) {
            pool.execute(done::countDown);
        }
        done.await();
        assertTrue(pool.size() <= WORKERS, pool.size() + " threads");
    }

    @Test
    void blockedTasksDoNotDelayOthers() throws Exception {
        CountDownLatch waiting = new CountDownLatch(20);
        for (int i = 0; i < 20; i++) {
            pool.execute(() -> {
                waiting.countDown();
                await(release);
            });
        }
        waiting.await();
        CompletableFuture<String> other = CompletableFuture.supplyAsync(() -> "done", pool);
        assertEquals("done", other.get());
        assertTrue(pool.size() <= 20 + WORKERS, pool.size() + " threads");

        release.countDown();

        while (pool.size() > WORKERS) {
            TimeUnit.MILLISECONDS.sleep(50);
        }
    }

    @Test
    void theNumberOfThreadsIsLimited() {
        for (int i = 0; i < 100; i++) {
            pool.execute(() -> await(release));
        }
        CompletableFuture<Void> other = CompletableFuture.runAsync(() -> {}, pool);
        assertThrows(TimeoutException.class, () -> other.get(5 * WorkerPool.LONG_MILLIS, TimeUnit.MILLISECONDS));
        assertTrue(pool.size() <= 30, pool.size() + " threads");
        release.countDown();
        other.join();
    }

    @Test
    void aScheduledTaskRunsOnAWorkerUnlessItIsCancelled() throws Exception {
        WorkerPool pool = WorkerPool.of("treenq-test", WORKERS);
        CompletableFuture<String> thread = new CompletableFuture<>();
        CompletableFuture<String> never = new CompletableFuture<>();
        Future<?> cancelled = pool.schedule(() -> never.complete(""), Duration.ofSeconds(2));
        cancelled.cancel(false);
        pool.schedule(() -> thread.complete(Thread.currentThread().getName()), Duration.ofMillis(2_500));
        assertTrue(thread.get().startsWith("treenq-test-worker"), thread.get());
        assertTrue(!never.isDone());
    }

    @Test
    void anExceptionOfATaskDoesNotAffectOthers() throws Exception {
        for (int i = 0; i < 10; i++) {
            pool.execute(() -> {
                Thread.currentThread().setUncaughtExceptionHandler((thread, failure) -> {});
                throw new StackOverflowError();
            });
        }
        assertEquals("done", CompletableFuture.supplyAsync(() -> "done", pool).get());
    }

    @Test
    void theNumberOfThreadsDoublesWhileAllAreBlocked() {
        WorkerPool pool = WorkerPool.of("treenq-test", WORKERS);
        int threads = WORKERS;
        int times = 0;
        while (threads < WorkerPool.MOST_THREADS) {
            threads = pool.threadsFor(threads);
            times++;
        }
        assertEquals(WorkerPool.MOST_THREADS, threads);
        assertEquals(8, times);
        assertEquals(WORKERS, pool.threadsFor(0));
        assertEquals(2 * WORKERS, pool.threadsFor(WORKERS));
    }

    @Test
    void anAcceptedTaskIsExecutedWithoutATimerThread() throws Exception {
        AtomicBoolean noneLeft = new AtomicBoolean(true);
        WorkerPool pool = new WorkerPool(1, 30, new FailingThreads(new AtomicBoolean()), new FailingThreads(noneLeft));
        CountDownLatch done = new CountDownLatch(100);
        pool.execute(() -> await(release));
        for (int i = 0; i < 100; i++) {
            pool.execute(done::countDown);
        }
        CompletableFuture<Void> scheduled = new CompletableFuture<>();
        CompletableFuture<Void> never = new CompletableFuture<>();
        pool.schedule(() -> scheduled.complete(null), Duration.ofMillis(1));
        pool.schedule(() -> never.complete(null), Duration.ofMillis(1)).cancel(false);
        release.countDown();
        noneLeft.set(false);
        done.await();
        scheduled.get();
        assertTrue(!never.isDone());
    }

    @Test
    void aTaskIsRefusedIfThereIsNoThread() throws Exception {
        AtomicBoolean noneLeft = new AtomicBoolean(true);
        WorkerPool pool = new WorkerPool(WORKERS, 30, new FailingThreads(noneLeft), new FailingThreads(noneLeft));
        CompletableFuture<Void> never = new CompletableFuture<>();
        assertThrows(OutOfMemoryError.class, () -> pool.execute(() -> never.complete(null)));
        assertThrows(OutOfMemoryError.class, () -> pool.schedule(() -> never.complete(null), Duration.ZERO));
        noneLeft.set(false);
        CompletableFuture<Void> next = new CompletableFuture<>();
        pool.schedule(() -> next.complete(null), Duration.ofMillis(1));
        next.get();
        assertTrue(!never.isDone());
    }
}
