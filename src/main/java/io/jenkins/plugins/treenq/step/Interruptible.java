// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.step;

import hudson.model.AbstractBuild;
import hudson.model.Result;
import hudson.model.Run;
import java.io.IOException;
import org.jenkinsci.plugins.workflow.steps.FlowInterruptedException;

/**
 * The work of a freestyle build step. If a Pipeline calls the build step and is stopped, the Pipeline prints who
 * stopped it and then the exception, with a stack trace unless the exception is a FlowInterruptedException. Therefore
 * an interrupt in a Pipeline is converted to that type.
 */
@FunctionalInterface
interface Interruptible<T> {
    T perform() throws IOException, InterruptedException;

    static <T> T of(Run<?, ?> run, Interruptible<T> work) throws IOException, InterruptedException {
        try {
            return work.perform();
        } catch (InterruptedException e) {
            throw run instanceof AbstractBuild ? e : new FlowInterruptedException(Result.ABORTED, true);
        }
    }
}
