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
import io.jenkins.plugins.treenq.report.BuiltImage;
import io.jenkins.plugins.treenq.report.InspectedImage;
import io.jenkins.plugins.treenq.run.RegistryImages;
import java.io.IOException;
import java.io.Serializable;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.function.UnaryOperator;
import org.jenkinsci.plugins.workflow.steps.Step;
import org.jenkinsci.plugins.workflow.steps.StepContext;
import org.jenkinsci.plugins.workflow.steps.StepExecution;
import org.kohsuke.stapler.AncestorInPath;
import org.kohsuke.stapler.DataBoundConstructor;
import org.kohsuke.stapler.DataBoundSetter;
import org.kohsuke.stapler.QueryParameter;
import org.kohsuke.stapler.verb.POST;

/**
 * The Pipeline step that adds tags to an image in a registry. The freestyle build step uses the parameters of this
 * class, too.
 */
public final class TreenqPromoteStep extends Step implements Serializable {
    private static final long serialVersionUID = 1;

    private final String from;
    private final List<String> to;
    private String credentialsId;
    private String fromCredentialsId;

    @DataBoundConstructor
    public TreenqPromoteStep(String from, @CheckForNull List<String> to) {
        this.from = Util.fixNull(from).trim();
        this.to = LineList.trimmed(to);
    }

    /** Returns the name of the image, with a tag or a digest. */
    public String getFrom() {
        return from;
    }

    /** Returns the complete names with tags that the image gets. */
    public List<String> getTo() {
        return to;
    }

    /**
     * Returns the ID of the credentials for the registries of the new tags; null for the credentials that are
     * configured.
     */
    @CheckForNull
    public String getCredentialsId() {
        return credentialsId;
    }

    @DataBoundSetter
    public void setCredentialsId(@CheckForNull String credentialsId) {
        this.credentialsId = Util.fixEmptyAndTrim(credentialsId);
    }

    /**
     * Returns the ID of the credentials for the image's own registry, if that is a different one; null for the
     * credentials that are configured.
     */
    @CheckForNull
    public String getFromCredentialsId() {
        return fromCredentialsId;
    }

    @DataBoundSetter
    public void setFromCredentialsId(@CheckForNull String fromCredentialsId) {
        this.fromCredentialsId = Util.fixEmptyAndTrim(fromCredentialsId);
    }

    private static void checkTarget(String name) {
        if (!ImageName.parse(name).digest().isEmpty()) {
            throw new IllegalArgumentException(Messages.TreenqPromoteStep_notATarget(name));
        }
    }

    /**
     * Adds the tags and returns the promoted image.
     *
     * @param id ID of the promotion; null if it is not repeated after a restart
     * @param expand expands variables
     */
    BuiltImage perform(@CheckForNull String id, Run<?, ?> run, TaskListener listener, UnaryOperator<String> expand)
            throws IOException, InterruptedException {
        String image = expand.apply(from).trim();
        if (image.isEmpty()) {
            throw new AbortException(
                    "there is nothing to promote: 'from' is empty, or is the result of a build that created no"
                            + " named image");
        }
        return new RegistryImages(run, listener)
                .promote(
                        id,
                        image,
                        LineList.trimmed(to.stream().map(expand).toList()),
                        Variables.filled(credentialsId, expand),
                        Variables.filled(fromCredentialsId, expand));
    }

    @Override
    public StepExecution start(StepContext context) {
        return new Execution(this, context);
    }

    /**
     * One call of the step, which is repeated after a restart, unless its image was recorded before. The repetition is
     * fast, because it does not copy layers that the registry already has.
     */
    private static final class Execution extends BackgroundExecution<BuiltImage> {
        private static final long serialVersionUID = 1;

        private final TreenqPromoteStep step;

        /** ID of the promotion; null in a Pipeline that an earlier version saved. */
        private final String id = UUID.randomUUID().toString();

        Execution(TreenqPromoteStep step, StepContext context) {
            super(context);
            this.step = step;
        }

        @Override
        BuiltImage perform() throws IOException, InterruptedException {
            return step.perform(
                    id, getContext().get(Run.class), getContext().get(TaskListener.class), UnaryOperator.identity());
        }
    }

    /** Form and Pipeline syntax of the step. */
    @Extension
    public static final class DescriptorImpl extends ListsStepDescriptor {
        private static final String FROM = "from";

        public DescriptorImpl() {
            super(Set.of(), Set.of("to"));
        }

        @Override
        public String getFunctionName() {
            return "treenqPromote";
        }

        @NonNull
        @Override
        public String getDisplayName() {
            return Messages.TreenqPromoteStep_displayName();
        }

        @Override
        public String argumentsToString(@NonNull Map<String, Object> namedArgs) {
            return joined(namedArgs.get("to"));
        }

        /** Accepts the results of other steps as the image to promote. */
        @NonNull
        @Override
        public Map<String, Object> customInstantiate(@NonNull Map<String, Object> arguments) {
            Map<String, Object> named = new LinkedHashMap<>(arguments);
            if (named.get(FROM) instanceof BuiltImage image) {
                named.put(FROM, image.getReference());
            } else if (named.get(FROM) instanceof InspectedImage image) {
                named.put(FROM, image.getReference());
            }
            return super.customInstantiate(named);
        }

        @POST
        public ListBoxModel doFillCredentialsIdItems(@AncestorInPath Item item, @QueryParameter String credentialsId) {
            return CredentialsChoice.logins(item, credentialsId);
        }

        @POST
        public ListBoxModel doFillFromCredentialsIdItems(
                @AncestorInPath Item item, @QueryParameter String fromCredentialsId) {
            return CredentialsChoice.logins(item, fromCredentialsId);
        }

        @POST
        public FormValidation doCheckFrom(@AncestorInPath Item item, @QueryParameter String value) {
            return LineList.checkRequired(item, value, ImageName::parse);
        }

        @POST
        public FormValidation doCheckTo(@AncestorInPath Item item, @QueryParameter String value) {
            return LineList.checkRequired(item, value, TreenqPromoteStep::checkTarget);
        }
    }
}
