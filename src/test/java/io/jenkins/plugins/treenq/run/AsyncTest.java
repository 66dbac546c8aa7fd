// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

class AsyncTest {
    private static final Duration LONG = Duration.ofDays(1);

    private static <T> T get(CompletableFuture<T> result) throws Exception {
        return result.get(1, TimeUnit.MINUTES);
    }

    private static Throwable failure(CompletableFuture<?> result) {
        return assertThrows(ExecutionException.class, () -> get(result)).getCause();
    }

    @Test
    void partsFollowOneAnother() throws Exception {
        CompletableFuture<Integer> first = Async.call(Async.SHORT, () -> 1);
        CompletableFuture<Integer> second = Async.then(
                first,
                one -> Async.then(
                        Async.pause(Duration.ofMillis(1)), over -> Async.call(Async.BLOCKING, () -> one + 1)));

        assertEquals(2, get(second));
    }

    @Test
    void whateverAPartThrowsIsTheResult() {
        for (Throwable thrown : List.of(
                new OutOfMemoryError("on purpose"),
                new StackOverflowError("on purpose"),
                new NoClassDefFoundError("gone"),
                new AssertionError("on purpose"),
                new IOException("on purpose"),
                new IllegalStateException("on purpose"))) {
            assertSame(thrown, failure(Async.call(Async.SHORT, () -> sneak(thrown))));
            assertSame(thrown, failure(Async.begin(() -> sneak(thrown))));
            CompletableFuture<Integer> failed = Async.call(Async.SHORT, () -> sneak(thrown));
            assertSame(thrown, failure(Async.then(failed, value -> CompletableFuture.completedFuture(value))));
            assertSame(thrown, failure(Async.orElse(failed, CompletableFuture::failedFuture)));
            assertSame(thrown, failure(Async.handle(failed, (value, failure) -> sneak(failure))));
            assertSame(thrown, failure(Async.afterwards(failed, Async.SHORT, () -> {})));
        }
    }

    @Test
    void anExecutorWithoutThreadsIsAFailureToo() {
        Error none = new OutOfMemoryError("unable to create native thread");

        assertSame(none, failure(Async.call(task -> sneak(none), () -> 1)));
    }

    @Test
    void aPartThatHasNoThreadYetIsNotDoneOnceTheWholeIsCanceled() throws Exception {
        CountDownLatch free = new CountDownLatch(1);
        List<CompletableFuture<Void>> others = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            others.add(Async.call(Async.SHORT, () -> {
                free.await();
                return null;
            }));
        }
        AtomicBoolean done = new AtomicBoolean();
        CompletableFuture<Integer> first = CompletableFuture.completedFuture(1);
        CompletableFuture<Integer> whole = Async.then(first, one -> {
            done.set(true);
            return first;
        });
        CompletableFuture<Integer> instead =
                Async.orElse(CompletableFuture.failedFuture(new IOException()), failure -> {
                    done.set(true);
                    return first;
                });

        whole.cancel(true);
        instead.cancel(true);
        free.countDown();
        for (CompletableFuture<Void> other : others) {
            get(other);
        }
        get(Async.call(Async.SHORT, () -> null));
        assertFalse(done.get());
    }

    @Test
    void aCanceledWholeInterruptsThePartThatIsUnderWayAndEndsAllTheSame() throws Exception {
        CountDownLatch under = new CountDownLatch(1);
        CountDownLatch interrupted = new CountDownLatch(1);
        CountDownLatch ended = new CountDownLatch(1);
        CompletableFuture<Void> part = Async.call(Async.SHORT, () -> {
            under.countDown();
            try {
                new CountDownLatch(1).await();
            } catch (InterruptedException e) {
                interrupted.countDown();
            }
            return null;
        });
        CompletableFuture<Void> whole =
                Async.then(Async.afterwards(part, Async.SHORT, ended::countDown), nothing -> Async.pause(LONG));
        assertTrue(under.await(1, TimeUnit.MINUTES));

        whole.cancel(true);

        assertTrue(interrupted.await(1, TimeUnit.MINUTES));
        assertTrue(ended.await(1, TimeUnit.MINUTES));
        assertThrows(CancellationException.class, () -> get(whole));
    }

    @Test
    void aPartThatTakesTooLongIsInterruptedAndReplaced() throws Exception {
        CountDownLatch under = new CountDownLatch(1);
        CountDownLatch interrupted = new CountDownLatch(1);
        CompletableFuture<Integer> part = Async.call(Async.SHORT, () -> {
            under.countDown();
            try {
                new CountDownLatch(1).await();
            } catch (InterruptedException e) {
                interrupted.countDown();
            }
            return 1;
        });
        assertTrue(under.await(1, TimeUnit.MINUTES));

        assertEquals(2, get(Async.within(Duration.ofMillis(1), part, 2)));
        assertTrue(interrupted.await(1, TimeUnit.MINUTES));
        assertTrue(part.isCancelled());
    }

    @Test
    void aPartThatIsQuickEnoughGivesTheResult() throws Exception {
        IOException thrown = new IOException("on purpose");

        assertEquals(1, get(Async.within(LONG, Async.call(Async.SHORT, () -> 1), 2)));
        assertSame(thrown, failure(Async.within(LONG, Async.call(Async.SHORT, () -> sneak(thrown)), 2)));
    }

    @Test
    void aCanceledWholeWithALimitCancelsItsPart() {
        CompletableFuture<Integer> part = new CompletableFuture<>();

        Async.within(LONG, part, 2).cancel(true);

        assertTrue(part.isCancelled());
    }

    @Test
    void whatAPartBeginsWhileTheWholeIsCanceledIsCanceledToo() throws Exception {
        CountDownLatch beginning = new CountDownLatch(1);
        CountDownLatch canceled = new CountDownLatch(1);
        CompletableFuture<Void> second = new CompletableFuture<>();
        CompletableFuture<Void> whole = Async.begin(() -> {
            beginning.countDown();
            try {
                canceled.await();
            } catch (InterruptedException e) {
                // As work does that begins in spite of it.
            }
            return second;
        });
        assertTrue(beginning.await(1, TimeUnit.MINUTES));

        whole.cancel(true);
        canceled.countDown();

        assertThrows(CancellationException.class, () -> get(second));
    }

    @SuppressWarnings("unchecked")
    private static <T, E extends Throwable> T sneak(Throwable thrown) throws E {
        throw (E) thrown;
    }
}
