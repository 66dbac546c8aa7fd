// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.config;

import edu.umd.cs.findbugs.annotations.CheckForNull;
import hudson.AbortException;
import hudson.Extension;
import hudson.Util;
import hudson.model.AbstractDescribableImpl;
import hudson.model.Descriptor;
import hudson.model.Item;
import hudson.model.ItemGroup;
import hudson.util.FormValidation;
import hudson.util.ListBoxModel;
import io.jenkins.plugins.treenq.buildkit.BuildkitException;
import io.jenkins.plugins.treenq.buildkit.Endpoint;
import io.jenkins.plugins.treenq.buildkit.Platform;
import io.jenkins.plugins.treenq.buildkit.Tls;
import io.jenkins.plugins.treenq.buildkit.client.BuildkitClient;
import io.jenkins.plugins.treenq.credentials.BuildCredentials;
import io.jenkins.plugins.treenq.credentials.CredentialsChoice;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import jenkins.model.Jenkins;
import org.kohsuke.accmod.Restricted;
import org.kohsuke.accmod.restrictions.DoNotUse;
import org.kohsuke.stapler.AncestorInPath;
import org.kohsuke.stapler.DataBoundConstructor;
import org.kohsuke.stapler.DataBoundSetter;
import org.kohsuke.stapler.QueryParameter;
import org.kohsuke.stapler.verb.POST;

/** One BuildKit daemon, or several that are alike, which jobs build on under a name. */
public class BuildkitBuilder extends AbstractDescribableImpl<BuildkitBuilder> {
    private final String name;
    private final String address;
    private String serverName;
    private String credentialsId;
    private int connectTimeoutSeconds = DescriptorImpl.DEFAULT_CONNECT_TIMEOUT_SECONDS;

    /** Null in what was saved before there were any. */
    private List<String> platforms;

    private int limit;
    private boolean draining;

    /** @param address of the daemon, or those of several */
    @DataBoundConstructor
    public BuildkitBuilder(String name, String address) {
        this.name = Util.fixNull(name).trim();
        this.address = WordList.text(WordList.of(address));
    }

    public String getName() {
        return name;
    }

    /** One address or several, each on a line. */
    public String getAddress() {
        return address;
    }

