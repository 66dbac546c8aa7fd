// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.connect;

import hudson.AbortException;
import hudson.model.Run;
import java.util.Set;
import org.jenkinsci.plugins.workflow.steps.Step;
import org.jenkinsci.plugins.workflow.steps.StepDescriptor;

/** A step of the script of {@link ImageFlowDefinition}. It has no parameters, because it reads those of the project. */
abstract class BranchStep extends Step {
    /**
     * @throws AbortException if the run is not of a branch that is built by Dockerfile, or if no branch can be built
     *     with the settings of the project
     */
    static ImageSettings settings(Run<?, ?> run) throws AbortException {
        DockerfileBranchProjectFactory factory = DockerfileBranchProjectFactory.of(run.getParent());
        if (factory == null || run.getAction(BranchCommit.class) == null) {
            throw new AbortException("this step is only for multibranch projects that are built by Dockerfile;"
                    + " use treenqBuild in a Jenkinsfile");
        }
        String obstacle = factory.getSettings().obstacle();
        if (obstacle != null) {
            throw new AbortException(obstacle);
        }
        return factory.getSettings();
    }

    /** Pipeline syntax of the step, which is not offered to Jenkinsfiles. */
    abstract static class BranchStepDescriptor extends StepDescriptor {
        private final String functionName;
        private final Set<Class<?>> requiredContext;

        BranchStepDescriptor(String functionName, Class<?>... requiredContext) {
            this.functionName = functionName;
            this.requiredContext = Set.of(requiredContext);
        }

        @Override
        public String getFunctionName() {
            return functionName;
        }

        @Override
        public boolean isAdvanced() {
            return true;
        }

        @Override
        public Set<? extends Class<?>> getRequiredContext() {
            return requiredContext;
        }
    }
}
