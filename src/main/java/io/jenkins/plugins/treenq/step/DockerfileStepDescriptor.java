// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.step;

import hudson.model.Item;
import hudson.util.FormValidation;
import hudson.util.ListBoxModel;
import io.jenkins.plugins.treenq.buildkit.Platform;
import io.jenkins.plugins.treenq.buildkit.client.DockerfileBuild;
import io.jenkins.plugins.treenq.buildkit.client.LayoutAddress;
import io.jenkins.plugins.treenq.credentials.CredentialsChoice;
import io.jenkins.plugins.treenq.parameters.KeyValueList;
import io.jenkins.plugins.treenq.parameters.LineList;
import io.jenkins.plugins.treenq.parameters.WorkspacePath;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.kohsuke.stapler.AncestorInPath;
import org.kohsuke.stapler.QueryParameter;
import org.kohsuke.stapler.verb.POST;

/** Form and Pipeline syntax of the parameters that describe a Dockerfile. */
public abstract class DockerfileStepDescriptor extends DaemonStepDescriptor {
    public static final String DEFAULT_CONTEXT = ".";
    public static final String DEFAULT_DOCKERFILE = "Dockerfile";

    /**
     * @param assignments names of further parameters whose values have the form {@code NAME=value}
     * @param lists names of further parameters that are lists of texts
     */
    DockerfileStepDescriptor(Set<String> assignments, Set<String> lists) {
        super(with(assignments, "buildArgs", "contexts", "frontendOptions"), with(lists, "platforms"));
    }

    private static Set<String> with(Set<String> names, String... more) {
        return Stream.concat(names.stream(), Stream.of(more)).collect(Collectors.toSet());
    }

    @POST
    public ListBoxModel doFillContextCredentialsIdItems(
            @AncestorInPath Item item, @QueryParameter String contextCredentialsId) {
        return CredentialsChoice.remotes(item, contextCredentialsId);
    }

    @POST
    public FormValidation doCheckPlatforms(@AncestorInPath Item item, @QueryParameter String value) {
        return LineList.check(item, value, Platform::parse);
    }

    @POST
    public FormValidation doCheckBuildArgs(@AncestorInPath Item item, @QueryParameter String value) {
        return KeyValueList.check(item, value);
    }

    /**
     * Checks the named contexts. For contexts that are folders, the result is that of the first folder that cannot be
     * in the workspace.
     */
    @POST
    public FormValidation doCheckContexts(@AncestorInPath Item item, @QueryParameter String value) {
        List<FormValidation> folders = new ArrayList<>();
        FormValidation assignments = KeyValueList.check(item, value, (name, context) -> {
            String path =
                    LayoutAddress.isOne(context) ? LayoutAddress.parse(context).folder() : context;
            if (!context.startsWith("docker-image://") && !DockerfileBuild.isRemote(path)) {
                folders.add(WorkspacePath.check(item, path));
            }
        });
        return folders.stream()
                .filter(each -> assignments.kind == FormValidation.Kind.OK && each.kind != FormValidation.Kind.OK)
                .findFirst()
                .orElse(assignments);
    }

    @POST
    public FormValidation doCheckContext(@AncestorInPath Item item, @QueryParameter String value) {
        return value != null && DockerfileBuild.isRemote(value.trim())
                ? FormValidation.ok()
                : WorkspacePath.check(item, value);
    }

    @POST
    public FormValidation doCheckDockerfile(
            @AncestorInPath Item item, @QueryParameter String value, @QueryParameter String context) {
        return context != null && DockerfileBuild.isRemote(context.trim())
                ? FormValidation.ok()
                : WorkspacePath.check(item, context, value);
    }

    @POST
    public FormValidation doCheckFrontendOptions(@AncestorInPath Item item, @QueryParameter String value) {
        return KeyValueList.check(item, value);
    }
}
