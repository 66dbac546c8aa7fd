// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.step;

import hudson.util.DaemonThreadFactory;
import hudson.util.NamingThreadFactory;
import io.jenkins.plugins.treenq.run.Async;
import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import org.jenkinsci.plugins.workflow.steps.StepContext;

/**
 * One call of a step that the controller itself works at, on one thread. After a restart of the controller it is done once
 * more.
 *
 * @param <T> what the step returns
 */
abstract class BackgroundExecution<T> extends StoppableExecution<T> {
    private static final long serialVersionUID = 1;

    /** They move bytes between registries for as long as that takes, which must not hold up builds. */
    private static final Executor THREADS =
            Executors.newCachedThreadPool(new NamingThreadFactory(new DaemonThreadFactory(), "treenq-registries"));

    BackgroundExecution(StepContext context) {
        super(context);
    }

    /** Does what the step is for. */
    abstract T perform() throws IOException, InterruptedException;

    @Override
    CompletableFuture<T> begin() {
        return Async.call(THREADS, this::perform);
    }

    @Override
    CompletableFuture<T> resume() {
        return begin();
    }
}
