// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.step;

import edu.umd.cs.findbugs.annotations.CheckForNull;
import edu.umd.cs.findbugs.annotations.NonNull;
import hudson.EnvVars;
import hudson.Extension;
import hudson.model.AbstractProject;
import hudson.model.Run;
import hudson.model.TaskListener;
import hudson.tasks.BuildStepDescriptor;
import hudson.tasks.Builder;
import java.io.IOException;
import java.util.List;
import jenkins.tasks.SimpleBuildStep;
import org.kohsuke.stapler.DataBoundConstructor;

/**
 * The freestyle build step that promotes an image. The build step has the parameters of the Pipeline step, in which
 * variables are expanded.
 */
public final class TreenqPromoter extends Builder implements SimpleBuildStep {
    private final TreenqPromoteStep promotion;

    @DataBoundConstructor
    public TreenqPromoter(@CheckForNull TreenqPromoteStep promotion) {
        this.promotion = promotion == null ? new TreenqPromoteStep("", List.of()) : promotion;
    }

    public TreenqPromoteStep getPromotion() {
        return promotion;
    }

    @Override
    public boolean requiresWorkspace() {
        return false;
    }

    @Override
    public void perform(@NonNull Run<?, ?> run, @NonNull EnvVars env, @NonNull TaskListener listener)
            throws InterruptedException, IOException {
        Interruptible.of(run, () -> promotion.perform(null, run, listener, Variables.of(run, env)));
    }

    /** The descriptor has no symbol, because a Jenkinsfile that called this build step would get no result from it. */
    @Extension
    public static final class DescriptorImpl extends BuildStepDescriptor<Builder> {
        @NonNull
        @Override
        public String getDisplayName() {
            return Messages.TreenqPromoter_displayName();
        }

        @Override
        public boolean isApplicable(Class<? extends AbstractProject> jobType) {
            return true;
        }
    }
}
