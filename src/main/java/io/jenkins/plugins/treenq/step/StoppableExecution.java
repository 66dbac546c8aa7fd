// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.step;

import edu.umd.cs.findbugs.annotations.NonNull;
import hudson.AbortException;
import hudson.model.TaskListener;
import io.jenkins.plugins.treenq.run.Async;
import io.jenkins.plugins.treenq.run.ImageBuild;
import java.io.IOException;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.jenkinsci.plugins.workflow.steps.StepContext;
import org.jenkinsci.plugins.workflow.steps.StepExecution;

/**
 * One call of a step, which occupies no thread of the Pipeline. After a restart of the controller, the step is resumed.
 * When the step is stopped, its work is canceled.
 *
 * @param <T> type of the step's result
 */
public abstract class StoppableExecution<T> extends StepExecution {
    private static final long serialVersionUID = 1;
    private static final Logger LOGGER = Logger.getLogger(StoppableExecution.class.getName());

    private transient CompletableFuture<T> work;
    private transient volatile Throwable stopped;

    StoppableExecution(StepContext context) {
        super(context);
    }

    /**
     * Starts the work of the step. An exception that this method throws, or that completes the future, is the failure
     * of the step.
     */
    protected abstract CompletableFuture<T> begin() throws Exception;

    /** Starts the work of the step again after a restart interrupted it. */
    abstract CompletableFuture<T> resume() throws Exception;

    @Override
    public boolean start() throws Exception {
        follow(Async.begin(this::begin));
        return false;
    }

    @Override
    public void onResume() {
        follow(Async.begin(this::resume));
    }

    private void follow(CompletableFuture<T> begun) {
        boolean unwanted;
        synchronized (this) {
            work = begun;
            unwanted = stopped != null;
        }
        begun.whenComplete(this::finish);
        if (unwanted) {
            begun.cancel(true);
        }
    }

    @Override
    public void stop(@NonNull Throwable cause) throws Exception {
        CompletableFuture<T> underWay;
        synchronized (this) {
            stopped = cause;
            underWay = work;
        }
        if (underWay != null) {
            underWay.cancel(true);
        }
        super.stop(cause);
    }

    private void finish(T result, Throwable failure) {
        Throwable cause = stopped;
        if (failure == null) {
            getContext().onSuccess(result);
        } else if (cause != null) {
            // The method stop has already reported the cause. An expected failure would only add a stack trace to that
            // cause.
            if (!(failure instanceof CancellationException
                    || failure instanceof InterruptedException
                    || failure instanceof AbortException)) {
                cause.addSuppressed(failure);
            }
        } else if (ImageBuild.isShuttingDown()) {
            // Jenkins has disconnected the agents; the step is resumed after the restart.
            LOGGER.log(Level.FINE, failure, () -> this + " waits for the restart");
        } else {
            // The log is written on another thread, so that the thread that completes the work does not wait for the
            // log.
            Async.call(Async.SHORT, () -> printFailure(failure))
                    .whenComplete((printed, problem) -> getContext().onFailure(failure));
        }
    }

    /**
     * Prints the failure of a step in a parallel branch. A Pipeline prints only the failure of the first branch that
     * failed, at the end of its log.
     */
    private Void printFailure(Throwable failure) throws IOException, InterruptedException {
        if (failure instanceof AbortException && ParallelBranch.encloses(getContext())) {
            getContext().get(TaskListener.class).error(failure.getMessage());
        }
        return null;
    }
}
