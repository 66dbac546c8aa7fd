// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.config;

import edu.umd.cs.findbugs.annotations.CheckForNull;
import hudson.AbortException;
import hudson.Extension;
import hudson.Util;
import hudson.model.AbstractDescribableImpl;
import hudson.model.Descriptor;
import hudson.util.FormValidation;
import hudson.util.ListBoxModel;
import io.jenkins.plugins.treenq.buildkit.BuildkitException;
import io.jenkins.plugins.treenq.buildkit.Endpoint;
import io.jenkins.plugins.treenq.buildkit.Tls;
import io.jenkins.plugins.treenq.buildkit.client.BuildkitClient;
import io.jenkins.plugins.treenq.credentials.BuildCredentials;
import io.jenkins.plugins.treenq.credentials.CredentialsChoice;
import java.time.Duration;
import jenkins.model.Jenkins;
import org.kohsuke.stapler.DataBoundConstructor;
import org.kohsuke.stapler.DataBoundSetter;
import org.kohsuke.stapler.QueryParameter;
import org.kohsuke.stapler.verb.POST;

/** A BuildKit daemon that jobs build on, under a name. */
public class BuildkitBuilder extends AbstractDescribableImpl<BuildkitBuilder> {
    private final String name;
    private final String address;
    private String serverName;
    private String credentialsId;
    private int connectTimeoutSeconds = DescriptorImpl.DEFAULT_CONNECT_TIMEOUT_SECONDS;

    @DataBoundConstructor
    public BuildkitBuilder(String name, String address) {
        this.name = Util.fixNull(name).trim();
        this.address = Util.fixNull(address).trim();
    }

    public String getName() {
        return name;
    }

    public String getAddress() {
        return address;
    }

    /** The name that the daemon's certificate must have; null for the address' host. */
    @CheckForNull
    public String getServerName() {
        return serverName;
    }

    @DataBoundSetter
    public void setServerName(@CheckForNull String serverName) {
        this.serverName = Util.fixEmptyAndTrim(serverName);
    }

    /** An X.509 client certificate; null for none. */
    @CheckForNull
    public String getCredentialsId() {
        return credentialsId;
    }

    @DataBoundSetter
    public void setCredentialsId(@CheckForNull String credentialsId) {
        this.credentialsId = Util.fixEmptyAndTrim(credentialsId);
    }

    public int getConnectTimeoutSeconds() {
        return connectTimeoutSeconds;
    }

    /** Less than a second means the default. */
    @DataBoundSetter
    public void setConnectTimeoutSeconds(int connectTimeoutSeconds) {
        this.connectTimeoutSeconds =
                connectTimeoutSeconds < 1 ? DescriptorImpl.DEFAULT_CONNECT_TIMEOUT_SECONDS : connectTimeoutSeconds;
    }

    /**
     * Where to connect, with the client certificate that is configured.
     *
     * @throws AbortException when the address has no known form, or the certificate is not there; the message says so
     */
    public Endpoint endpoint(BuildCredentials credentials) throws AbortException {
        try {
            return Endpoint.of(address, tls(credentials), Duration.ofSeconds(connectTimeoutSeconds));
        } catch (IllegalArgumentException e) {
            throw new AbortException("builder '" + name + "': " + e.getMessage());
        }
    }

    @CheckForNull
    private Tls tls(BuildCredentials credentials) throws AbortException {
        if (credentialsId != null) {
            try {
                return credentials.tls(credentialsId, serverName);
            } catch (AbortException e) {
                throw new AbortException("builder '" + name + "': " + e.getMessage());
            }
        }
        return serverName == null ? null : new Tls(serverName, "", "", "");
    }

    /** Form and validation of a builder. */
    @Extension
    public static class DescriptorImpl extends Descriptor<BuildkitBuilder> {
        public static final int DEFAULT_CONNECT_TIMEOUT_SECONDS = (int) Endpoint.DEFAULT_CONNECT_TIMEOUT.toSeconds();

        @Override
        public String getDisplayName() {
            return Messages.BuildkitBuilder_displayName();
        }

        @POST
        public ListBoxModel doFillCredentialsIdItems(@QueryParameter String credentialsId) {
            return CredentialsChoice.certificates(credentialsId);
        }

        @POST
        public FormValidation doCheckName(@QueryParameter String value) {
            if (!Jenkins.get().hasPermission(Jenkins.ADMINISTER)) {
                return FormValidation.ok();
            }
            return FormValidation.validateRequired(value);
        }

        @POST
        public FormValidation doCheckAddress(@QueryParameter String value) {
            if (!Jenkins.get().hasPermission(Jenkins.ADMINISTER)) {
                return FormValidation.ok();
            }
            try {
                Endpoint.of(value, null);
                return FormValidation.ok();
            } catch (IllegalArgumentException e) {
                return FormValidation.error(e.getMessage());
            }
        }

        @POST
        public FormValidation doCheckCredentialsId(@QueryParameter String value, @QueryParameter String address) {
            if (!Jenkins.get().hasPermission(Jenkins.ADMINISTER)) {
                return FormValidation.ok();
            }
            if (Util.fixEmptyAndTrim(value) == null) {
                return Util.fixNull(address).trim().startsWith("unix:")
                        ? FormValidation.ok()
                        : FormValidation.warning(Messages.BuildkitBuilder_withoutCertificate());
            }
            try {
                BuildCredentials.ofJenkins().tls(value, null);
                return FormValidation.ok();
            } catch (AbortException e) {
                return FormValidation.error(e.getMessage());
            }
        }

        @POST
        public FormValidation doCheckConnectTimeoutSeconds(@QueryParameter String value) {
            if (!Jenkins.get().hasPermission(Jenkins.ADMINISTER)) {
                return FormValidation.ok();
            }
            return FormValidation.validatePositiveInteger(value);
        }

        /** Connects from the controller, as a build does from its agent. */
        @POST
        public FormValidation doTestConnection(
                @QueryParameter String name,
                @QueryParameter String address,
                @QueryParameter String serverName,
                @QueryParameter String credentialsId,
                @QueryParameter String connectTimeoutSeconds)
                throws InterruptedException {
            Jenkins.get().checkPermission(Jenkins.ADMINISTER);
            BuildkitBuilder builder = new BuildkitBuilder(name, address);
            builder.setServerName(serverName);
            builder.setCredentialsId(credentialsId);
            builder.setConnectTimeoutSeconds(seconds(connectTimeoutSeconds));
            try (BuildkitClient client = BuildkitClient.connect(builder.endpoint(BuildCredentials.ofJenkins()))) {
                return FormValidation.ok(DaemonDescription.of(client.info(), client.workers()));
            } catch (BuildkitException | AbortException e) {
                return FormValidation.error(e.getMessage());
            }
        }

        /** Blank, and what the field's own check complains of, mean the default. */
        private static int seconds(String text) {
            try {
                return Integer.parseInt(text.trim());
            } catch (NumberFormatException e) {
                return DEFAULT_CONNECT_TIMEOUT_SECONDS;
            }
        }
    }
}
