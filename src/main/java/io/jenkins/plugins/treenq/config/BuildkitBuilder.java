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
import io.jenkins.plugins.treenq.buildkit.threads.FutureOutcome;
import io.jenkins.plugins.treenq.buildkit.transport.DaemonNames;
import io.jenkins.plugins.treenq.credentials.BuildCredentials;
import io.jenkins.plugins.treenq.credentials.CredentialsChoice;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.regex.Pattern;
import jenkins.model.Jenkins;
import org.kohsuke.accmod.Restricted;
import org.kohsuke.accmod.restrictions.DoNotUse;
import org.kohsuke.stapler.AncestorInPath;
import org.kohsuke.stapler.DataBoundConstructor;
import org.kohsuke.stapler.DataBoundSetter;
import org.kohsuke.stapler.QueryParameter;
import org.kohsuke.stapler.verb.POST;

/** A builder: one BuildKit daemon or several identical ones, which jobs use by a common name. */
public final class BuildkitBuilder extends AbstractDescribableImpl<BuildkitBuilder> {
    /** A host name or an IP address, without a port. */
    private static final Pattern SERVER_NAME =
            Pattern.compile("[\\p{L}\\p{N}_*][\\p{L}\\p{N}_.-]*|[0-9a-fA-F.]*:[0-9a-fA-F.]*:[0-9a-fA-F:.]*");

    private final String name;
    private final String address;
    private String serverName;
    private String credentialsId;
    private int connectTimeoutSeconds = DescriptorImpl.DEFAULT_CONNECT_TIMEOUT_SECONDS;

    /** Null in configurations of versions that had no such field. */
    private List<String> platforms;

    private int limit;

    /** Null in configurations of versions that had no such field. */
    private Integer retries;

    private boolean draining;

    /** Whether files are sent without compression. The field is negative for configurations that do not have it. */
    private boolean uncompressed;

    /**
     * @param address address of the daemon, or the addresses of several daemons
     * @throws IllegalArgumentException if the name or the address is missing, or an address is invalid
     */
    @DataBoundConstructor
    public BuildkitBuilder(String name, String address) {
        this.name = Util.fixNull(name).trim();
        List<String> addresses = WordList.of(address);
        if (this.name.isEmpty()) {
            throw new IllegalArgumentException(Messages.BuildkitBuilder_noName());
        }
        require(() -> {
            if (addresses.isEmpty()) {
                throw new IllegalArgumentException(Messages.BuildkitBuilder_noAddress());
            }
            checkAddresses(addresses, false);
        });
        this.address = WordList.text(addresses);
    }

    /** Sets default values for parameters that are missing in XML that was written by hand. */
    private Object readResolve() {
        if (connectTimeoutSeconds < 1) {
            connectTimeoutSeconds = DescriptorImpl.DEFAULT_CONNECT_TIMEOUT_SECONDS;
        }
        return this;
    }

    /**
     * Runs a check and adds the name of this builder to the message of its exception.
     *
     * @throws IllegalArgumentException if the check fails
     */
    private void require(Runnable check) {
        try {
            check.run();
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("builder '" + name + "': " + e.getMessage());
        }
    }

    /**
     * Checks whether this builder can be configured in a folder.
     *
     * @throws IllegalArgumentException if it cannot
     */
    void requireForFolder() {
        require(() -> checkAddresses(addresses(), true));
    }

    public String getName() {
        return name;
    }

    /** Returns the addresses, one on each line. */
    public String getAddress() {
        return address;
    }

    /** Returns the address of each daemon, in the order of the configuration. */
    public List<String> addresses() {
        return WordList.of(address);
    }

    /** Returns the host name in the daemon's certificate; null for the host of the address. */
    @CheckForNull
    public String getServerName() {
        return serverName;
    }

    /** @throws IllegalArgumentException if the name cannot be that of a certificate */
    @DataBoundSetter
    public void setServerName(@CheckForNull String serverName) {
        require(() -> checkServerName(serverName));
        this.serverName = Util.fixEmptyAndTrim(serverName);
    }

    private static void checkServerName(@CheckForNull String serverName) {
        String given = Util.fixEmptyAndTrim(serverName);
        if (given != null && !SERVER_NAME.matcher(given).matches()) {
            throw new IllegalArgumentException(Messages.BuildkitBuilder_notAServerName(Endpoint.withoutLogin(given)));
        }
    }

    /** Returns the ID of the credentials with the X.509 client certificate; null for none. */
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

