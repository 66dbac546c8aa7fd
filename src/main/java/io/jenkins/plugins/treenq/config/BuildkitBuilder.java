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
import java.util.Comparator;
import java.util.List;
import java.util.regex.Pattern;
import jenkins.model.Jenkins;
import org.kohsuke.accmod.Restricted;
import org.kohsuke.accmod.restrictions.DoNotUse;
import org.kohsuke.stapler.AncestorInPath;
import org.kohsuke.stapler.DataBoundConstructor;
import org.kohsuke.stapler.DataBoundSetter;
import org.kohsuke.stapler.QueryParameter;
import org.kohsuke.stapler.verb.POST;

/** One BuildKit daemon, or several that are alike, which jobs build on under a name. */
public final class BuildkitBuilder extends AbstractDescribableImpl<BuildkitBuilder> {
    /** A host or an address in numbers, without a port. */
    private static final Pattern SERVER_NAME =
            Pattern.compile("[\\p{L}\\p{N}_*][\\p{L}\\p{N}_.-]*|[0-9a-fA-F.]*:[0-9a-fA-F.]*:[0-9a-fA-F:.]*");

    private final String name;
    private final String address;
    private String serverName;
    private String credentialsId;
    private int connectTimeoutSeconds = DescriptorImpl.DEFAULT_CONNECT_TIMEOUT_SECONDS;

    /** Null in what was saved before there were any. */
    private List<String> platforms;

    private int limit;
    private boolean draining;

    /**
     * @param address of the daemon, or those of several
     * @throws IllegalArgumentException when there is no name, no address, or one that no daemon can have
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

    /** @throws IllegalArgumentException the one that the check throws, with this builder's name in front */
    private void require(Runnable check) {
        try {
            check.run();
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("builder '" + name + "': " + e.getMessage());
        }
    }

    /** @throws IllegalArgumentException when a folder cannot have this builder */
    void requireForFolder() {
        require(() -> checkAddresses(addresses(), true));
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

    /** @throws IllegalArgumentException when no certificate can have the name */
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

    /**
     * Zero means the default.
     *
     * @throws IllegalArgumentException when it is less
     */
    @DataBoundSetter
    public void setConnectTimeoutSeconds(int connectTimeoutSeconds) {
        requireNotNegative("connectTimeoutSeconds", connectTimeoutSeconds);
        this.connectTimeoutSeconds =
                connectTimeoutSeconds < 1 ? DescriptorImpl.DEFAULT_CONNECT_TIMEOUT_SECONDS : connectTimeoutSeconds;
    }

    /** What jobs may ask of it, such as {@code linux/amd64}; empty when nothing is said of that. */
    public List<String> getPlatforms() {
        return platforms == null ? List.of() : List.copyOf(platforms);
    }

    /**
     * @param platforms each of them may have several lines, as forms send them
     * @throws IllegalArgumentException when one is none, or is there twice
     */
    @DataBoundSetter
    public void setPlatforms(@CheckForNull List<String> platforms) {
        List<String> words = WordList.of(platforms);
        require(() -> WordList.require(words, Platform::parse));
        this.platforms = words;
    }

    /** How many builds each daemon may have at once; 0 for any number. */
    public int getLimit() {
        return limit;
    }

    /** @throws IllegalArgumentException when it is less than zero */
    @DataBoundSetter
    public void setLimit(int limit) {
        requireNotNegative("limit", limit);
        this.limit = limit;
    }

    private void requireNotNegative(String field, int value) {
        if (value < 0) {
            throw new IllegalArgumentException(
                    "builder '" + name + "': " + Messages.BuildkitBuilder_negative(field, value));
        }
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
            checkAddresses(List.of(address), owner != Jenkins.get());
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
     * Refuses addresses that cannot be used, without repeating a password that is in one of them.
     *
     * @param ofFolder whether they are those of a folder's builder
     * @throws IllegalArgumentException when one is none, is there twice, or is none for a builder of this place
     */
    private static void checkAddresses(List<String> addresses, boolean ofFolder) {
        // Those with a login come first. A blank in a password makes an address of what is before it, which would be
        // repeated.
        List<String> loginsFirst = addresses.stream()
                .sorted(Comparator.comparing(address -> address.indexOf('@') < 0))
                .toList();
        WordList.require(loginsFirst, address -> checkAddress(address, ofFolder));
    }

    /**
     * Builds without a workspace connect from the controller, whose own sockets are for administrators to give away.
     */
    private static void checkAddress(String address, boolean ofFolder) {
        Endpoint.of(address, null);
        if (ofFolder && address.startsWith("unix:")) {
            throw new IllegalArgumentException(
                    "a folder's builder cannot be at a socket of this machine; write tcp://host:port or "
                            + "dns:///host:port");
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
            for (String each : builder.addresses()) {
                answers.add(test(builder, each, owner));
            }
            return FormValidation.aggregate(answers);
        }

        private static boolean isForbidden(ItemGroup<?> owner) {
            return owner != Jenkins.get() && !TreenqConfiguration.get().policy().isFoldersMayDefineBuilders();
        }

        private static FormValidation test(BuildkitBuilder builder, String address, ItemGroup<?> owner)
                throws InterruptedException {
            try (BuildkitClient client =
                    BuildkitClient.connect(builder.endpoint(address, BuildCredentials.untracked(), owner))) {
                return FormValidation.ok(address + ": " + DaemonDescription.of(client.info(), client.workers()));
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
