// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.step;

import io.jenkins.plugins.treenq.run.Async;
import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import org.jenkinsci.plugins.workflow.steps.StepContext;

/**
 * One call of a step whose work the controller does on one thread. After a restart of the controller, the work is
 * repeated.
 *
 * @param <T> type of the step's result
 */
abstract class BackgroundExecution<T> extends StoppableExecution<T> {
    private static final long serialVersionUID = 1;

    BackgroundExecution(StepContext context) {
        super(context);
    }

    /** Does the work of the step. */
    abstract T perform() throws IOException, InterruptedException;

    @Override
    protected CompletableFuture<T> begin() {
        return Async.call(Async.REGISTRIES, this::perform);
    }

    @Override
    CompletableFuture<T> resume() {
        return begin();
    }
}
