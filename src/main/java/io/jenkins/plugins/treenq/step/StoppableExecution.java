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
 * One call of a step, for which no thread of a Pipeline works or waits. After a restart of the controller it is taken
 * up again. What is under way ends when the step is stopped.
 *
 * @param <T> what the step returns
 */
abstract class StoppableExecution<T> extends StepExecution {
    private static final long serialVersionUID = 1;
    private static final Logger LOGGER = Logger.getLogger(StoppableExecution.class.getName());

    private transient CompletableFuture<T> work;
    private transient volatile Throwable stopped;

    StoppableExecution(StepContext context) {
        super(context);
    }

    /** Begins what the step is for. Whatever it throws, or ends with, is the step's failure. */
    abstract CompletableFuture<T> begin() throws Exception;

    /** The same after a restart in the middle of it. */
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
            // Whoever stopped the step is answered by stop. What is foreseen would only be a stack trace beside that
            // answer.
            if (!(failure instanceof CancellationException
                    || failure instanceof InterruptedException
                    || failure instanceof AbortException)) {
                cause.addSuppressed(failure);
            }
        } else if (ImageBuild.isShuttingDown()) {
            // Agents were let go of; the step is taken up when Jenkins is back.
            LOGGER.log(Level.FINE, failure, () -> this + " waits for the restart");
        } else {
            // Whoever completes the work must not wait for the log.
            Async.call(Async.SHORT, () -> tell(failure))
                    .whenComplete((told, problem) -> getContext().onFailure(failure));
        }
    }

    /** Of the branches that fail, a Pipeline tells the reason of the first one only, at its very end. */
    private Void tell(Throwable failure) throws IOException, InterruptedException {
        if (failure instanceof AbortException && ParallelBranch.encloses(getContext())) {
            getContext().get(TaskListener.class).error(failure.getMessage());
        }
        return null;
    }
}
