// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.connect;

import edu.umd.cs.findbugs.annotations.NonNull;
import hudson.AbortException;
import hudson.EnvVars;
import hudson.model.Run;
import hudson.model.TaskListener;
import java.io.Serializable;
import java.util.Set;
import org.jenkinsci.plugins.variant.OptionalExtension;
import org.jenkinsci.plugins.workflow.steps.Step;
import org.jenkinsci.plugins.workflow.steps.StepContext;
import org.jenkinsci.plugins.workflow.steps.StepDescriptor;
import org.jenkinsci.plugins.workflow.steps.StepExecution;
import org.kohsuke.stapler.DataBoundConstructor;

/** The step of {@link ImageFlowDefinition} that builds the image of the run's commit. */
public final class BranchImageStep extends Step implements Serializable {
    private static final long serialVersionUID = 1;

    static final String NAME = "treenqBranchImage";

    @DataBoundConstructor
    public BranchImageStep() {
        // Everything is configured in the project.
    }

    /** @throws AbortException if the run is not of a branch that is built by Dockerfile */
    static ImageSettings settings(Run<?, ?> run) throws AbortException {
        DockerfileBranchProjectFactory factory = DockerfileBranchProjectFactory.of(run.getParent());
        if (factory == null || run.getAction(BranchCommit.class) == null) {
            throw new AbortException("this step is only for multibranch projects that are built by Dockerfile;"
                    + " use treenqBuild in a Jenkinsfile");
        }
        return factory.getSettings();
    }

    @Override
    public StepExecution start(StepContext context) {
        return new BranchImageExecution(context);
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
            return Messages.BranchImageStep_displayName();
        }

        @Override
        public boolean isAdvanced() {
            return true;
        }

        @Override
        public Set<? extends Class<?>> getRequiredContext() {
            return Set.of(Run.class, TaskListener.class, EnvVars.class);
        }
    }
}