    /**
     * Sets the time limit for connecting, in seconds. Zero selects the default value.
     *
     * @throws IllegalArgumentException if the value is negative
     */
    @DataBoundSetter
    public void setConnectTimeoutSeconds(int connectTimeoutSeconds) {
        requireNotNegative("connectTimeoutSeconds", connectTimeoutSeconds);
        this.connectTimeoutSeconds =
                connectTimeoutSeconds < 1 ? DescriptorImpl.DEFAULT_CONNECT_TIMEOUT_SECONDS : connectTimeoutSeconds;
    }

    /**
     * Returns the platforms that jobs can request, such as {@code linux/amd64}. The list is empty if the platforms are
     * not configured.
     */
    public List<String> getPlatforms() {
        return platforms == null ? List.of() : List.copyOf(platforms);
    }

    /**
     * @param platforms the platforms; each text can have several lines, as forms send them
     * @throws IllegalArgumentException if a platform is invalid or occurs twice
     */
    @DataBoundSetter
    public void setPlatforms(@CheckForNull List<String> platforms) {
        List<String> words = WordList.of(platforms);
        require(() -> WordList.require(words, Platform::parse));
        this.platforms = words;
    }

    /** Returns the maximum number of concurrent builds of each daemon; 0 for no limit. */
    public int getLimit() {
        return limit;
    }

    /** @throws IllegalArgumentException if the value is negative */
    @DataBoundSetter
    public void setLimit(int limit) {
        requireNotNegative("limit", limit);
        this.limit = limit;
    }

    /** Returns how often a build is started again after its daemon was lost, unless the job says otherwise. */
    public int getRetries() {
        return retries == null ? DescriptorImpl.DEFAULT_RETRIES : retries;
    }

    /** @throws IllegalArgumentException if the value is negative */
    @DataBoundSetter
    public void setRetries(int retries) {
        requireNotNegative("retries", retries);
        this.retries = retries;
    }

    private void requireNotNegative(String field, int value) {
        if (value < 0) {
            throw new IllegalArgumentException(
                    "builder '" + name + "': " + Messages.BuildkitBuilder_negative(field, value));
        }
    }

    /** Tells whether the builder accepts no new builds. Running builds continue. */
    public boolean isDraining() {
        return draining;
    }

    @DataBoundSetter
    public void setDraining(boolean draining) {
        this.draining = draining;
    }

    /** Tells whether files are sent compressed while the network is slower than the compressor. */
    public boolean isCompression() {
        return !uncompressed;
    }

    @DataBoundSetter
    public void setCompression(boolean compression) {
        this.uncompressed = !compression;
    }

    /**
     * Tells whether the builder supports the platforms, as far as its platforms are configured. A platform without a
     * version of the operating system includes all versions.
     */
    boolean supports(List<String> requested) {
        return getPlatforms().isEmpty() || requested.stream().allMatch(this::supports);
    }

    private boolean supports(String requested) {
        return getPlatforms().contains(requested) || getPlatforms().contains(requested.replaceFirst("\\([^)]*\\)", ""));
    }

