// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.step;

import edu.umd.cs.findbugs.annotations.CheckForNull;
import edu.umd.cs.findbugs.annotations.NonNull;
import hudson.AbortException;
import hudson.EnvVars;
import hudson.Extension;
import hudson.FilePath;
import hudson.Util;
import hudson.model.Run;
import hudson.model.TaskListener;
import hudson.util.ListBoxModel;
import io.jenkins.plugins.treenq.buildkit.BuildkitException;
import io.jenkins.plugins.treenq.report.DockerfileCheck;
import io.jenkins.plugins.treenq.run.ImageBuild;
import io.jenkins.plugins.treenq.run.ImageOrder;
import java.io.IOException;
import java.util.List;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.jenkinsci.plugins.workflow.steps.StepContext;
import org.jenkinsci.plugins.workflow.steps.StepExecution;
import org.jenkinsci.plugins.workflow.steps.SynchronousNonBlockingStepExecution;
import org.kohsuke.stapler.DataBoundConstructor;
import org.kohsuke.stapler.DataBoundSetter;
import org.kohsuke.stapler.verb.POST;

/** Says what a Dockerfile breaks, can build and takes, without building it. */
public final class TreenqCheckStep extends DockerfileStep {
    private static final long serialVersionUID = 1;

    private static final String ERROR = "error";
    private static final String WARNING = "warning";

    private String failOn = ERROR;

    @DataBoundConstructor
    public TreenqCheckStep() {
        // Everything has a default.
    }

    /** {@code error} for a Dockerfile that cannot be built, {@code warning} for one that breaks a rule, too. */
    public String getFailOn() {
        return failOn;
    }

    @DataBoundSetter
    public void setFailOn(@CheckForNull String failOn) {
        String given = Util.fixEmptyAndTrim(failOn);
        this.failOn = given == null ? ERROR : given;
    }

    private ImageOrder order() throws AbortException {
        try {
            UnaryOperator<String> asItIs = UnaryOperator.identity();
            return order(describe(asItIs).build(), List.of(), List.of(), asItIs);
        } catch (BuildkitException.InvalidRequest e) {
            throw new AbortException(e.getMessage());
        }
    }

    @Override
    public StepExecution start(StepContext context) {
        return new Execution(this, context);
    }

    /** A question of seconds, which is asked again by whoever wants it after a restart. */
    private static final class Execution extends SynchronousNonBlockingStepExecution<DockerfileCheck> {
        private static final long serialVersionUID = 1;

        private final TreenqCheckStep step;

        Execution(TreenqCheckStep step, StepContext context) {
            super(context);
            this.step = step;
        }

        @Override
        protected DockerfileCheck run() throws IOException, InterruptedException {
            if (!Set.of(ERROR, WARNING).contains(step.failOn)) {
                throw new AbortException("failOn: '" + step.failOn + "' is neither error nor warning");
            }
            StepContext context = getContext();
            DockerfileCheck check = new ImageBuild(
                            step.order(), context.get(Run.class), context.get(TaskListener.class))
                    .check(context.get(FilePath.class), context.get(EnvVars.class));
            if (step.failOn.equals(WARNING) && !check.getWarnings().isEmpty()) {
                throw new AbortException("the Dockerfile breaks a rule: " + check.getWarnings().get(0));
            }
            return check;
        }
    }

    /** The step's form and syntax. */
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

        @POST
        public ListBoxModel doFillFailOnItems() {
            ListBoxModel levels = new ListBoxModel();
            levels.add(Messages.TreenqCheckStep_failOnError(), ERROR);
            levels.add(Messages.TreenqCheckStep_failOnWarning(), WARNING);
            return levels;
        }
    }
}
