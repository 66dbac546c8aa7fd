// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.parameters;

import edu.umd.cs.findbugs.annotations.CheckForNull;
import hudson.AbortException;
import hudson.Extension;
import hudson.Util;
import hudson.model.AbstractDescribableImpl;
import hudson.model.Descriptor;
import hudson.model.Item;
import hudson.util.FormValidation;
import hudson.util.ListBoxModel;
import io.jenkins.plugins.treenq.credentials.BuildCredentials;
import io.jenkins.plugins.treenq.credentials.CredentialsChoice;
import io.jenkins.plugins.treenq.credentials.SecretText;
import java.io.Serializable;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.jenkinsci.Symbol;
import org.kohsuke.stapler.AncestorInPath;
import org.kohsuke.stapler.DataBoundConstructor;
import org.kohsuke.stapler.DataBoundSetter;
import org.kohsuke.stapler.QueryParameter;
import org.kohsuke.stapler.verb.POST;

/**
 * A secret that an instruction of the Dockerfile mounts by its ID. A secret has exactly one source: credentials, an
 * environment variable, or a file in the workspace.
 */
public final class BuildSecret extends AbstractDescribableImpl<BuildSecret> implements Serializable {
    private static final long serialVersionUID = 1;

    private final String id;
    private String credentialsId;
    private String env;
    private String file;

    @DataBoundConstructor
    public BuildSecret(@CheckForNull String id) {
        this.id = Util.fixNull(id).trim();
    }

    /** Returns secrets that come from credentials. */
    public static List<BuildSecret> ofCredentials(Map<?, ?> credentialsIds) {
        List<BuildSecret> secrets = new ArrayList<>();
        credentialsIds.forEach((id, credentialsId) -> {
            BuildSecret secret = new BuildSecret(String.valueOf(id));
            secret.setCredentialsId(credentialsId == null ? null : credentialsId.toString());
            secrets.add(secret);
        });
        return secrets;
    }

    /** Returns the ID in {@code RUN --mount=type=secret,id=…}. */
    public String getId() {
        return id;
    }

    /**
     * Returns the ID of the credentials: a secret text, a secret file, or a user name with password, of which the
     * password is used.
     */
    @CheckForNull
    public String getCredentialsId() {
        return credentialsId;
    }

    @DataBoundSetter
    public void setCredentialsId(@CheckForNull String credentialsId) {
        this.credentialsId = Util.fixEmptyAndTrim(credentialsId);
    }

    /** Returns the name of an environment variable, such as one that {@code withCredentials} sets. */
    @CheckForNull
    public String getEnv() {
        return env;
    }

    @DataBoundSetter
    public void setEnv(@CheckForNull String env) {
        this.env = Util.fixEmptyAndTrim(env);
    }

    /** Returns the path of a file in the workspace. */
    @CheckForNull
    public String getFile() {
        return file;
    }

    @DataBoundSetter
    public void setFile(@CheckForNull String file) {
        this.file = Util.fixEmptyAndTrim(file);
    }

    /** Returns the same secret with variables expanded. */
    public BuildSecret expanded(UnaryOperator<String> expand) {
        BuildSecret expanded = new BuildSecret(expand.apply(id));
        expanded.setCredentialsId(credentialsId == null ? null : expand.apply(credentialsId));
        expanded.setEnv(env);
        expanded.setFile(file == null ? null : expand.apply(file));
        return expanded;
    }

    /**
     * Returns the value of the secret, or the path of its file in the workspace.
     *
     * @param environment environment variables of the build
     * @throws AbortException if the parameters are invalid or the secret cannot be found; the message says which
     */
    public SecretText value(BuildCredentials credentials, Map<String, String> environment) throws AbortException {
        if (id.isEmpty()) {
            throw new AbortException("a secret has no id; set the id that the Dockerfile mounts");
        }
        if ((credentialsId != null ? 1 : 0) + (env != null ? 1 : 0) + (file != null ? 1 : 0) != 1) {
            throw new AbortException("secret '" + id + "' needs exactly one of credentialsId, env and file");
        }
        if (credentialsId != null) {
            return credentials.secret(credentialsId, "secret '" + id + "'");
        }
        if (file != null) {
            return SecretText.inFile(file);
        }
        String value = environment.get(env);
        if (value == null) {
            throw new AbortException("secret '" + id + "': the variable '" + env + "' is not set");
        }
        return SecretText.of(value.getBytes(StandardCharsets.UTF_8));
    }

    /** Form and validation of a secret. */
    @Extension
    @Symbol("secret")
    public static final class DescriptorImpl extends Descriptor<BuildSecret> {
        @Override
        public String getDisplayName() {
            return Messages.BuildSecret_displayName();
        }

        @POST
        public ListBoxModel doFillCredentialsIdItems(@AncestorInPath Item item, @QueryParameter String credentialsId) {
            return CredentialsChoice.secrets(item, credentialsId);
        }

        @POST
        public FormValidation doCheckCredentialsId(
                @AncestorInPath Item item,
                @QueryParameter String value,
                @QueryParameter String env,
                @QueryParameter String file) {
            long given = Stream.of(value, env, file)
                    .filter(each -> Util.fixEmptyAndTrim(each) != null)
                    .count();
            return LineList.mayConfigure(item) && given != 1
                    ? FormValidation.error(Messages.BuildSecret_oneSource())
                    : FormValidation.ok();
        }

        @POST
        public FormValidation doCheckFile(@AncestorInPath Item item, @QueryParameter String value) {
            return WorkspacePath.check(item, value);
        }

        @POST
        public FormValidation doCheckId(@AncestorInPath Item item, @QueryParameter String value) {
            return LineList.mayConfigure(item) ? FormValidation.validateRequired(value) : FormValidation.ok();
        }
    }
}
