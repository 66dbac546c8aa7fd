// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.step;

import java.io.IOException;
import org.jenkinsci.plugins.workflow.steps.StepContext;

/**
 * One call of a step, done on one thread of the controller. After a restart of the controller it is taken up again.
 *
 * @param <T> what the step returns
 */
abstract class BackgroundExecution<T> extends StoppableExecution {
    private static final long serialVersionUID = 1;

    BackgroundExecution(StepContext context) {
        super(context);
    }

    /** Does what the step is for. */
    abstract T perform() throws IOException, InterruptedException;

    /** The same after a restart in the middle of it. */
    abstract T resume() throws IOException, InterruptedException;

    @Override
    public boolean start() {
        submit(() -> getContext().onSuccess(perform()));
        return false;
    }

    @Override
    public void onResume() {
        submit(() -> getContext().onSuccess(resume()));
    }
}
