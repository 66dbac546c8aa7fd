// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.timeline;

import edu.umd.cs.findbugs.annotations.CheckForNull;
import io.jenkins.plugins.treenq.buildkit.progress.ProgressReport;
import io.jenkins.plugins.treenq.buildkit.progress.ProgressReporter;
import io.jenkins.plugins.treenq.buildkit.threads.WorkerPool;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * Tells the controller once a second what is new in a build, if anything. The build does not wait for it meanwhile:
 * what happens while the controller is slow is summed up in the next report.
 *
 * <p>A report may be late and is not lost. One that was not taken is sent again, and the end of a build waits until the
 * last one was. The wait ends when the connection to the controller does, for then the call fails.
 */
public final class ProgressSender implements AutoCloseable {
    private static final Logger LOGGER = Logger.getLogger(ProgressSender.class.getName());
    private static final Duration PERIOD = Duration.ofSeconds(1);

    private final ProgressReporter reporter;
    private final ProgressSink sink;
    private final WorkerPool workers = WorkerPool.shared();

    /** The report that was not taken yet, or null. Only touched by the one sending at a time. */
    private ProgressReport untaken;

    // Guarded by this object's lock.
    private CompletableFuture<Void> sendings = CompletableFuture.completedFuture(null);
    private Future<?> next;
    private boolean ended;

    private ProgressSender(ProgressReporter reporter, ProgressSink sink) {
        this.reporter = reporter;
        this.sink = sink;
    }

    /** @param sink null when nobody wants to know */
    public static ProgressSender start(ProgressReporter reporter, @CheckForNull ProgressSink sink) {
        ProgressSender sender = new ProgressSender(reporter, sink);
        if (sink != null) {
            sender.sendLater();
        }
        return sender;
    }

    private synchronized void sendLater() {
        if (!ended) {
            next = workers.schedule(this::sendNow, PERIOD);
        }
    }

    private void sendNow() {
        then(this::send).whenComplete((sent, failure) -> {
            if (failure != null) {
                LOGGER.log(Level.FINE, "the controller did not take a report, which is sent again", failure);
            }
            sendLater();
        });
    }

    /** One after the other, each on a worker, whatever became of those before. */
    private synchronized CompletableFuture<Void> then(Runnable sending) {
        sendings = sendings.handleAsync(
                (before, failure) -> {
                    sending.run();
                    return null;
                },
                workers);
        return sendings;
    }

    private void send() {
        if (untaken == null) {
            ProgressReport report = reporter.take();
            if (report.isEmpty()) {
                return;
            }
            untaken = report;
        }
        sink.accept(untaken);
        untaken = null;
    }

    private void sendRest() {
        if (untaken != null) {
            send();
        }
        send();
    }

    /**
     * Tells the rest.
     *
     * @return completes when it was taken; exceptionally when it cannot be told
     */
    public CompletableFuture<Void> finish() {
        synchronized (this) {
            if (ended || sink == null) {
                return sendings;
            }
            ended = true;
            if (next != null) {
                next.cancel(false);
            }
            return then(this::sendRest);
        }
    }

    /** Tells the rest, and waits until the controller has taken it. */
    @Override
    public void close() {
        try {
            finish().get();
        } catch (ExecutionException e) {
            LOGGER.log(Level.WARNING, "the controller does not hear how a build ended", e.getCause());
        } catch (InterruptedException e) {
            // It is told all the same, if the controller still listens.
            Thread.currentThread().interrupt();
        }
    }
}
