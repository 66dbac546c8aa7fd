// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.connect;

import edu.umd.cs.findbugs.annotations.NonNull;
import hudson.Util;
import hudson.model.Run;
import org.jenkinsci.plugins.variant.OptionalExtension;
import org.jenkinsci.plugins.workflow.steps.StepContext;
import org.jenkinsci.plugins.workflow.steps.StepExecution;
import org.jenkinsci.plugins.workflow.steps.SynchronousStepExecution;
import org.kohsuke.stapler.DataBoundConstructor;

/** The step that returns the label of the agents that check out the sources. */
public final class BranchAgentStep extends BranchStep {
    static final String NAME = "treenqBranchAgent";

    @DataBoundConstructor
    public BranchAgentStep() {
        // Everything is configured in the project.
    }

    @Override
    public StepExecution start(StepContext context) {
        return new Execution(context);
    }

    private static final class Execution extends SynchronousStepExecution<String> {
        private static final long serialVersionUID = 1;

        Execution(StepContext context) {
            super(context);
        }

        @Override
        protected String run() throws Exception {
            AgentCheckout checkout = settings(getContext().get(Run.class)).getCheckout();
            return checkout == null ? "" : Util.fixNull(checkout.getLabel());
        }
    }

    /** Pipeline syntax of the step. */
    @OptionalExtension
    public static final class DescriptorImpl extends BranchStepDescriptor {
        public DescriptorImpl() {
            super(NAME, Run.class);
        }

        @NonNull
        @Override
        public String getDisplayName() {
            return Messages.BranchAgentStep_displayName();
        }
    }
}
