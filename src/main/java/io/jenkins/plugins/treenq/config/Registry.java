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
import io.jenkins.plugins.treenq.buildkit.ImageName;
import io.jenkins.plugins.treenq.buildkit.images.ImageRegistry;
import io.jenkins.plugins.treenq.buildkit.keys.PemCertificates;
import io.jenkins.plugins.treenq.buildkit.registry.RegistryConnection;
import io.jenkins.plugins.treenq.buildkit.registry.RegistryHost;
import io.jenkins.plugins.treenq.buildkit.registry.RegistryLogin;
import io.jenkins.plugins.treenq.credentials.BuildCredentials;
import io.jenkins.plugins.treenq.credentials.CredentialsChoice;
import java.security.GeneralSecurityException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.kohsuke.accmod.Restricted;
import org.kohsuke.accmod.restrictions.DoNotUse;
import org.kohsuke.stapler.AncestorInPath;
import org.kohsuke.stapler.DataBoundConstructor;
import org.kohsuke.stapler.DataBoundSetter;
import org.kohsuke.stapler.QueryParameter;
import org.kohsuke.stapler.verb.POST;

/** A registry, with the credentials that jobs use for it and the connection settings that Jenkins itself uses. */
public final class Registry extends AbstractDescribableImpl<Registry> {
    private final String host;
    private String credentialsId;
    private String caCertificate;
    private boolean plainHttp;

    /** Null in configurations of versions that had no such field. */
    private List<String> mirrors;

    /** @throws IllegalArgumentException if the text cannot be the host in an image name */
    @DataBoundConstructor
    public Registry(String host) {
        this.host = hostOf(host);
        if (!DescriptorImpl.isHost(this.host)) {
            throw new IllegalArgumentException(Messages.Registry_notAHost(Endpoint.withoutLogin(this.host)));
        }
    }

    /**
     * Returns the host as it is written in image names, such as {@code docker.io}, {@code registry.example.com} or
     * {@code localhost:5000}.
     */
    public String getHost() {
        return host;
    }

    /** Returns the ID of the credentials with user name and password; null for none. */
    @CheckForNull
    public String getCredentialsId() {
        return credentialsId;
    }

    @DataBoundSetter
    public void setCredentialsId(@CheckForNull String credentialsId) {
        this.credentialsId = Util.fixEmptyAndTrim(credentialsId);
    }

    /**
     * Returns the certificates of CAs in PEM format that Jenkins trusts for this registry, in addition to those that
     * Java trusts; null for none.
     */
    @CheckForNull
    public String getCaCertificate() {
        return caCertificate;
    }

    /** @throws IllegalArgumentException if the text contains no valid certificate */
    @DataBoundSetter
    public void setCaCertificate(@CheckForNull String caCertificate) {
        String given = Util.fixEmptyAndTrim(caCertificate);
        if (given != null) {
            requireCertificate(given);
        }
        this.caCertificate = given;
    }

    private void requireCertificate(String pem) {
        try {
            PemCertificates.parse(pem);
        } catch (GeneralSecurityException e) {
            throw new IllegalArgumentException(refusal(Messages.Registry_notACertificate()));
        }
    }

    /** Returns an error message that names this registry. */
    private String refusal(String what) {
        return "registry '" + host + "': " + what;
    }

    /** Tells whether Jenkins may connect without TLS if the registry does not support TLS. */
    public boolean isPlainHttp() {
        return plainHttp;
    }

    @DataBoundSetter
    public void setPlainHttp(boolean plainHttp) {
        this.plainHttp = plainHttp;
    }

    /** Returns the registry mirrors, which Jenkins queries first. Each is a host, or a host with a path. */
    public List<String> getMirrors() {
        return mirrors == null ? List.of() : List.copyOf(mirrors);
    }

    /**
     * @param mirrors the mirrors; each text can have several lines, as forms send them
     * @throws IllegalArgumentException if a mirror is invalid
     */
    @DataBoundSetter
    public void setMirrors(@CheckForNull List<String> mirrors) {
        List<String> places = mirrors(Util.fixNull(mirrors));
        String refusal = refusal(places);
        if (refusal != null) {
            throw new IllegalArgumentException(refusal(refusal));
        }
        this.mirrors = places;
    }

    private static List<String> mirrors(List<String> texts) {
        return new ArrayList<>(texts.stream()
                .flatMap(String::lines)
                .map(mirror -> mirror.trim().replaceFirst("/+$", ""))
                .filter(mirror -> !mirror.isEmpty())
                .toList());
    }

    /** Returns the error message about the first invalid mirror; null if all mirrors are valid. */
    @CheckForNull
    private static String refusal(List<String> mirrors) {
        return mirrors.stream()
                .filter(mirror -> !DescriptorImpl.isPlace(mirror))
                .findFirst()
                .map(mirror -> Messages.Registry_notAMirror(Endpoint.withoutLogin(mirror)))
                .orElse(null);
    }