    /**
     * Returns the address and the TLS settings for a connection, with the configured client certificate.
     *
     * @param address address of one daemon
     * @param owner folder in which this builder is configured, or Jenkins
     * @throws AbortException if the address is invalid or the certificate cannot be found; the message says which
     */
    public Endpoint endpoint(String address, BuildCredentials credentials, ItemGroup<?> owner) throws AbortException {
        try {
            checkAddresses(List.of(address), owner != Jenkins.get());
            return Endpoint.of(address, tls(credentials, owner), Duration.ofSeconds(connectTimeoutSeconds))
                    .withCompression(isCompression());
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
     * Rejects invalid addresses. The message does not repeat a password that is in an address.
     *
     * @param ofFolder whether the builder is configured in a folder
     * @throws IllegalArgumentException if an address is invalid, occurs twice, or is not allowed for a builder of a
     *     folder
     */
    private static void checkAddresses(List<String> addresses, boolean ofFolder) {
        // Addresses with a login are checked first. If a password contains a blank, the part before the blank is taken
        // for an address, and the message about another address would repeat that part.
        List<String> loginsFirst = addresses.stream()
                .sorted(Comparator.comparing(address -> address.indexOf('@') < 0))
                .toList();
        WordList.require(loginsFirst, address -> checkAddress(address, ofFolder));
    }

    /**
     * Checks an address. Builds without a workspace connect from the controller. Only administrators may grant access
     * to the controller's sockets, therefore a folder's builder cannot use a socket.
     */
    private static void checkAddress(String address, boolean ofFolder) {
        Endpoint.of(address, null);
        if (ofFolder && address.startsWith("unix:")) {
            throw new IllegalArgumentException(
                    "the builder of a folder cannot use a socket of this machine; write tcp://host:port or "
                            + "dns:///host:port");
        }
    }

    /** Form and validation of a builder. */
    @Extension
    public static class DescriptorImpl extends Descriptor<BuildkitBuilder> {
        public static final int DEFAULT_RETRIES = 2;
        public static final int DEFAULT_CONNECT_TIMEOUT_SECONDS = (int) Endpoint.DEFAULT_CONNECT_TIMEOUT.toSeconds();

        @Override
        public String getDisplayName() {
            return Messages.BuildkitBuilder_displayName();
        }

        /** Returns the text that a text area shows for a list. */
        @Restricted(DoNotUse.class)
        public String lines(@CheckForNull List<String> values) {
            return WordList.text(values);
        }

        @POST
        public ListBoxModel doFillCredentialsIdItems(@AncestorInPath Item item, @QueryParameter String credentialsId) {
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
            List<String> addresses = WordList.of(value);
            return addresses.isEmpty()
                    ? FormValidation.validateRequired("")
                    : checked(() -> checkAddresses(addresses, owner != Jenkins.get()));
        }

        @POST
        public FormValidation doCheckServerName(@AncestorInPath Item item, @QueryParameter String value) {
            return ConfigurationPermissions.isDenied(item)
                    ? FormValidation.ok()
                    : checked(() -> checkServerName(value));
        }

        private static FormValidation checked(Runnable check) {
            try {
                check.run();
                return FormValidation.ok();
            } catch (IllegalArgumentException e) {
                return FormValidation.error(e.getMessage());
            }
        }

        @POST
        public FormValidation doCheckPlatforms(@AncestorInPath Item item, @QueryParameter String value) {
            return ConfigurationPermissions.isDenied(item)
                    ? FormValidation.ok()
                    : WordList.check(value, Platform::parse);
        }

        @POST
        public FormValidation doCheckLimit(@AncestorInPath Item item, @QueryParameter String value) {
            return ConfigurationPermissions.isDenied(item)
                    ? FormValidation.ok()
                    : FormValidation.validateNonNegativeInteger(value);
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
            return ConfigurationPermissions.isDenied(item)
                    ? FormValidation.ok()
                    : FormValidation.validatePositiveInteger(value);
        }

        /** Connects to each of the daemons from the controller, in the same way as a build does from its agent. */
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
            BuildkitBuilder builder;
            try {
                builder = new BuildkitBuilder(name, address);
                builder.setServerName(serverName);
                builder.setCredentialsId(credentialsId);
                builder.setConnectTimeoutSeconds(seconds(connectTimeoutSeconds));
            } catch (IllegalArgumentException e) {
                return FormValidation.error(e.getMessage());
            }
            List<FormValidation> answers = new ArrayList<>();
            List<Endpoint> daemons = new ArrayList<>();
            for (String each : builder.addresses()) {
                try {
                    daemons.addAll(DaemonNames.daemons(builder.endpoint(each, BuildCredentials.untracked(), owner)));
                } catch (AbortException e) {
                    answers.add(FormValidation.error(e.getMessage()));
                }
            }
            // All daemons are connected to at once, because one that does not answer takes the whole time limit.
            List<CompletableFuture<BuildkitClient>> connections =
                    daemons.stream().map(BuildkitClient::connectLater).toList();
            try {
                for (int i = 0; i < daemons.size(); i++) {
                    answers.add(test(daemons.get(i), connections.get(i)));
                }
            } finally {
                connections.forEach(connected -> {
                    if (!connected.cancel(true)) {
                        connected.thenAccept(BuildkitClient::close);
                    }
                });
            }
            return FormValidation.aggregate(answers);
        }

        private static boolean isForbidden(ItemGroup<?> owner) {
            return owner != Jenkins.get() && !TreenqConfiguration.get().policy().isFoldersMayDefineBuilders();
        }

        private static FormValidation test(Endpoint daemon, CompletableFuture<BuildkitClient> connected)
                throws InterruptedException {
            try {
                BuildkitClient client = FutureOutcome.get(connected, BuildkitException.class);
                return FormValidation.ok(
                        daemon.address() + ": " + DaemonDescription.of(client.info(), client.workers()));
            } catch (BuildkitException e) {
                return FormValidation.error(e.getMessage());
            }
        }

        /**
         * Parses a number of seconds. A blank or invalid text selects the default value; the check of the field reports
         * an invalid text.
         */
        private static int seconds(String text) {
            try {
                return Integer.parseInt(text.trim());
            } catch (NumberFormatException e) {
                return DEFAULT_CONNECT_TIMEOUT_SECONDS;
            }
        }
    }
}
