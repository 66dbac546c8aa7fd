// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.connect;

import edu.umd.cs.findbugs.annotations.NonNull;
import hudson.Util;
import hudson.model.Run;
import java.io.Serializable;
import java.util.Set;
import org.jenkinsci.plugins.variant.OptionalExtension;
import org.jenkinsci.plugins.workflow.steps.Step;
import org.jenkinsci.plugins.workflow.steps.StepContext;
import org.jenkinsci.plugins.workflow.steps.StepDescriptor;
import org.jenkinsci.plugins.workflow.steps.StepExecution;
import org.jenkinsci.plugins.workflow.steps.SynchronousStepExecution;
import org.kohsuke.stapler.DataBoundConstructor;

/** The step of {@link ImageFlowDefinition} that returns the label of the agents that check out the sources. */
public final class BranchAgentStep extends Step implements Serializable {
    private static final long serialVersionUID = 1;

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
            AgentCheckout checkout =
                    BranchImageStep.settings(getContext().get(Run.class)).getCheckout();
            return checkout == null ? "" : Util.fixNull(checkout.getLabel());
        }
    }

    /** Pipeline syntax of the step, which is not offered to Jenkinsfiles. */
    @OptionalExtension
    public static final class DescriptorImpl extends StepDescriptor {
        @Override
        public String getFunctionName() {
            return NAME;
        }

        @NonNull
        @Override
        public String getDisplayName() {
            return Messages.BranchAgentStep_displayName();
        }

        @Override
        public boolean isAdvanced() {
            return true;
        }

        @Override
        public Set<? extends Class<?>> getRequiredContext() {
            return Set.of(Run.class);
        }
    }
}
