// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.step;

import edu.umd.cs.findbugs.annotations.CheckForNull;
import edu.umd.cs.findbugs.annotations.NonNull;
import hudson.AbortException;
import hudson.Extension;
import hudson.Util;
import hudson.model.Item;
import hudson.model.Run;
import hudson.model.TaskListener;
import hudson.util.FormValidation;
import hudson.util.ListBoxModel;
import io.jenkins.plugins.treenq.buildkit.ImageName;
import io.jenkins.plugins.treenq.credentials.CredentialsChoice;
import io.jenkins.plugins.treenq.parameters.LineList;
import io.jenkins.plugins.treenq.parameters.PipelineArguments;
import io.jenkins.plugins.treenq.report.InspectedImage;
import io.jenkins.plugins.treenq.run.RegistryImages;
import java.io.IOException;
import java.io.Serializable;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.jenkinsci.plugins.structs.describable.CustomDescribableModel;
import org.jenkinsci.plugins.workflow.steps.Step;
import org.jenkinsci.plugins.workflow.steps.StepContext;
import org.jenkinsci.plugins.workflow.steps.StepDescriptor;
import org.jenkinsci.plugins.workflow.steps.StepExecution;
import org.kohsuke.stapler.AncestorInPath;
import org.kohsuke.stapler.DataBoundConstructor;
import org.kohsuke.stapler.DataBoundSetter;
import org.kohsuke.stapler.QueryParameter;
import org.kohsuke.stapler.verb.POST;

/**
 * The Pipeline step that reads the metadata of an image in a registry and returns null if the image does not exist. The
 * freestyle build step uses the parameters of this class, too.
 */
public final class TreenqInspectStep extends Step implements Serializable {
    private static final long serialVersionUID = 1;

    private final String image;
    private String credentialsId;

    @DataBoundConstructor
    public TreenqInspectStep(String image) {
        this.image = Util.fixNull(image).trim();
    }

    /** Returns the name of the image, with a tag or a digest. */
    public String getImage() {
        return image;
    }

    /** Returns the ID of the credentials for the registry; null for the credentials that are configured. */
    @CheckForNull
    public String getCredentialsId() {
        return credentialsId;
    }

    @DataBoundSetter
    public void setCredentialsId(@CheckForNull String credentialsId) {
        this.credentialsId = Util.fixEmptyAndTrim(credentialsId);
    }

    /**
     * Reads the metadata of the image.
     *
     * @param expand expands variables
     * @return null if the image does not exist
     */
    @CheckForNull
    InspectedImage perform(Run<?, ?> run, TaskListener listener, UnaryOperator<String> expand)
            throws AbortException, InterruptedException {
        return new RegistryImages(run, listener)
                .inspect(expand.apply(image).trim(), Variables.filled(credentialsId, expand));
    }

    @Override
    public StepExecution start(StepContext context) {
        return new Execution(this, context);
    }

    /** One call of the step, which is repeated after a restart. */
    private static final class Execution extends BackgroundExecution<InspectedImage> {
        private static final long serialVersionUID = 1;

        private final TreenqInspectStep step;

        Execution(TreenqInspectStep step, StepContext context) {
            super(context);
            this.step = step;
        }

        @Override
        InspectedImage perform() throws IOException, InterruptedException {
            return step.perform(
                    getContext().get(Run.class), getContext().get(TaskListener.class), UnaryOperator.identity());
        }
    }

    /** Form and Pipeline syntax of the step. */
    @Extension
    public static final class DescriptorImpl extends StepDescriptor implements CustomDescribableModel {
        @Override
        public String getFunctionName() {
            return "treenqInspect";
        }

        @NonNull
        @Override
        public String getDisplayName() {
            return Messages.TreenqInspectStep_displayName();
        }

        @Override
        public Set<? extends Class<?>> getRequiredContext() {
            return Set.of(Run.class, TaskListener.class);
        }

        @NonNull
        @Override
        public Map<String, Object> customInstantiate(@NonNull Map<String, Object> arguments) {
            return PipelineArguments.bindable(getFunctionName(), clazz, arguments);
        }

        @POST
        public ListBoxModel doFillCredentialsIdItems(@AncestorInPath Item item, @QueryParameter String credentialsId) {
            return CredentialsChoice.logins(item, credentialsId);
        }

        @POST
        public FormValidation doCheckImage(@AncestorInPath Item item, @QueryParameter String value) {
            return LineList.checkRequired(item, value, ImageName::parse);
        }
    }
}
