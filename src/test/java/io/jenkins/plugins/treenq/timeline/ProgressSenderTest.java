// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.timeline;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.jenkins.plugins.treenq.buildkit.BuildEvent;
import io.jenkins.plugins.treenq.buildkit.progress.ProgressReport;
import io.jenkins.plugins.treenq.buildkit.progress.ProgressReporter;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

class ProgressSenderTest {
    private static final int PATIENCE_SECONDS = 60;

    private final ProgressReporter reporter = new ProgressReporter(UnaryOperator.identity());
    private final BlockingQueue<ProgressReport> told = new LinkedBlockingQueue<>();

    @Test
    void progressIsReportedPeriodicallyAndAtTheEnd() throws Exception {
        try (ProgressSender sender = ProgressSender.start(reporter, told::add)) {
            start("a");
            assertEquals("a", next().steps().get(0).name());
            start("b");
            start("c");
            // One of these steps may have been reported separately.
        }
        List<ProgressReport> rest = List.copyOf(told);
        assertEquals(
                List.of("b", "c"),
                rest.stream()
                        .flatMap(report -> report.steps().stream())
                        .map(step -> step.name())
                        .toList());
    }

    @Test
    void aSlowControllerDoesNotDelayTheBuild() throws Exception {
        CountDownLatch asked = new CountDownLatch(1);
        CountDownLatch answers = new CountDownLatch(1);
        ProgressSink slow = report -> {
            asked.countDown();
            await(answers);
            told.add(report);
        };
        ProgressSender sender = ProgressSender.start(reporter, slow);
        start("a");
        await(asked);
        for (int i = 0; i < 10_000; i++) {
            start("step " + i % 100);
            reporter.line("step " + i % 100, "line " + i);
        }
        // An abort interrupts the thread; closing does not wait for the controller then, either.
        Thread.currentThread().interrupt();
        sender.close();
        assertTrue(Thread.interrupted());
        assertNull(told.poll());

        answers.countDown();

        assertEquals(1, next().steps().size());
        ProgressReport rest = next();
        assertEquals(100, rest.steps().size());
        assertEquals(
                10_000,
                rest.output().values().stream()
                        .mapToLong(output -> output.first().size())
                        .sum());
    }

    @Test
    void aFailingControllerDoesNotAffectTheBuild() throws Exception {
        CountDownLatch asked = new CountDownLatch(1);
        try (ProgressSender sender = ProgressSender.start(reporter, report -> {
            asked.countDown();
            throw new IllegalStateException("gone");
        })) {
            start("a");
            await(asked);
            start("b");
        }
        progressIsReportedPeriodicallyAndAtTheEnd();
    }

    @Test
    void aRejectedReportIsSentAgain() throws Exception {
        AtomicInteger calls = new AtomicInteger();
        try (ProgressSender sender = ProgressSender.start(reporter, report -> {
            if (calls.getAndIncrement() == 0) {
                throw new IllegalStateException("not now");
            }
            told.add(report);
        })) {
            start("a");
            assertEquals("a", next().steps().get(0).name());
            start("b");
        }
        assertEquals("b", next().steps().get(0).name());
    }

    /** Longer than all timeouts. */
    private static final long SLOW_SECONDS = 7;

    @Test
    void theEndIsReportedToASlowControllerWithoutDelayingOthers() throws Exception {
        CountDownLatch answers = new CountDownLatch(1);
        ProgressSender slow = ProgressSender.start(reporter, report -> {
            await(answers);
            told.add(report);
        });
        start("a");
        CompletableFuture<Void> end = slow.finish();
        ProgressReporter another = new ProgressReporter(UnaryOperator.identity());
        BlockingQueue<ProgressReport> toldOfAnother = new LinkedBlockingQueue<>();
        another.onEvent(new BuildEvent.VertexChanged("b", List.of(), "b", false, Instant.now(), null, "", null));
        ProgressSender.start(another, toldOfAnother::add).close();
        assertEquals(1, toldOfAnother.size());
        assertThrows(TimeoutException.class, () -> end.get(SLOW_SECONDS, TimeUnit.SECONDS));

        answers.countDown();

        end.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
        assertEquals("a", next().steps().get(0).name());
    }

    private void start(String vertex) {
        reporter.onEvent(new BuildEvent.VertexChanged(vertex, List.of(), vertex, false, Instant.now(), null, "", null));
    }

    private ProgressReport next() throws InterruptedException {
        ProgressReport report = told.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
        assertTrue(report != null, "no report was sent in time");
        return report;
    }

    private static void await(CountDownLatch latch) {
        try {
            assertTrue(latch.await(PATIENCE_SECONDS, TimeUnit.SECONDS));
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
