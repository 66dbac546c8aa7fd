// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.step;

import edu.umd.cs.findbugs.annotations.CheckForNull;
import hudson.EnvVars;
import hudson.FilePath;
import hudson.console.ConsoleLogFilter;
import hudson.model.Run;
import hudson.model.TaskListener;
import io.jenkins.plugins.treenq.report.BuiltImage;
import io.jenkins.plugins.treenq.run.Async;
import io.jenkins.plugins.treenq.run.BakeBuild;
import io.jenkins.plugins.treenq.run.BegunBuild;
import io.jenkins.plugins.treenq.run.BuildJournal;
import io.jenkins.plugins.treenq.run.ConsoleMasks;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.UnaryOperator;
import org.jenkinsci.plugins.workflow.steps.StepContext;

/**
 * One call of the step {@code treenqBake}. After a restart of the controller, all targets are built again on the same
 * daemon, whose cache has what was built before.
 */
final class BakeExecution extends StoppableExecution<Map<String, BuiltImage>> implements BuildJournal {
    private static final long serialVersionUID = 1;

    private final TreenqBakeStep step;

    /** The daemon of the latest attempt; null until a bake has been started. */
    private volatile BegunBuild begun;

    BakeExecution(TreenqBakeStep step, StepContext context) {
        super(context);
        this.step = step;
    }

    @Override
    protected CompletableFuture<Map<String, BuiltImage>> begin() throws Exception {
        StepContext context = getContext();
        return new BakeBuild(
                        step.order(UnaryOperator.identity()),
                        context.get(Run.class),
                        context.get(TaskListener.class),
                        ConsoleMasks.of(context.get(ConsoleLogFilter.class)))
                .start(context.get(FilePath.class), context.get(EnvVars.class), this);
    }

    @Override
    CompletableFuture<Map<String, BuiltImage>> resume() {
        return Async.then(agentConnected(true), now -> begin());
    }

    @Override
    @CheckForNull
    public BegunBuild begun() {
        return begun;
    }

    @Override
    @CheckForNull
    public String interruptedRef() {
        return begun == null ? null : begun.ref();
    }

    @Override
    public CompletableFuture<Void> begins(BegunBuild build) {
        begun = build;
        return saveState();
    }
}
