// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.run;

import io.jenkins.plugins.treenq.buildkit.threads.CancellableWork;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * Sends the lines that a task prints to the run's log, at most about once a second unless there is much to send. Lines
 * that are printed during a call are combined in the next one. The task waits only if the controller does not keep up
 * with it, so that the lines take a bounded part of the agent's memory.
 *
 * <p>A Pipeline's own listener would do the same, but an agent would have to load a hundred classes of Jenkins for it.
 */
final class LogSender {
    private static final Logger LOGGER = Logger.getLogger(LogSender.class.getName());
    private static final Duration PERIOD = Duration.ofSeconds(1);

    /** Number of characters that are sent before the period is over. */
    private static final int MANY_CHARS = 64 << 10;

    /** Number of characters that may wait for the controller. */
    private static final int MOST_CHARS = 1 << 20;

    private final LogSink sink;

    // The following fields are guarded by this object's lock.
    private StringBuilder waiting = new StringBuilder();
    private CompletableFuture<Void> sendings = CompletableFuture.completedFuture(null);

    /** Whether a call is scheduled for the lines that wait. */
    private boolean scheduled;

    /** Whether a call is under way or submitted, which takes all lines that wait by then. */
    private boolean submitted;

    /** Whether the controller cannot be reached any more. */
    private boolean broken;

    /** Whether the task was cancelled, so that it does not wait any more. */
    private boolean cancelled;

    LogSender(LogSink sink) {
        this.sink = sink;
    }

    synchronized void println(String line) {
        try (CancellableWork.Hook ignored = CancellableWork.onCancel(this::cancel)) {
            while (waiting.length() >= MOST_CHARS && !broken && !cancelled) {
                wait();
            }
        } catch (InterruptedException e) {
            // The task is being stopped; what it still prints is not much.
            Thread.currentThread().interrupt();
        }
        if (broken) {
            return;
        }
        waiting.append(line).append('\n');
        if (waiting.length() >= MANY_CHARS) {
            submit();
        } else if (!scheduled) {
            scheduled = true;
            Async.pause(PERIOD).thenRun(this::sendScheduled);
        }
    }

    private synchronized void cancel() {
        cancelled = true;
        notifyAll();
    }

    private synchronized void sendScheduled() {
        scheduled = false;
        submit();
    }

    private synchronized CompletableFuture<Void> submit() {
        if (!submitted) {
            submitted = true;
            try {
                sendings = sendings.handleAsync(
                        (before, failure) -> {
                            send();
                            return null;
                        },
                        Async.BLOCKING);
            } catch (RuntimeException | Error e) {
                submitted = false;
                throw e;
            }
        }
        return sendings;
    }

    private void send() {
        StringBuilder lines;
        synchronized (this) {
            submitted = false;
            lines = waiting;
            waiting = new StringBuilder();
            notifyAll();
        }
        if (lines.isEmpty()) {
            return;
        }
        try {
            sink.print(lines.toString());
        } catch (RuntimeException e) {
            LOGGER.log(Level.FINE, "the controller does not receive the printed lines", e);
            synchronized (this) {
                broken = true;
                notifyAll();
            }
        } catch (Error e) {
            // An agent that is out of memory may have memory again a moment later.
            synchronized (this) {
                waiting = lines.append(waiting);
            }
            throw e;
        }
    }

    /** Sends the remaining lines. The result completes when the controller has printed them, or cannot be reached. */
    CompletableFuture<Void> finish() {
        return Async.orElse(submit(), failure -> Async.then(Async.pause(PERIOD), over -> submit()))
                .handle((sent, failure) -> null);
    }
}
