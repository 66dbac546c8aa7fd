// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.step;

import edu.umd.cs.findbugs.annotations.CheckForNull;
import edu.umd.cs.findbugs.annotations.NonNull;
import hudson.AbortException;
import hudson.EnvVars;
import hudson.Extension;
import hudson.FilePath;
import hudson.Launcher;
import hudson.model.AbstractProject;
import hudson.model.Run;
import hudson.model.TaskListener;
import hudson.tasks.BuildStepDescriptor;
import hudson.tasks.Builder;
import io.jenkins.plugins.treenq.buildkit.BuildRequest;
import io.jenkins.plugins.treenq.report.MetadataAction;
import io.jenkins.plugins.treenq.report.MetadataResult;
import io.jenkins.plugins.treenq.run.BuildJournal;
import io.jenkins.plugins.treenq.run.ConsoleMask;
import io.jenkins.plugins.treenq.run.ConsoleMasks;
import io.jenkins.plugins.treenq.run.FutureResults;
import io.jenkins.plugins.treenq.run.ImageBuild;
import io.jenkins.plugins.treenq.run.ImageOrder;
import java.io.IOException;
import java.util.List;
import java.util.function.UnaryOperator;
import jenkins.tasks.SimpleBuildStep;
import org.kohsuke.stapler.DataBoundConstructor;
import org.kohsuke.stapler.DataBoundSetter;

/**
 * The freestyle build step that builds an image. The build step has the parameters of the Pipeline step, in which
 * variables are expanded.
 */
public final class TreenqBuilder extends Builder implements SimpleBuildStep {
    private final TreenqBuildStep build;
    private TreenqMetadataStep metadata;

    @DataBoundConstructor
    public TreenqBuilder(@CheckForNull TreenqBuildStep build) {
        this.build = build == null ? new TreenqBuildStep(List.of()) : build;
    }

    public TreenqBuildStep getBuild() {
        return build;
    }

    /** Returns the rules for tags, labels and annotations; null for none. */
    @CheckForNull
    public TreenqMetadataStep getMetadata() {
        return metadata;
    }

    @DataBoundSetter
    public void setMetadata(@CheckForNull TreenqMetadataStep metadata) {
        this.metadata = metadata;
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
        ImageBuild image = new ImageBuild(order(run, env, listener, mask), run, listener, mask);
        Interruptible.of(run, () -> FutureResults.get(image.start(workspace, env, BuildJournal.NONE)));
    }

    private ImageOrder order(Run<?, ?> run, EnvVars env, TaskListener listener, ConsoleMask mask)
            throws AbortException {
        String ref = BuildRequest.newRef();
        if (metadata == null) {
            UnaryOperator<String> variables = Variables.of(run, env);
            warn(build.warning(variables, List.of()), listener);
            return build.order(ref, variables);
        }
        MetadataResult byRules = metadata.perform(run, env, listener, mask, Variables.of(run, env));
        MetadataAction action = new MetadataAction(byRules);
        run.addOrReplaceAction(action);
        EnvVars withRules = new EnvVars(env);
        withRules.putAll(action.variables());
        UnaryOperator<String> variables = Variables.of(run, withRules);
        // Without names of images, the rules return bare tags, which are not complete names.
        List<String> tags = metadata.getImages().isEmpty() ? List.of() : byRules.getTags();
        warn(build.warning(variables, tags), listener);
        return build.order(ref, variables, tags, byRules.getLabels(), byRules.getAnnotations());
    }

    private static void warn(@CheckForNull String warning, TaskListener listener) {
        if (warning != null) {
            listener.getLogger().println(warning);
        }
    }

    /** The descriptor has no symbol, because a Jenkinsfile that called this build step would get no result from it. */
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
