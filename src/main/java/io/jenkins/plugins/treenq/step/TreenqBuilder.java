// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.step;

import edu.umd.cs.findbugs.annotations.CheckForNull;
import edu.umd.cs.findbugs.annotations.NonNull;
import hudson.EnvVars;
import hudson.Extension;
import hudson.FilePath;
import hudson.Launcher;
import hudson.model.AbstractBuild;
import hudson.model.AbstractProject;
import hudson.model.Run;
import hudson.model.TaskListener;
import hudson.tasks.BuildStepDescriptor;
import hudson.tasks.Builder;
import io.jenkins.plugins.treenq.buildkit.BuildRequest;
import io.jenkins.plugins.treenq.run.BuildJournal;
import io.jenkins.plugins.treenq.run.ConsoleMask;
import io.jenkins.plugins.treenq.run.FutureResults;
import io.jenkins.plugins.treenq.run.ImageBuild;
import java.io.IOException;
import java.util.List;
import java.util.function.UnaryOperator;
import jenkins.tasks.SimpleBuildStep;
import org.kohsuke.stapler.DataBoundConstructor;

/** The build step of freestyle jobs: the Pipeline step's parameters, with variables filled in. */
public final class TreenqBuilder extends Builder implements SimpleBuildStep {
    private final TreenqBuildStep build;

    @DataBoundConstructor
    public TreenqBuilder(@CheckForNull TreenqBuildStep build) {
        this.build = build == null ? new TreenqBuildStep(List.of()) : build;
    }

    public TreenqBuildStep getBuild() {
        return build;
    }

    @Override
    public void perform(
            @NonNull Run<?, ?> run,
            @NonNull FilePath workspace,
            @NonNull EnvVars env,
            @NonNull Launcher launcher,
            @NonNull TaskListener listener)
            throws InterruptedException, IOException {
        // What a Pipeline masks around a step is known to steps of its own kind only.
        ConsoleMask mask =
                run instanceof AbstractBuild<?, ?> freestyle ? ConsoleMask.of(freestyle, env) : ConsoleMask.ofEverything();
        UnaryOperator<String> variables = Variables.of(run, env);
        String warning = build.warning(variables);
        if (warning != null) {
            listener.getLogger().println(warning);
        }
        ImageBuild image = new ImageBuild(build.order(BuildRequest.newRef(), variables), run, listener, mask);
        Interruptible.of(run, () -> FutureResults.get(image.start(workspace, env, BuildJournal.NONE)));
    }

    /** Without a symbol: a Jenkinsfile that could call it would get no result from it. */
    @Extension
    public static final class DescriptorImpl extends BuildStepDescriptor<Builder> {
        @NonNull
        @Override
        public String getDisplayName() {
            return Messages.TreenqBuilder_displayName();
        }

        @Override
        public boolean isApplicable(Class<? extends AbstractProject> jobType) {
            return true;
        }
    }
}