    /** Each daemon's address, in the order of the configuration. */
    public List<String> addresses() {
        return WordList.of(address);
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

    /** What jobs may ask of it, such as {@code linux/amd64}; empty when nothing is said of that. */
    public List<String> getPlatforms() {
        return platforms == null ? List.of() : List.copyOf(platforms);
    }

    /** @param platforms each of them may have several lines, as forms send them */
    @DataBoundSetter
    public void setPlatforms(@CheckForNull List<String> platforms) {
        this.platforms = WordList.of(platforms);
    }

    /** How many builds each daemon may have at once; 0 for any number. */
    public int getLimit() {
        return limit;
    }

    @DataBoundSetter
    public void setLimit(int limit) {
        this.limit = Math.max(0, limit);
    }

    /** Whether it takes no new builds; those that run go on. */
    public boolean isDraining() {
        return draining;
    }

    @DataBoundSetter
    public void setDraining(boolean draining) {
        this.draining = draining;
    }

    /** Whether nothing is known against building for these platforms here. */
    boolean builds(List<String> wanted) {
        return getPlatforms().isEmpty() || getPlatforms().containsAll(wanted);
    }

    /**
     * Where to connect, with the client certificate that is configured.
     *
     * @param address of one daemon
     * @param owner where this builder is configured
     * @throws AbortException when the address has no known form, or the certificate is not there; the message says so
     */
    public Endpoint endpoint(String address, BuildCredentials credentials, ItemGroup<?> owner) throws AbortException {
        try {
            checkAddress(address, owner);
            return Endpoint.of(address, tls(credentials, owner), Duration.ofSeconds(connectTimeoutSeconds));
        } catch (IllegalArgumentException e) {
            throw new AbortException("builder '" + name + "': " + e.getMessage());
        }
    }

    @CheckForNull
    private Tls tls(BuildCredentials credentials, ItemGroup<?> owner) throws AbortException {
        if (credentialsId != null) {
            try {
                return credentials.tls(credentialsId, serverName, owner);
            } catch (AbortException e) {
                throw new AbortException("builder '" + name + "': " + e.getMessage());
            }
        }
        return serverName == null ? null : new Tls(serverName, "", "", "");
    }

    /**
     * Builds without a workspace connect from the controller, whose own sockets are for administrators to give away.
     *
     * @throws IllegalArgumentException when it is no address, or not one for a builder of this place
     */
    private static void checkAddress(String address, ItemGroup<?> owner) {
        Endpoint.of(address, null);
        if (owner != Jenkins.get() && address.startsWith("unix:")) {
            throw new IllegalArgumentException(
                    "a folder's builder cannot be at a socket of this machine; write tcp://host:port or dns:///host:port");
        }
    }

    /** Form and validation of a builder. */
    @Extension
    public static class DescriptorImpl extends Descriptor<BuildkitBuilder> {
        public static final int DEFAULT_CONNECT_TIMEOUT_SECONDS = (int) Endpoint.DEFAULT_CONNECT_TIMEOUT.toSeconds();

        @Override
        public String getDisplayName() {
            return Messages.BuildkitBuilder_displayName();
        }

        /** What a text area shows of a list. */
        @Restricted(DoNotUse.class)
        public String lines(@CheckForNull List<String> values) {
            return WordList.text(values);
        }

        @POST
        public ListBoxModel doFillCredentialsIdItems(
                @AncestorInPath Item item, @QueryParameter String credentialsId) {
            return CredentialsChoice.certificates(ConfigurationPermissions.owner(item), credentialsId);
        }

        @POST
        public FormValidation doCheckName(@AncestorInPath Item item, @QueryParameter String value) {
            ItemGroup<?> owner = ConfigurationPermissions.owner(item);
            if (owner == null) {
                return FormValidation.ok();
            }
            return isForbidden(owner)
                    ? FormValidation.error(Messages.BuildkitBuilder_notInFolders())
                    : FormValidation.validateRequired(value);
        }

        @POST
        public FormValidation doCheckAddress(@AncestorInPath Item item, @QueryParameter String value) {
            ItemGroup<?> owner = ConfigurationPermissions.owner(item);
            if (owner == null) {
                return FormValidation.ok();
            }
            return WordList.of(value).isEmpty()
                    ? FormValidation.validateRequired("")
                    : WordList.check(value, address -> checkAddress(address, owner));
        }

        @POST
        public FormValidation doCheckPlatforms(@AncestorInPath Item item, @QueryParameter String value) {
            return ConfigurationPermissions.isDenied(item) ? FormValidation.ok() : WordList.check(value, Platform::parse);
        }

        @POST
        public FormValidation doCheckLimit(@AncestorInPath Item item, @QueryParameter String value) {
            return ConfigurationPermissions.isDenied(item) ? FormValidation.ok() : FormValidation.validateNonNegativeInteger(value);
        }

        @POST
        public FormValidation doCheckCredentialsId(
                @AncestorInPath Item item, @QueryParameter String value, @QueryParameter String address) {
            ItemGroup<?> owner = ConfigurationPermissions.owner(item);
            if (owner == null) {
                return FormValidation.ok();
            }
            if (Util.fixEmptyAndTrim(value) == null) {
                return WordList.of(address).stream().allMatch(each -> each.startsWith("unix:"))
                        ? FormValidation.ok()
                        : FormValidation.warning(Messages.BuildkitBuilder_withoutCertificate());
            }
            try {
                BuildCredentials.untracked().tls(value, null, owner);
                return FormValidation.ok();
            } catch (AbortException e) {
                return FormValidation.error(e.getMessage());
            }
        }

        @POST
        public FormValidation doCheckConnectTimeoutSeconds(@AncestorInPath Item item, @QueryParameter String value) {
            return ConfigurationPermissions.isDenied(item) ? FormValidation.ok() : FormValidation.validatePositiveInteger(value);
        }

        /** Connects from the controller, as a build does from its agent, to each of the addresses. */
        @POST
        public FormValidation doTestConnection(
                @AncestorInPath Item item,
                @QueryParameter String name,
                @QueryParameter String address,
                @QueryParameter String serverName,
                @QueryParameter String credentialsId,
                @QueryParameter String connectTimeoutSeconds)
                throws InterruptedException {
            ItemGroup<?> owner = ConfigurationPermissions.requireOwner(item);
            if (isForbidden(owner)) {
                return FormValidation.error(Messages.BuildkitBuilder_notInFolders());
            }
            BuildkitBuilder builder = new BuildkitBuilder(name, address);
            builder.setServerName(serverName);
            builder.setCredentialsId(credentialsId);
            builder.setConnectTimeoutSeconds(seconds(connectTimeoutSeconds));
            List<FormValidation> answers = new ArrayList<>();
            for (String each : builder.addresses()) {
                answers.add(test(builder, each, owner));
            }
            return answers.isEmpty() ? doCheckAddress(item, address) : FormValidation.aggregate(answers);
        }

        private static boolean isForbidden(ItemGroup<?> owner) {
            return owner != Jenkins.get()
                    && !TreenqConfiguration.get().policy().isFoldersMayDefineBuilders();
        }

        private static FormValidation test(BuildkitBuilder builder, String address, ItemGroup<?> owner)
                throws InterruptedException {
            try (BuildkitClient client =
                    BuildkitClient.connect(builder.endpoint(address, BuildCredentials.untracked(), owner))) {
                return FormValidation.ok(
                        address + ": " + DaemonDescription.of(client.info(), client.workers()));
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