    /** Returns the settings for connections from Jenkins and agents to a registry that is not configured. */
    public static RegistryConnection otherConnection() {
        return RegistryConnection.builder().proxies(JenkinsProxy.current()).build();
    }

    /**
     * Returns the settings for connections from Jenkins and agents to this registry. Builders have their own settings.
     */
    public RegistryConnection connection() {
        return RegistryConnection.builder()
                .caPem(Util.fixNull(caCertificate))
                .plainHttp(plainHttp)
                .mirrors(getMirrors())
                .proxies(JenkinsProxy.current())
                .build();
    }

    /** Returns the normal form of a host, because Docker Hub has several names. */
    private static String hostOf(@CheckForNull String text) {
        return RegistryHost.canonical(Util.fixNull(text).trim());
    }

    /** Form and validation of a registry. */
    @Extension
    public static class DescriptorImpl extends Descriptor<Registry> {
        @Override
        public String getDisplayName() {
            return Messages.Registry_displayName();
        }

        /** Returns the text that a text area shows for a list. */
        @Restricted(DoNotUse.class)
        public String lines(@CheckForNull List<String> values) {
            return String.join("\n", Util.fixNull(values));
        }

        @POST
        public ListBoxModel doFillCredentialsIdItems(
                @AncestorInPath Item item, @QueryParameter String host, @QueryParameter String credentialsId) {
            return CredentialsChoice.logins(ConfigurationPermissions.owner(item), hostOf(host), credentialsId);
        }

        @POST
        public FormValidation doCheckHost(@AncestorInPath Item item, @QueryParameter String value) {
            if (ConfigurationPermissions.isDenied(item)) {
                return FormValidation.ok();
            }
            String host = hostOf(value);
            return isHost(host)
                    ? FormValidation.ok()
                    : FormValidation.error(Messages.Registry_notAHost(Endpoint.withoutLogin(host)));
        }

        @POST
        public FormValidation doCheckCaCertificate(@AncestorInPath Item item, @QueryParameter String value) {
            if (ConfigurationPermissions.isDenied(item) || Util.fixEmptyAndTrim(value) == null) {
                return FormValidation.ok();
            }
            try {
                PemCertificates.parse(value);
                return FormValidation.ok();
            } catch (GeneralSecurityException e) {
                return FormValidation.error(Messages.Registry_notACertificate());
            }
        }

        @POST
        public FormValidation doCheckMirrors(@AncestorInPath Item item, @QueryParameter String value) {
            if (ConfigurationPermissions.isDenied(item)) {
                return FormValidation.ok();
            }
            String refusal = refusal(mirrors(List.of(Util.fixNull(value))));
            return refusal == null ? FormValidation.ok() : FormValidation.error(refusal);
        }

        /** Connects to the registry from the controller, and checks whether it is a registry and accepts the login. */
        @POST
        public FormValidation doTestConnection(
                @AncestorInPath Item item,
                @QueryParameter String host,
                @QueryParameter String credentialsId,
                @QueryParameter String caCertificate,
                @QueryParameter boolean plainHttp)
                throws InterruptedException {
            ItemGroup<?> owner = ConfigurationPermissions.requireOwner(item);
            Registry registry;
            try {
                registry = new Registry(host);
                registry.setCaCertificate(caCertificate);
                registry.setPlainHttp(plainHttp);
            } catch (IllegalArgumentException e) {
                return FormValidation.error(e.getMessage());
            }
            String id = Util.fixEmptyAndTrim(credentialsId);
            try {
                RegistryLogin login =
                        id == null ? null : BuildCredentials.untracked().configuredLogin(id, registry.getHost(), owner);
                try (ImageRegistry client = new ImageRegistry(
                        name -> Optional.ofNullable(login), Map.of(registry.getHost(), registry.connection()))) {
                    return FormValidation.ok(
                            client.wantsLogin(registry.getHost()) && login != null
                                    ? Messages.Registry_takesLogin(registry.getHost(), login.username())
                                    : Messages.Registry_withoutLogin(registry.getHost()));
                }
            } catch (BuildkitException | AbortException e) {
                return FormValidation.error(e.getMessage());
            }
        }

        /** Tells whether the text is a valid host without a path. */
        static boolean isHost(String text) {
            return text.indexOf('/') < 0 && isPlace(text);
        }

        /** Tells whether the text is a valid registry, or a registry with a path, at the beginning of an image name. */
        static boolean isPlace(String place) {
            try {
                return ImageName.parse(place + "/a/b").name().equals(place + "/a/b");
            } catch (IllegalArgumentException e) {
                return false;
            }
        }
    }
}
