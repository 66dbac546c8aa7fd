// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.step;

import edu.umd.cs.findbugs.annotations.NonNull;
import hudson.util.DaemonThreadFactory;
import hudson.util.NamingThreadFactory;
import io.jenkins.plugins.treenq.run.ImageBuild;
import java.io.IOException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.logging.Level;
import java.util.logging.Logger;
import jenkins.util.ContextResettingExecutorService;
import org.jenkinsci.plugins.workflow.steps.StepContext;
import org.jenkinsci.plugins.workflow.steps.StepExecution;

/** One call of a step, parts of which are done on threads of the controller; they are interrupted when the step is stopped. */
abstract class StoppableExecution extends StepExecution {
    private static final long serialVersionUID = 1;
    private static final Logger LOGGER = Logger.getLogger(StoppableExecution.class.getName());

    private static final ExecutorService THREADS = new ContextResettingExecutorService(
            Executors.newCachedThreadPool(new NamingThreadFactory(new DaemonThreadFactory(), "treenq")));

    private transient Runnable stop;
    private transient volatile Throwable stopped;

    StoppableExecution(StepContext context) {
        super(context);
    }

    /** A part of the step. What it throws is the step's failure. */
    interface Work {
        void perform() throws IOException, InterruptedException;
    }

    /** Whether it will be done: not once the step was stopped. */
    final synchronized boolean submit(Work what) {
        if (stopped != null) {
            return false;
        }
        submitAnyway(what);
        return true;
    }

    /** A part that is done after a stop, too. */
    final synchronized void submitAnyway(Work what) {
        Future<?> work = THREADS.submit(() -> finish(what));
        if (stopped == null) {
            stop = () -> work.cancel(true);
        }
    }

    /** @param end ends what is done from now on, on whatever threads; is called at once when the step was stopped already */
    final synchronized void onStop(Runnable end) {
        if (stopped == null) {
            stop = end;
        } else {
            end.run();
        }
    }

    @Override
    public void stop(@NonNull Throwable cause) throws Exception {
        synchronized (this) {
            stopped = cause;
            if (stop != null) {
                stop.run();
            }
        }
        super.stop(cause);
    }

    private void finish(Work what) {
        try {
            what.perform();
        } catch (IOException | InterruptedException | RuntimeException | LinkageError e) {
            Throwable cause = stopped;
            if (cause != null) {
                // Whoever stopped the step has been answered.
                cause.addSuppressed(e);
            } else if (ImageBuild.isShuttingDown()) {
                // Agents were let go of; the step is taken up when Jenkins is back.
                LOGGER.log(Level.FINE, e, () -> this + " waits for the restart");
            } else {
                getContext().onFailure(e);
            }
        }
    }
}
