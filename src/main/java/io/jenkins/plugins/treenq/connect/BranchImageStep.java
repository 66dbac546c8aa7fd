// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.connect;

import edu.umd.cs.findbugs.annotations.NonNull;
import hudson.EnvVars;
import hudson.model.Run;
import hudson.model.TaskListener;
import org.jenkinsci.plugins.variant.OptionalExtension;
import org.jenkinsci.plugins.workflow.steps.StepContext;
import org.jenkinsci.plugins.workflow.steps.StepExecution;
import org.kohsuke.stapler.DataBoundConstructor;

/** The step that builds the image of the run's commit. */
public final class BranchImageStep extends BranchStep {
    static final String NAME = "treenqBranchImage";

    @DataBoundConstructor
    public BranchImageStep() {
        // Everything is configured in the project.
    }

    @Override
    public StepExecution start(StepContext context) {
        return new BranchImageExecution(context);
    }

    /** Pipeline syntax of the step. */
    @OptionalExtension
    public static final class DescriptorImpl extends BranchStepDescriptor {
        public DescriptorImpl() {
            super(NAME, Run.class, TaskListener.class, EnvVars.class);
        }

        @NonNull
        @Override
        public String getDisplayName() {
            return Messages.BranchImageStep_displayName();
        }
    }
}
