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
 * Sends the progress of a build to the controller once a second, if there is any. The build does not wait for the
 * controller: progress during a slow call is combined in the next report.
 *
 * <p>A report can be late but is not lost. A report that the controller did not receive is sent again, and the end of a
 * build waits until the last report is received. The wait also ends when the connection to the controller is closed,
 * because then the call fails.
 */
public final class ProgressSender implements AutoCloseable {
    private static final Logger LOGGER = Logger.getLogger(ProgressSender.class.getName());
    private static final Duration PERIOD = Duration.ofSeconds(1);

    private final ProgressReporter reporter;
    private final ProgressSink sink;
    private final WorkerPool workers = WorkerPool.shared();

    /**
     * The report that the controller has not yet received; null if there is none. Only {@link #send} and
     * {@link #sendRest} use this field, and their calls run one after the other.
     */
    private ProgressReport untaken;

    // The following fields are guarded by this object's lock.
    private CompletableFuture<Void> sendings = CompletableFuture.completedFuture(null);
    private Future<?> next;
    private boolean ended;

    private ProgressSender(ProgressReporter reporter, ProgressSink sink) {
        this.reporter = reporter;
        this.sink = sink;
    }

    /** @param sink receiver of the reports; null if no one needs them */
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
                LOGGER.log(Level.FINE, "a report could not be sent to the controller and is sent again", failure);
            }
            sendLater();
        });
    }

    /** Runs a call on a worker after the previous calls, regardless of their results. */
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
     * Sends the remaining reports.
     *
     * @return completes when the controller has received them; or with an exception if they cannot be sent
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

    /** Sends the remaining reports and waits until the controller has received them. */
    @Override
    public void close() {
        try {
            finish().get();
        } catch (ExecutionException e) {
            LOGGER.log(Level.WARNING, "the end of a build cannot be reported to the controller", e.getCause());
        } catch (InterruptedException e) {
            // The reports are still sent, if the connection to the controller is open.
            Thread.currentThread().interrupt();
        }
    }
}
