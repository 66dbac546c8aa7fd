// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.step;

import edu.umd.cs.findbugs.annotations.NonNull;
import hudson.AbortException;
import hudson.EnvVars;
import hudson.Extension;
import hudson.FilePath;
import hudson.console.ConsoleLogFilter;
import hudson.model.Run;
import hudson.model.TaskListener;
import io.jenkins.plugins.treenq.buildkit.BuildkitException;
import io.jenkins.plugins.treenq.report.DockerfileCheck;
import io.jenkins.plugins.treenq.run.ConsoleMasks;
import io.jenkins.plugins.treenq.run.ImageBuild;
import io.jenkins.plugins.treenq.run.ImageOrder;
import java.io.IOException;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.UnaryOperator;
import org.jenkinsci.plugins.workflow.steps.StepContext;
import org.jenkinsci.plugins.workflow.steps.StepExecution;
import org.kohsuke.stapler.DataBoundConstructor;

/**
 * The Pipeline step that checks a Dockerfile without building it. The result contains the violated rules, the stages
 * and the arguments.
 */
public final class TreenqCheckStep extends DockerfileStep {
    private static final long serialVersionUID = 1;

    @DataBoundConstructor
    public TreenqCheckStep() {
        // All parameters have default values.
    }

    private ImageOrder order() throws AbortException {
        try {
            UnaryOperator<String> asItIs = UnaryOperator.identity();
            return order(describe(asItIs).build(), asItIs).build();
        } catch (BuildkitException.InvalidRequestException e) {
            throw new AbortException(e.getMessage());
        }
    }

    @Override
    public StepExecution start(StepContext context) {
        return new Execution(this, context);
    }

    /** One call of the step, which is repeated after a restart. */
    private static final class Execution extends StoppableExecution<DockerfileCheck> {
        private static final long serialVersionUID = 1;

        private final TreenqCheckStep step;

        Execution(TreenqCheckStep step, StepContext context) {
            super(context);
            this.step = step;
        }

        @Override
        protected CompletableFuture<DockerfileCheck> begin() throws IOException, InterruptedException {
            StepContext context = getContext();
            return new ImageBuild(
                            step.order(),
                            context.get(Run.class),
                            context.get(TaskListener.class),
                            ConsoleMasks.of(context.get(ConsoleLogFilter.class)))
                    .check(context.get(FilePath.class), context.get(EnvVars.class));
        }

        @Override
        CompletableFuture<DockerfileCheck> resume() throws IOException, InterruptedException {
            return begin();
        }
    }

    /** Form and Pipeline syntax of the step. */
    @Extension
    public static final class DescriptorImpl extends DockerfileStepDescriptor {
        public DescriptorImpl() {
            super(Set.of(), Set.of());
        }

        @Override
        public String getFunctionName() {
            return "treenqCheck";
        }

        @NonNull
        @Override
        public String getDisplayName() {
            return Messages.TreenqCheckStep_displayName();
        }
    }
}
