// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.run;

import edu.umd.cs.findbugs.annotations.CheckForNull;
import io.jenkins.plugins.treenq.parameters.BuildSecret;
import io.jenkins.plugins.treenq.parameters.SshAccess;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * The bake that a job requests. This record contains no secrets; credentials are represented by their IDs. Variables in
 * the values are expanded.
 *
 * @param remote address of a Git repository or archive that has the bake files; null if they are in the workspace
 * @param contextCredentialsId credentials with which the daemon fetches that; null for none
 * @param files paths of the bake files; empty for the default names
 * @param targets names or patterns of targets and groups; empty for {@code default}
 * @param overrides overrides of attributes, as for {@code --set} of buildx
 * @param variables values of the files' variables
 * @param environment names of the environment variables that the files may see
 * @param push whether images with tags are pushed
 * @param builder name of the builder; null for the default builder
 * @param credentialsId credentials for the registries of the tags; null for the credentials that are configured
 * @param registries hosts of registries that get these credentials, in addition to the configured registries
 * @param secrets secrets for the targets that ask for their IDs
 * @param ssh SSH keys and agents for the targets that ask for their IDs
 * @param allow entitlements that targets may have
 * @param skipIfPresent whether a target is skipped if all of its tags already point to one image
 * @param skipIfUnchanged whether a target is skipped if that image has the same inputs
 * @param failOnWarning whether the bake fails if a Dockerfile violates a rule
 * @param retries how often the bake is started again after its daemon was lost; null for the builder's setting
 */
public record BakeOrder(
        @CheckForNull String remote,
        @CheckForNull String contextCredentialsId,
        List<String> files,
        List<String> targets,
        List<String> overrides,
        Map<String, String> variables,
        List<String> environment,
        boolean push,
        @CheckForNull String builder,
        @CheckForNull String credentialsId,
        List<String> registries,
        List<BuildSecret> secrets,
        List<SshAccess> ssh,
        List<String> allow,
        boolean skipIfPresent,
        boolean skipIfUnchanged,
        boolean failOnWarning,
        @CheckForNull Integer retries) {
    public BakeOrder {
        files = List.copyOf(files);
        targets = List.copyOf(targets);
        overrides = List.copyOf(overrides);
        variables = Map.copyOf(variables);
        environment = List.copyOf(environment);
        registries = List.copyOf(registries);
        secrets = List.copyOf(secrets);
        ssh = List.copyOf(ssh);
        allow = List.copyOf(allow);
    }

    /** Returns what is baked, for display. */
    String subject() {
        String what = targets.isEmpty() ? "default" : String.join(", ", targets);
        List<String> where = new ArrayList<>(files);
        if (remote != null) {
            where.add(0, SecretArguments.withoutLogins(remote));
        }
        return where.isEmpty() ? what : what + " (" + String.join(", ", where) + ")";
    }
}
