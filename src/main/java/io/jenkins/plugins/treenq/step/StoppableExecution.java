// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.step;

import com.google.common.util.concurrent.Futures;
import com.google.common.util.concurrent.ListenableFuture;
import com.google.common.util.concurrent.MoreExecutors;
import edu.umd.cs.findbugs.annotations.NonNull;
import hudson.AbortException;
import hudson.FilePath;
import hudson.model.TaskListener;
import io.jenkins.plugins.treenq.run.Async;
import io.jenkins.plugins.treenq.run.ImageBuild;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
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
    private static final Duration AGENT_POLL = Duration.ofSeconds(1);
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

    /**
     * Waits for the agent after a restart, without a thread.
     *
     * @param onAgent whether the step has a workspace; without one, the result is complete
     */
    final CompletableFuture<Void> agentConnected(boolean onAgent) {
        CompletableFuture<Void> connected = new CompletableFuture<>();
        awaitAgent(connected, onAgent);
        return connected;
    }

    /**
     * Polls until the agent is connected. If the agent does not reconnect, the enclosing {@code node} step gives up and
     * stops this step.
     */
    private void awaitAgent(CompletableFuture<Void> connected, boolean onAgent) {
        if (connected.isDone()) {
            return;
        }
        Async.call(Async.SHORT, () -> isAgentConnected(onAgent)).whenComplete((isConnected, failure) -> {
            if (failure != null) {
                connected.completeExceptionally(failure);
            } else if (isConnected) {
                connected.complete(null);
            } else {
                Async.pause(AGENT_POLL).thenRun(() -> awaitAgent(connected, onAgent));
            }
        });
    }

    private boolean isAgentConnected(boolean onAgent) throws IOException, InterruptedException {
        if (!onAgent) {
            return true;
        }
        FilePath folder = getContext().get(FilePath.class);
        return folder != null && folder.toComputer() != null;
    }

    /**
     * Saves the step with its Pipeline.
     *
     * @return completes when the state is saved and survives a restart
     */
    final CompletableFuture<Void> saveState() {
        CompletableFuture<Void> saved = new CompletableFuture<>();
        ListenableFuture<Void> saving = getContext().saveState();
        saving.addListener(
                () -> {
                    try {
                        Futures.getDone(saving);
                        saved.complete(null);
                    } catch (ExecutionException | CancellationException e) {
                        AbortException failure = new AbortException(
                                "the state of the Pipeline cannot be saved, so a restart of Jenkins would lose "
                                        + "the build;"
                                        + " check the disk of the controller, and the variables of the Pipeline ("
                                        + (e.getCause() == null ? e : e.getCause()) + ")");
                        failure.initCause(e);
                        saved.completeExceptionally(failure);
                    }
                },
                MoreExecutors.directExecutor());
        return saved;
    }
}
