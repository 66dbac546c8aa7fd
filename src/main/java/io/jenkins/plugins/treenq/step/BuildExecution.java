// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.step;

import edu.umd.cs.findbugs.annotations.NonNull;
import hudson.EnvVars;
import hudson.FilePath;
import hudson.model.Run;
import hudson.model.TaskListener;
import hudson.util.DaemonThreadFactory;
import hudson.util.NamingThreadFactory;
import io.jenkins.plugins.treenq.buildkit.BuildRequest;
import io.jenkins.plugins.treenq.report.BuiltImage;
import io.jenkins.plugins.treenq.run.ImageBuild;
import java.io.IOException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.UnaryOperator;
import java.util.logging.Level;
import java.util.logging.Logger;
import jenkins.model.Jenkins;
import jenkins.util.ContextResettingExecutorService;
import org.jenkinsci.plugins.workflow.steps.StepContext;
import org.jenkinsci.plugins.workflow.steps.StepExecution;

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
final class BuildExecution extends StepExecution {
    private static final long serialVersionUID = 1;
    private static final Logger LOGGER = Logger.getLogger(BuildExecution.class.getName());
    private static final int AGENT_POLL_MILLIS = 1000;

    private static final ExecutorService THREADS = new ContextResettingExecutorService(
            Executors.newCachedThreadPool(new NamingThreadFactory(new DaemonThreadFactory(), "treenqBuild")));

    private final TreenqBuildStep step;

    /** Whether the step has a workspace; without, the daemon fetches everything. */
    private boolean onAgent;

    /** Of the build in the daemon. */
    private String ref = BuildRequest.newRef();

    private transient volatile Future<?> work;
    private transient volatile Throwable stopped;

    BuildExecution(TreenqBuildStep step, StepContext context) {
        super(context);
        this.step = step;
    }

    @Override
    public boolean start() throws IOException, InterruptedException {
        onAgent = getContext().get(FilePath.class) != null;
        work = THREADS.submit(() -> finish(this::build));
        return false;
    }

    @Override
    public void onResume() {
        work = THREADS.submit(() -> finish(this::resume));
    }

    @Override
    public void stop(@NonNull Throwable cause) throws Exception {
        stopped = cause;
        Future<?> running = work;
        if (running != null) {
            running.cancel(true);
        }
        super.stop(cause);
    }

    private interface Work {
        BuiltImage perform() throws IOException, InterruptedException;
    }

    private void finish(Work what) {
        try {
            getContext().onSuccess(what.perform());
        } catch (IOException | InterruptedException | RuntimeException | LinkageError e) {
            Throwable cause = stopped;
            if (cause != null) {
                // Whoever stopped the step has been answered.
                cause.addSuppressed(e);
            } else if (isShuttingDown()) {
                // The agent was let go of; the build is looked for when Jenkins is back.
                LOGGER.log(Level.FINE, e, () -> "build " + ref + " waits for the restart");
            } else {
                getContext().onFailure(e);
            }
        }
    }

    private static boolean isShuttingDown() {
        Jenkins jenkins = Jenkins.getInstanceOrNull();
        return jenkins == null || jenkins.isTerminating();
    }

    private BuiltImage build() throws IOException, InterruptedException {
        return service().perform(getContext().get(FilePath.class), getContext().get(EnvVars.class));
    }

    private BuiltImage resume() throws IOException, InterruptedException {
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
