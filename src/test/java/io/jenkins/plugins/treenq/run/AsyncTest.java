// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.jenkins.plugins.treenq.buildkit.threads.FutureOutcome;
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
import jenkins.util.JenkinsJVM;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class AsyncTest {
    private static final Duration LONG = Duration.ofDays(1);

    private final boolean controller = JenkinsJVM.isJenkinsJVM();

    private static <T> T get(CompletableFuture<T> result) throws Exception {
        return result.get(1, TimeUnit.MINUTES);
    }

    private static Throwable failure(CompletableFuture<?> result) {
        return assertThrows(ExecutionException.class, () -> get(result)).getCause();
    }

    @Test
    void partsRunInSequence() throws Exception {
        CompletableFuture<Integer> first = Async.call(Async.SHORT, () -> 1);
        CompletableFuture<Integer> second = Async.then(
                first,
                one -> Async.then(
                        Async.pause(Duration.ofMillis(1)), over -> Async.call(Async.BLOCKING, () -> one + 1)));

        assertEquals(2, get(second));
    }

    @Test
    void anyThrowableOfAPartIsTheResult() {
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
    void anExecutorWithoutThreadsFailsThePart() {
        Error none = new OutOfMemoryError("unable to create native thread");

        assertSame(none, failure(Async.call(task -> sneak(none), () -> 1)));
    }

    @Test
    void aWaitingPartIsNotRunAfterTheWholeIsCanceled() throws Exception {
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

    /** What the JVM is changes for a test as JenkinsRule changes it. */
    private static final class Jvm extends JenkinsJVM {
        static void setController(boolean controller) {
            setJenkinsJVM(controller);
        }
    }

    @AfterEach
    void restoreJvm() {
        Jvm.setController(controller);
    }

    private static final CountDownLatch INITIALIZING = new CountDownLatch(1);
    private static final CountDownLatch INITIALIZED = new CountDownLatch(1);

    /** Its initialization waits, as one that loads further classes over a channel. */
    private static final class LoadedSlowly {
        static final int VALUE = load();

        private static int load() {
            INITIALIZING.countDown();
            try {
                INITIALIZED.await();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
            return 1;
        }
    }

    @Test
    void aCanceledPartOnAnAgentLosesNoClass() throws Exception {
        Jvm.setController(false);
        CompletableFuture<Integer> part = Async.call(Async.SHORT, () -> LoadedSlowly.VALUE);
        assertTrue(INITIALIZING.await(1, TimeUnit.MINUTES));

        part.cancel(true);
        INITIALIZED.countDown();

        assertEquals(1, get(Async.call(Async.SHORT, () -> LoadedSlowly.VALUE)));
    }

    @Test
    void whatACanceledPartOnAnAgentWaitsForIsCanceled() throws Exception {
        Jvm.setController(false);
        CountDownLatch under = new CountDownLatch(1);
        CompletableFuture<Void> awaited = new CompletableFuture<>();
        CompletableFuture<Throwable> thrown = new CompletableFuture<>();
        CompletableFuture<Void> part = Async.call(Async.SHORT, () -> {
            under.countDown();
            thrown.complete(
                    assertThrows(InterruptedException.class, () -> FutureOutcome.get(awaited, IOException.class)));
            assertThrows(
                    InterruptedException.class,
                    () -> FutureOutcome.get(new CompletableFuture<Void>(), IOException.class));
            return null;
        });
        assertTrue(under.await(1, TimeUnit.MINUTES));

        part.cancel(true);

        get(thrown);
        assertTrue(awaited.isCancelled());
    }

    @Test
    void cancelingTheWholeInterruptsTheRunningPartAndRunsTheCleanup() throws Exception {
        Jvm.setController(true);
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
    void aPartThatExceedsItsTimeLimitIsInterruptedAndReplaced() throws Exception {
        Jvm.setController(true);
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
    void aPartWithinItsTimeLimitGivesTheResult() throws Exception {
        IOException thrown = new IOException("on purpose");

        assertEquals(1, get(Async.within(LONG, Async.call(Async.SHORT, () -> 1), 2)));
        assertSame(thrown, failure(Async.within(LONG, Async.call(Async.SHORT, () -> sneak(thrown)), 2)));
    }

    @Test
    void cancelingAWholeWithATimeLimitCancelsItsPart() {
        CompletableFuture<Integer> part = new CompletableFuture<>();

        Async.within(LONG, part, 2).cancel(true);

        assertTrue(part.isCancelled());
    }

    @Test
    void aPartThatIsBegunDuringTheCancellationIsCanceled() throws Exception {
        CountDownLatch beginning = new CountDownLatch(1);
        CountDownLatch canceled = new CountDownLatch(1);
        CompletableFuture<Void> second = new CompletableFuture<>();
        CompletableFuture<Void> whole = Async.begin(() -> {
            beginning.countDown();
            try {
                canceled.await();
            } catch (InterruptedException e) {
                // Like a part that ignores the interrupt.
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
