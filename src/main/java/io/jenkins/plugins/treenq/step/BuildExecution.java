// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.step;

import edu.umd.cs.findbugs.annotations.CheckForNull;
import hudson.EnvVars;
import hudson.FilePath;
import hudson.console.ConsoleLogFilter;
import hudson.model.Run;
import hudson.model.TaskListener;
import io.jenkins.plugins.treenq.buildkit.BuildRequest;
import io.jenkins.plugins.treenq.report.BuiltImage;
import io.jenkins.plugins.treenq.run.Async;
import io.jenkins.plugins.treenq.run.BegunBuild;
import io.jenkins.plugins.treenq.run.BuildJournal;
import io.jenkins.plugins.treenq.run.ConsoleMasks;
import io.jenkins.plugins.treenq.run.ImageBuild;
import io.jenkins.plugins.treenq.run.ImageOrder;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.UnaryOperator;
import org.jenkinsci.plugins.workflow.steps.StepContext;

/**
 * One call of the step {@code treenqBuild}, which survives restarts of the controller. Each build is saved before it
 * starts and stays saved until its end is known, regardless of the number of restarts in between.
 */
public class BuildExecution extends StoppableExecution<BuiltImage> implements BuildJournal {
    private static final long serialVersionUID = 1;

    final TreenqBuildStep step;

    /** Whether the step has a workspace. Without a workspace, the daemon fetches the build context. */
    private boolean onAgent;

    /** Null until a build has been started. */
    private volatile BegunBuild begun;

    /**
     * ID of the latest build, which has an entry on the run's page even if it never got a slot. Null in a Pipeline that
     * an earlier version saved.
     */
    private volatile String latestRef;

    /** ID of the build that a restart interrupted; null if there was no restart. */
    private transient volatile String interruptedRef;

    protected BuildExecution(TreenqBuildStep step, StepContext context) {
        super(context);
        this.step = step;
    }

    @Override
    public boolean start() throws Exception {
        onAgent = getContext().get(FilePath.class) != null;
        latestRef = BuildRequest.newRef();
        return super.start();
    }

    @Override
    protected CompletableFuture<BuiltImage> begin() throws Exception {
        String warning = step.warning(UnaryOperator.identity(), List.of());
        if (warning != null) {
            getContext().get(TaskListener.class).getLogger().println(warning);
        }
        return build(step.order(ref(), UnaryOperator.identity()));
    }

    /** Returns the ID of the build to start. */
    protected final String ref() {
        return latestRef;
    }

    /** Builds an image. If Jenkins was restarted while the build was running, its result is looked up first. */
    protected final CompletableFuture<BuiltImage> build(ImageOrder order) throws IOException, InterruptedException {
        StepContext context = getContext();
        return new ImageBuild(
                        order,
                        context.get(Run.class),
                        context.get(TaskListener.class),
                        ConsoleMasks.of(context.get(ConsoleLogFilter.class)))
                .inParallel(ParallelBranch.encloses(context))
                .start(context.get(FilePath.class), context.get(EnvVars.class), this);
    }

    @Override
    CompletableFuture<BuiltImage> resume() {
        return Async.then(agentConnected(onAgent), now -> {
            interruptedRef = latestRef == null && begun != null ? begun.ref() : latestRef;
            // Each build gets a new ID, because an ID can be used only once.
            latestRef = BuildRequest.newRef();
            return Async.then(saveState(), saved -> begin());
        });
    }

    @Override
    @CheckForNull
    public BegunBuild begun() {
        return begun;
    }

    @Override
    @CheckForNull
    public String interruptedRef() {
        return interruptedRef;
    }

    @Override
    public CompletableFuture<Void> begins(BegunBuild build) {
        begun = build;
        // After the loss of a daemon, the build has another ID than at its start.
        latestRef = build.ref();
        return saveState();
    }
}
