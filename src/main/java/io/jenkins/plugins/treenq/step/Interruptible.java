// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.step;

import hudson.model.AbstractBuild;
import hudson.model.Result;
import hudson.model.Run;
import java.io.IOException;
import org.jenkinsci.plugins.workflow.steps.FlowInterruptedException;

/**
 * What a build step of freestyle jobs does. A Pipeline that calls it prints who stopped it, and then the exception that
 * the stop ends in, with its stack trace unless it is one of the Pipeline's own.
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
