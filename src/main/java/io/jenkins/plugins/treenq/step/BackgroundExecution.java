// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.step;

import edu.umd.cs.findbugs.annotations.NonNull;
import hudson.util.DaemonThreadFactory;
import hudson.util.NamingThreadFactory;
import java.io.IOException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.logging.Level;
import java.util.logging.Logger;
import jenkins.model.Jenkins;
import jenkins.util.ContextResettingExecutorService;
import org.jenkinsci.plugins.workflow.steps.StepContext;
import org.jenkinsci.plugins.workflow.steps.StepExecution;

/**
 * One call of a step, done on a thread of the controller, which is interrupted when the step is stopped. After a restart of
 * the controller it is taken up again.
 *
 * @param <T> what the step returns
 */
abstract class BackgroundExecution<T> extends StepExecution {
    private static final long serialVersionUID = 1;
    private static final Logger LOGGER = Logger.getLogger(BackgroundExecution.class.getName());

    private static final ExecutorService THREADS = new ContextResettingExecutorService(
            Executors.newCachedThreadPool(new NamingThreadFactory(new DaemonThreadFactory(), "treenq")));

    private transient volatile Future<?> work;
    private transient volatile Throwable stopped;

    BackgroundExecution(StepContext context) {
        super(context);
    }

    /** Does what the step is for. */
    abstract T perform() throws IOException, InterruptedException;

    /** The same after a restart in the middle of it. */
    abstract T resume() throws IOException, InterruptedException;

    @Override
    public boolean start() throws IOException, InterruptedException {
        work = THREADS.submit(() -> finish(this::perform));
        return false;
    }

    @Override
    public void onResume() {
        work = THREADS.submit(() -> finish(this::resume));
    }

    @Override
    public void stop(@NonNull Throwable cause) throws Exception {
        stopped = cause;
        Future<?> running = work;
        if (running != null) {
            running.cancel(true);
        }
        super.stop(cause);
    }

    private interface Work {
        Object perform() throws IOException, InterruptedException;
    }

    private void finish(Work what) {
        try {
            getContext().onSuccess(what.perform());
        } catch (IOException | InterruptedException | RuntimeException | LinkageError e) {
            Throwable cause = stopped;
            if (cause != null) {
                // Whoever stopped the step has been answered.
                cause.addSuppressed(e);
            } else if (isShuttingDown()) {
                // Agents were let go of; the step is taken up when Jenkins is back.
                LOGGER.log(Level.FINE, e, () -> this + " waits for the restart");
            } else {
                getContext().onFailure(e);
            }
        }
    }

    private static boolean isShuttingDown() {
        Jenkins jenkins = Jenkins.getInstanceOrNull();
        return jenkins == null || jenkins.isTerminating();
    }
}
