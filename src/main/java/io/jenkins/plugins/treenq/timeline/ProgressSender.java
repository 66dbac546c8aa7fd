// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.timeline;

import edu.umd.cs.findbugs.annotations.CheckForNull;
import hudson.util.DaemonThreadFactory;
import hudson.util.NamingThreadFactory;
import io.jenkins.plugins.treenq.buildkit.ProgressReport;
import io.jenkins.plugins.treenq.buildkit.progress.ProgressReporter;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * Tells the controller once a second what is new in a build, if anything. The build never waits for it: all builds of a
 * JVM share a thread for this, and what happens while the controller is slow is summed up in the next report.
 */
public final class ProgressSender implements AutoCloseable {
    private static final Logger LOGGER = Logger.getLogger(ProgressSender.class.getName());
    private static final long PERIOD_SECONDS = 1;

    /** For the end of a build to be told. */
    private static final long PATIENCE_SECONDS = 5;

    private static final ScheduledThreadPoolExecutor THREAD = thread();

    private final ProgressReporter reporter;
    private final ProgressSink sink;
    private final Future<?> task;

    private ProgressSender(ProgressReporter reporter, ProgressSink sink) {
        this.reporter = reporter;
        this.sink = sink;
        this.task = sink == null
                ? null
                : THREAD.scheduleWithFixedDelay(this::send, PERIOD_SECONDS, PERIOD_SECONDS, TimeUnit.SECONDS);
    }

    /** @param sink null when nobody wants to know */
    public static ProgressSender start(ProgressReporter reporter, @CheckForNull ProgressSink sink) {
        return new ProgressSender(reporter, sink);
    }

    private static ScheduledThreadPoolExecutor thread() {
        ScheduledThreadPoolExecutor thread = new ScheduledThreadPoolExecutor(
                1, new NamingThreadFactory(new DaemonThreadFactory(), "treenq-progress"));
        thread.setKeepAliveTime(1, TimeUnit.MINUTES);
        thread.allowCoreThreadTimeOut(true);
        thread.setRemoveOnCancelPolicy(true);
        return thread;
    }

    /** What remoting throws ends the task, and only that. */
    private void send() {
        ProgressReport report = reporter.take();
        if (!report.isEmpty()) {
            sink.accept(report);
        }
    }

    /** Tells the rest; the controller has a moment to take it. */
    @Override
    public void close() {
        if (task == null) {
            return;
        }
        task.cancel(false);
        try {
            THREAD.submit(this::send).get(PATIENCE_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException | TimeoutException e) {
            LOGGER.log(Level.FINE, "the controller does not hear how a build ended", e);
        } catch (InterruptedException e) {
            // It is told all the same, if the controller still listens.
            Thread.currentThread().interrupt();
        }
    }
}
