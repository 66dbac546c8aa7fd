// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.step;

import edu.umd.cs.findbugs.annotations.CheckForNull;
import edu.umd.cs.findbugs.annotations.NonNull;
import hudson.model.Item;
import hudson.model.Run;
import hudson.model.TaskListener;
import hudson.util.FormValidation;
import hudson.util.ListBoxModel;
import io.jenkins.plugins.treenq.buildkit.Platform;
import io.jenkins.plugins.treenq.config.BuildkitBuilder;
import io.jenkins.plugins.treenq.config.TreenqConfiguration;
import io.jenkins.plugins.treenq.credentials.CredentialsChoice;
import io.jenkins.plugins.treenq.parameters.Assignments;
import io.jenkins.plugins.treenq.parameters.Lines;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import net.sf.json.JSONObject;
import org.jenkinsci.plugins.structs.describable.CustomDescribableModel;
import org.jenkinsci.plugins.structs.describable.UninstantiatedDescribable;
import org.jenkinsci.plugins.workflow.steps.Step;
import org.jenkinsci.plugins.workflow.steps.StepDescriptor;
import org.kohsuke.accmod.Restricted;
import org.kohsuke.accmod.restrictions.DoNotUse;
import org.kohsuke.stapler.AncestorInPath;
import org.kohsuke.stapler.QueryParameter;
import org.kohsuke.stapler.StaplerRequest2;
import org.kohsuke.stapler.verb.POST;

/**
 * Form and syntax of the parameters that have to do with a Dockerfile. A form has lists as lines of text; a Jenkinsfile
 * may give a single text for a list, and has assignments as maps.
 */
public abstract class DockerfileStepDescriptor extends StepDescriptor implements CustomDescribableModel {
    public static final String DEFAULT_CONTEXT = ".";
    public static final String DEFAULT_DOCKERFILE = "Dockerfile";

    private final Set<String> assignments;
    private final Set<String> lists;

    /**
     * @param assignments parameters with texts of the form {@code NAME=value}, beside those of a Dockerfile
     * @param lists the other parameters with texts
     */
    DockerfileStepDescriptor(Set<String> assignments, Set<String> lists) {
        this.assignments = new HashSet<>(assignments);
        this.assignments.addAll(Set.of("buildArgs", "contexts", "frontendOptions"));
        this.lists = new HashSet<>(lists);
        this.lists.add("platforms");
    }

    @Override
    public Set<? extends Class<?>> getRequiredContext() {
        // No workspace is needed where the daemon fetches everything itself.
        return Set.of(Run.class, TaskListener.class);
    }

    /** What a text area shows of a list. */
    @Restricted(DoNotUse.class)
    public String lines(@CheckForNull List<String> values) {
        return Lines.text(values);
    }

    @Override
    public Step newInstance(@CheckForNull StaplerRequest2 req, @NonNull JSONObject form) throws FormException {
        Lines.bind(form, Stream.concat(assignments.stream(), lists.stream()).toList());
        return super.newInstance(req, form);
    }

    @NonNull
    @Override
    public Map<String, Object> customInstantiate(@NonNull Map<String, Object> arguments) {
        Map<String, Object> bindable = Assignments.bindable(arguments, assignments);
        bindable.replaceAll((name, value) -> value instanceof CharSequence text && isList(name)
                ? List.of(text.toString())
                : value);
        return bindable;
    }

    private boolean isList(String name) {
        return lists.contains(name) || name.equals(UninstantiatedDescribable.ANONYMOUS_KEY);
    }

    @NonNull
    @Override
    public UninstantiatedDescribable customUninstantiate(@NonNull UninstantiatedDescribable step) {
        return Assignments.readable(step, assignments);
    }

    @POST
    public ListBoxModel doFillBuilderItems(@AncestorInPath Item item, @QueryParameter String builder) {
        ListBoxModel names = new ListBoxModel();
        names.add(Messages.DockerfileStep_defaultBuilder(), "");
        if (Lines.mayConfigure(item)) {
            TreenqConfiguration.get().getBuilders().stream()
                    .map(BuildkitBuilder::getName)
                    .forEach(names::add);
        }
        if (builder != null && !builder.isEmpty() && names.stream().noneMatch(o -> o.value.equals(builder))) {
            names.add(builder);
        }
        return names;
    }

    @POST
    public ListBoxModel doFillCredentialsIdItems(@AncestorInPath Item item, @QueryParameter String credentialsId) {
        return CredentialsChoice.logins(item, credentialsId);
    }

    @POST
    public ListBoxModel doFillContextCredentialsIdItems(
            @AncestorInPath Item item, @QueryParameter String contextCredentialsId) {
        return CredentialsChoice.remotes(item, contextCredentialsId);
    }

    @POST
    public FormValidation doCheckPlatforms(@AncestorInPath Item item, @QueryParameter String value) {
        return Lines.check(item, value, Platform::parse);
    }

    @POST
    public FormValidation doCheckBuildArgs(@AncestorInPath Item item, @QueryParameter String value) {
        return Assignments.check(item, value);
    }

    @POST
    public FormValidation doCheckContexts(@AncestorInPath Item item, @QueryParameter String value) {
        return Assignments.check(item, value);
    }

    @POST
    public FormValidation doCheckFrontendOptions(@AncestorInPath Item item, @QueryParameter String value) {
        return Assignments.check(item, value);
    }
}
