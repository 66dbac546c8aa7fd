// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.connect;

import edu.umd.cs.findbugs.annotations.NonNull;
import hudson.AbortException;
import hudson.model.Action;
import hudson.model.Descriptor;
import hudson.model.DescriptorVisibilityFilter;
import hudson.model.TaskListener;
import java.util.List;
import org.jenkinsci.plugins.structs.SymbolLookup;
import org.jenkinsci.plugins.structs.describable.DescribableModel;
import org.jenkinsci.plugins.variant.OptionalExtension;
import org.jenkinsci.plugins.workflow.cps.CpsFlowDefinition;
import org.jenkinsci.plugins.workflow.cps.replay.ReplayCause;
import org.jenkinsci.plugins.workflow.flow.ErrorCondition;
import org.jenkinsci.plugins.workflow.flow.FlowDefinition;
import org.jenkinsci.plugins.workflow.flow.FlowDefinitionDescriptor;
import org.jenkinsci.plugins.workflow.flow.FlowExecution;
import org.jenkinsci.plugins.workflow.flow.FlowExecutionOwner;
import org.jenkinsci.plugins.workflow.job.WorkflowJob;
import org.jenkinsci.plugins.workflow.job.WorkflowRun;
import org.jenkinsci.plugins.workflow.steps.StepDescriptor;

/**
 * The Pipeline of a branch that builds the image of its Dockerfile. The script is one of three constants; everything
 * that differs between branches is read by the steps, so no text of a repository or of a user becomes part of a Groovy
 * script.
 */
public final class ImageFlowDefinition extends FlowDefinition {
    /** The condition of {@code retry} for a lost agent. */
    private static final String AGENT_LOST = "agent";

    private static final String FETCHED_BY_DAEMON = BranchImageStep.NAME + "()";
    private static final String CHECKED_OUT_ON_AGENT =
            "node(" + BranchAgentStep.NAME + "()) { checkout(scm); " + BranchImageStep.NAME + "() }";

    /** Builds on another agent if the first one is lost. */
    private static final String REPEATED =
            "retry(count: 2, conditions: [" + AGENT_LOST + "()]) { " + CHECKED_OUT_ON_AGENT + " }";

    @Override
    public FlowExecution create(FlowExecutionOwner owner, TaskListener listener, List<? extends Action> actions)
            throws Exception {
        if (!(owner.getExecutable() instanceof WorkflowRun run)) {
            throw new IllegalStateException("this definition is for jobs only");
        }
        boolean replayed = run.getCause(ReplayCause.class) != null;
        BranchCommit commit = BranchCommit.find(run, replayed, listener);
        run.addOrReplaceAction(commit);
        // The actions are not passed on, because they would replace the script with that of a replay.
        return new CpsFlowDefinition(script(commit), true).create(owner, listener, List.of());
    }

    private static String script(BranchCommit commit) throws AbortException {
        if (!commit.isOnAgent()) {
            return FETCHED_BY_DAEMON;
        }
        if (StepDescriptor.byFunctionName("node") == null) {
            throw new AbortException("a checkout on an agent needs the plugin 'Pipeline: Nodes and Processes'"
                    + " (workflow-durable-task-step); install it, or let the daemon fetch the sources");
        }
        return canRepeat() ? REPEATED : CHECKED_OUT_ON_AGENT;
    }

    /** Tells whether the plugins of Jenkins' steps can repeat a block whose agent was lost. */
    private static boolean canRepeat() {
        StepDescriptor retry = StepDescriptor.byFunctionName("retry");
        return retry != null
                && DescribableModel.of(retry.clazz).getParameter("conditions") != null
                && SymbolLookup.get().findDescriptor(ErrorCondition.class, AGENT_LOST) != null;
    }

    /** Name of the definition. */
    @OptionalExtension
    public static final class DescriptorImpl extends FlowDefinitionDescriptor {
        @NonNull
        @Override
        public String getDisplayName() {
            return Messages.ImageFlowDefinition_displayName();
        }
    }

    /** Offers the definition only where a multibranch project has set it. */
    @OptionalExtension
    public static final class Visibility extends DescriptorVisibilityFilter {
        @Override
        @SuppressWarnings("rawtypes")
        public boolean filter(Object context, @NonNull Descriptor descriptor) {
            return !(descriptor instanceof DescriptorImpl)
                    || context instanceof WorkflowJob job && job.getDefinition() instanceof ImageFlowDefinition;
        }
    }
}
