// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.connect;

import edu.umd.cs.findbugs.annotations.CheckForNull;
import edu.umd.cs.findbugs.annotations.NonNull;
import hudson.Util;
import hudson.model.AbstractDescribableImpl;
import hudson.model.Descriptor;
import hudson.model.Item;
import hudson.util.FormValidation;
import io.jenkins.plugins.treenq.parameters.LineList;
import io.jenkins.plugins.treenq.step.TreenqBuildStep;
import io.jenkins.plugins.treenq.step.TreenqMetadataStep;
import java.util.List;
import jenkins.model.Jenkins;
import net.sf.json.JSONObject;
import org.jenkinsci.Symbol;
import org.jenkinsci.plugins.variant.OptionalExtension;
import org.jenkinsci.plugins.workflow.steps.Step;
import org.kohsuke.stapler.AncestorInPath;
import org.kohsuke.stapler.DataBoundConstructor;
import org.kohsuke.stapler.DataBoundResolvable;
import org.kohsuke.stapler.DataBoundSetter;
import org.kohsuke.stapler.QueryParameter;
import org.kohsuke.stapler.StaplerRequest2;
import org.kohsuke.stapler.verb.POST;

/** How the branches, tags and change requests of a repository are built, and what their images are named. */
public final class ImageSettings extends AbstractDescribableImpl<ImageSettings> implements DataBoundResolvable {
    private final String image;
    private TreenqMetadataStep rules;
    private TreenqBuildStep build;
    private AgentCheckout checkout;
    private boolean pushChangeRequests;
    private boolean rebuildCommits;
    private boolean deleteTags;

    @DataBoundConstructor
    public ImageSettings(@CheckForNull String image) {
        this.image = Util.fixNull(image).trim();
    }

    /**
     * Binds the nested steps by their descriptors, which convert the lines of text areas to lists. A multibranch
     * project binds its build configuration without the descriptors of nested objects, so that several lines would
     * become one entry.
     */
    @Override
    public Object bindResolve(StaplerRequest2 request, JSONObject form) {
        build = bound(TreenqBuildStep.class, request, form.optJSONObject("build"));
        rules = bound(TreenqMetadataStep.class, request, form.optJSONObject("rules"));
        return this;
    }

    @CheckForNull
    private static <T extends Step> T bound(Class<T> type, StaplerRequest2 request, @CheckForNull JSONObject form) {
        try {
            return form == null || form.isNullObject()
                    ? null
                    : type.cast(Jenkins.get().getDescriptorOrDie(type).newInstance(request, form));
        } catch (Descriptor.FormException e) {
            throw new IllegalArgumentException(e);
        }
    }

    /** Returns the name of the image without a tag, in which {@link ImagePattern} replaces variables. */
    public String getImage() {
        return image;
    }

    /** Returns the rules for tags, labels and annotations; null for the default rules. */
    @CheckForNull
    public TreenqMetadataStep getRules() {
        return rules;
    }

    @DataBoundSetter
    public void setRules(@CheckForNull TreenqMetadataStep rules) {
        this.rules = rules;
    }

    /** Returns the rules for tags, labels and annotations of an image. */
    TreenqMetadataStep rulesFor(String name) {
        return (rules == null ? new TreenqMetadataStep(List.of()) : rules).withImages(List.of(name));
    }

    /** Returns the parameters of the build, whose tags, context and credentials come from the branch. */
    public TreenqBuildStep getBuild() {
        return build == null ? new TreenqBuildStep(List.of()) : build;
    }

    @DataBoundSetter
    public void setBuild(@CheckForNull TreenqBuildStep build) {
        this.build = build;
    }

    /**
     * Returns why no branch can be built with these settings; null if branches can be built. The form has no field for
     * tags of the build, but Job DSL, Configuration as Code and XML can contain them.
     */
    @CheckForNull
    String obstacle() {
        return getBuild().getTags().isEmpty()
                ? null
                : "the build of the project has tags, which all branches would share; remove 'tags' from 'build', and"
                        + " set 'rules' instead, which give each branch its own tags";
    }

    /** Returns the agent that checks out the sources; null if the daemon fetches them. */
    @CheckForNull
    public AgentCheckout getCheckout() {
        return checkout;
    }

    @DataBoundSetter
    public void setCheckout(@CheckForNull AgentCheckout checkout) {
        this.checkout = checkout;
    }

    /** Tells whether the images of trusted change requests are pushed. */
    public boolean isPushChangeRequests() {
        return pushChangeRequests;
    }

    @DataBoundSetter
    public void setPushChangeRequests(boolean pushChangeRequests) {
        this.pushChangeRequests = pushChangeRequests;
    }

    /** Tells whether a commit is built again although the registry has its image. */
    public boolean isRebuildCommits() {
        return rebuildCommits;
    }

    @DataBoundSetter
    public void setRebuildCommits(boolean rebuildCommits) {
        this.rebuildCommits = rebuildCommits;
    }

    /** Tells whether the tags of a branch are deleted from the registry when the branch no longer exists. */
    public boolean isDeleteTags() {
        return deleteTags;
    }

    @DataBoundSetter
    public void setDeleteTags(boolean deleteTags) {
        this.deleteTags = deleteTags;
    }

    /** Form of the settings. */
    @OptionalExtension
    @Symbol("imageSettings")
    public static final class DescriptorImpl extends Descriptor<ImageSettings> {
        @NonNull
        @Override
        public String getDisplayName() {
            return Messages.ImageSettings_displayName();
        }

        /** Checks the name of the image, and shows an example of what the pattern gives. */
        @POST
        public FormValidation doCheckImage(@AncestorInPath Item item, @QueryParameter String value) {
            if (!LineList.mayConfigure(item)) {
                return FormValidation.ok();
            }
            String pattern = Util.fixNull(value).trim();
            try {
                String example = ImagePattern.example(pattern);
                return example.equals(pattern)
                        ? FormValidation.ok()
                        : FormValidation.ok(Messages.ImageSettings_example(example));
            } catch (IllegalArgumentException e) {
                return FormValidation.error(e.getMessage());
            }
        }
    }
}
