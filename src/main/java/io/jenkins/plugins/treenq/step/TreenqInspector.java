// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.step;

import edu.umd.cs.findbugs.annotations.CheckForNull;
import edu.umd.cs.findbugs.annotations.NonNull;
import hudson.AbortException;
import hudson.Extension;
import hudson.Launcher;
import hudson.model.AbstractBuild;
import hudson.model.AbstractProject;
import hudson.model.BuildListener;
import hudson.model.Result;
import hudson.tasks.BuildStepDescriptor;
import hudson.tasks.Builder;
import io.jenkins.plugins.treenq.report.InspectedImage;
import io.jenkins.plugins.treenq.report.InspectionAction;
import java.io.IOException;
import org.kohsuke.stapler.DataBoundConstructor;
import org.kohsuke.stapler.DataBoundSetter;

/**
 * The freestyle build step that inspects an image. Later build steps get the result in environment variables, or do not
 * run, as the parameters specify. The build step is not available in Pipelines, which have variables and conditions of
 * their own.
 */
public final class TreenqInspector extends Builder {
    private final TreenqInspectStep inspection;
    private ResultHandling ifPresent;
    private ResultHandling ifAbsent;

    @DataBoundConstructor
    public TreenqInspector(@CheckForNull TreenqInspectStep inspection) {
        this.inspection = inspection == null ? new TreenqInspectStep("") : inspection;
    }

    public TreenqInspectStep getInspection() {
        return inspection;
    }

    public ResultHandling getIfPresent() {
        return ifPresent == null ? ResultHandling.GO_ON : ifPresent;
    }

    @DataBoundSetter
    public void setIfPresent(@CheckForNull ResultHandling ifPresent) {
        this.ifPresent = ifPresent;
    }

    public ResultHandling getIfAbsent() {
        return ifAbsent == null ? ResultHandling.GO_ON : ifAbsent;
    }

    @DataBoundSetter
    public void setIfAbsent(@CheckForNull ResultHandling ifAbsent) {
        this.ifAbsent = ifAbsent;
    }

    @Override
    public boolean perform(AbstractBuild<?, ?> build, Launcher launcher, BuildListener listener)
            throws InterruptedException, IOException {
        InspectedImage found = inspection.perform(build, listener, Variables.of(build, build.getEnvironment(listener)));
        build.addOrReplaceAction(new InspectionAction(found));
        return switch (found == null ? getIfAbsent() : getIfPresent()) {
            case GO_ON -> true;
            case NOT_BUILT -> {
                build.setResult(Result.NOT_BUILT);
                yield false;
            }
            case FAILURE ->
                throw new AbortException(
                        found == null
                                ? "the build fails because the image does not exist"
                                : "the build fails because the image already exists");
        };
    }

    /** Form of the build step. */
    @Extension
    public static final class DescriptorImpl extends BuildStepDescriptor<Builder> {
        @NonNull
        @Override
        public String getDisplayName() {
            return Messages.TreenqInspector_displayName();
        }

        @Override
        public boolean isApplicable(Class<? extends AbstractProject> jobType) {
            return true;
        }
    }
}
