// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.parameters;

import edu.umd.cs.findbugs.annotations.CheckForNull;
import hudson.AbortException;
import hudson.Extension;
import hudson.Util;
import hudson.model.Descriptor;
import hudson.model.Item;
import hudson.util.FormValidation;
import hudson.util.ListBoxModel;
import io.jenkins.plugins.treenq.buildkit.SshKey;
import io.jenkins.plugins.treenq.credentials.BuildCredentials;
import io.jenkins.plugins.treenq.credentials.CredentialsChoice;
import java.util.List;
import java.util.function.UnaryOperator;
import org.jenkinsci.Symbol;
import org.kohsuke.stapler.AncestorInPath;
import org.kohsuke.stapler.DataBoundConstructor;
import org.kohsuke.stapler.QueryParameter;
import org.kohsuke.stapler.verb.POST;

/** The keys of SSH credentials. Build steps can request signatures with the keys but cannot read them. */
public final class SshKeyAccess extends SshAccess {
    private static final long serialVersionUID = 1;

    private final String credentialsId;

    @DataBoundConstructor
    public SshKeyAccess(@CheckForNull String credentialsId) {
        this.credentialsId = Util.fixNull(credentialsId).trim();
    }

    public String getCredentialsId() {
        return credentialsId;
    }

    @Override
    public SshAccess expanded(UnaryOperator<String> expand) {
        SshKeyAccess expanded = new SshKeyAccess(expand.apply(credentialsId));
        expanded.setId(expand.apply(getId()));
        return expanded;
    }

    @Override
    public List<SshKey> keys(BuildCredentials credentials) throws AbortException {
        return credentials.sshKeys(credentialsId, "ssh '" + getId() + "'");
    }

    /** Form of an SSH key. */
    @Extension
    @Symbol("sshKey")
    public static final class DescriptorImpl extends Descriptor<SshAccess> {
        @Override
        public String getDisplayName() {
            return Messages.SshKeyAccess_displayName();
        }

        @POST
        public FormValidation doCheckCredentialsId(@AncestorInPath Item item, @QueryParameter String value) {
            return LineList.checkRequired(item, value, id -> {});
        }

        @POST
        public ListBoxModel doFillCredentialsIdItems(@AncestorInPath Item item, @QueryParameter String credentialsId) {
            return CredentialsChoice.sshKeys(item, credentialsId);
        }
    }
}
