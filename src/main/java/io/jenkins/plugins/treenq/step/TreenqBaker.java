// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.step;

import edu.umd.cs.findbugs.annotations.CheckForNull;
import edu.umd.cs.findbugs.annotations.NonNull;
import hudson.EnvVars;
import hudson.Extension;
import hudson.FilePath;
import hudson.Launcher;
import hudson.model.AbstractProject;
import hudson.model.Run;
import hudson.model.TaskListener;
import hudson.tasks.BuildStepDescriptor;
import hudson.tasks.Builder;
import io.jenkins.plugins.treenq.run.BakeBuild;
import io.jenkins.plugins.treenq.run.BuildJournal;
import io.jenkins.plugins.treenq.run.ConsoleMask;
import io.jenkins.plugins.treenq.run.ConsoleMasks;
import io.jenkins.plugins.treenq.run.FutureResults;
import java.io.IOException;
import jenkins.tasks.SimpleBuildStep;
import org.kohsuke.stapler.DataBoundConstructor;

/**
 * The freestyle build step that builds the targets of bake files. The build step has the parameters of the Pipeline
 * step, in which variables are expanded.
 */
public final class TreenqBaker extends Builder implements SimpleBuildStep {
    private final TreenqBakeStep bake;

    @DataBoundConstructor
    public TreenqBaker(@CheckForNull TreenqBakeStep bake) {
        this.bake = bake == null ? new TreenqBakeStep() : bake;
    }

    public TreenqBakeStep getBake() {
        return bake;
    }

    @Override
    public void perform(
            @NonNull Run<?, ?> run,
            @NonNull FilePath workspace,
            @NonNull EnvVars env,
            @NonNull Launcher launcher,
            @NonNull TaskListener listener)
            throws InterruptedException, IOException {
        ConsoleMask mask = ConsoleMasks.ofBuildStep(run, env);
        BakeBuild build = new BakeBuild(bake.order(Variables.of(run, env)), run, listener, mask);
        Interruptible.of(run, () -> FutureResults.get(build.start(workspace, env, BuildJournal.NONE)));
    }

    /** The descriptor has no symbol, because a Jenkinsfile that called this build step would get no result from it. */
    @Extension
    public static final class DescriptorImpl extends BuildStepDescriptor<Builder> {
        @NonNull
        @Override
        public String getDisplayName() {
            return Messages.TreenqBaker_displayName();
        }

        @Override
        public boolean isApplicable(Class<? extends AbstractProject> jobType) {
            return true;
        }
    }
}
