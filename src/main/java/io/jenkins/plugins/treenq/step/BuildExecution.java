// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.step;

import hudson.EnvVars;
import hudson.FilePath;
import hudson.model.Run;
import hudson.model.TaskListener;
import io.jenkins.plugins.treenq.buildkit.BuildRequest;
import io.jenkins.plugins.treenq.report.BuiltImage;
import io.jenkins.plugins.treenq.run.ImageBuild;
import java.io.IOException;
import java.util.function.UnaryOperator;
import org.jenkinsci.plugins.workflow.steps.StepContext;

/**
 * One call of the step, which outlives a restart of the controller:
 *
 * <pre>
 * start ──► builds on the agent ──► success or failure
 *   │            │ restart
 *   │            ▼
 *   │       onResume ──► asks the daemon's history for the build ──► it succeeded: success
 *   │                                    │ anything else
 *   │                                    └──► builds again, under a new name
 *   └── stop interrupts whatever is done, and with it the build in the daemon
 * </pre>
 *
 * A thread of the controller waits for the agent meanwhile.
 */
final class BuildExecution extends BackgroundExecution<BuiltImage> {
    private static final long serialVersionUID = 1;
    private static final int AGENT_POLL_MILLIS = 1000;

    private final TreenqBuildStep step;

    /** Whether the step has a workspace; without, the daemon fetches everything. */
    private boolean onAgent;

    /** Of the build in the daemon. */
    private String ref = BuildRequest.newRef();

    BuildExecution(TreenqBuildStep step, StepContext context) {
        super(context);
        this.step = step;
    }

    @Override
    public boolean start() throws IOException, InterruptedException {
        onAgent = getContext().get(FilePath.class) != null;
        return super.start();
    }

    @Override
    BuiltImage perform() throws IOException, InterruptedException {
        return service().perform(getContext().get(FilePath.class), getContext().get(EnvVars.class));
    }

    @Override
    BuiltImage resume() throws IOException, InterruptedException {
        FilePath folder = onAgent ? awaitAgent() : null;
        String earlier = ref;
        // Names of builds are used once, so the new one must be known before it is.
        ref = BuildRequest.newRef();
        getContext().saveState();
        return service().resume(earlier, folder, getContext().get(EnvVars.class));
    }

    private ImageBuild service() throws IOException, InterruptedException {
        StepContext context = getContext();
        return new ImageBuild(
                step.order(ref, UnaryOperator.identity()), context.get(Run.class), context.get(TaskListener.class));
    }

    /** Its {@code node} step gives up when the agent does not come back, and stops this one then. */
    private FilePath awaitAgent() throws IOException, InterruptedException {
        while (true) {
            FilePath folder = getContext().get(FilePath.class);
            if (folder != null && folder.toComputer() != null) {
                return folder;
            }
            Thread.sleep(AGENT_POLL_MILLIS);
        }
    }
}
