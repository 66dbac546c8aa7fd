// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.step;

import hudson.AbortException;
import hudson.model.Item;
import hudson.util.FormValidation;
import hudson.util.ListBoxModel;
import io.jenkins.plugins.treenq.config.JobConfiguration;
import io.jenkins.plugins.treenq.config.TreenqConfiguration;
import io.jenkins.plugins.treenq.credentials.CredentialsChoice;
import io.jenkins.plugins.treenq.parameters.LineList;
import io.jenkins.plugins.treenq.parameters.SelectOptions;
import java.util.Set;
import org.kohsuke.stapler.AncestorInPath;
import org.kohsuke.stapler.QueryParameter;
import org.kohsuke.stapler.verb.POST;

/** Form and Pipeline syntax of a step that uses a daemon: the builder, the credentials, and what fails the step. */
public abstract class DaemonStepDescriptor extends ListsStepDescriptor {
    static final String FAIL_ON_ERROR = "error";
    static final String FAIL_ON_WARNING = "warning";

    /**
     * @param assignments names of the parameters whose values have the form {@code NAME=value}
     * @param lists names of the other parameters that are lists of texts
     */
    DaemonStepDescriptor(Set<String> assignments, Set<String> lists) {
        super(assignments, lists);
    }

    /**
     * Tells whether a Dockerfile that violates a rule fails the step.
     *
     * @throws AbortException if the value is neither error nor warning
     */
    static boolean failsOnWarning(String failOn) throws AbortException {
        return switch (failOn) {
            case FAIL_ON_ERROR -> false;
            case FAIL_ON_WARNING -> true;
            default -> throw new AbortException("failOn: '" + failOn + "' is neither error nor warning");
        };
    }

    @POST
    public ListBoxModel doFillBuilderItems(@AncestorInPath Item item, @QueryParameter String builder) {
        ListBoxModel names = new ListBoxModel();
        names.add(Messages.DockerfileStep_defaultBuilder(), "");
        if (LineList.mayConfigure(item) && TreenqConfiguration.get().policy().isJobsMayNameBuilders()) {
            JobConfiguration.of(item)
                    .builders()
                    .forEach(each -> names.add(each.item().getName()));
        }
        return SelectOptions.with(builder, names);
    }

    @POST
    public ListBoxModel doFillCredentialsIdItems(@AncestorInPath Item item, @QueryParameter String credentialsId) {
        return CredentialsChoice.logins(item, credentialsId);
    }

    @POST
    public ListBoxModel doFillFailOnItems(@QueryParameter String failOn) {
        ListBoxModel levels = new ListBoxModel();
        levels.add(Messages.DockerfileStep_failOnError(), FAIL_ON_ERROR);
        levels.add(Messages.DockerfileStep_failOnWarning(), FAIL_ON_WARNING);
        return SelectOptions.with(failOn, levels);
    }

    @POST
    public FormValidation doCheckBuilder(@AncestorInPath Item item, @QueryParameter String value) {
        return LineList.check(item, value, name -> {
            if (!TreenqConfiguration.get().policy().isJobsMayNameBuilders()) {
                throw new IllegalArgumentException(Messages.DockerfileStep_noBuilderMayBeNamed());
            }
            if (JobConfiguration.of(item).builders().stream()
                    .noneMatch(each -> each.item().getName().equals(name))) {
                throw new IllegalArgumentException(Messages.DockerfileStep_noSuchBuilder(name));
            }
        });
    }
}
