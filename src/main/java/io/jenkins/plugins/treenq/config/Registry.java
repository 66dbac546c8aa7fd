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

/** A registry of images, how jobs log in to it, and how Jenkins itself reaches it. */
public final class Registry extends AbstractDescribableImpl<Registry> {
    private final String host;
    private String credentialsId;
    private String caCertificate;
    private boolean plainHttp;

    /** Null in what was saved before there were any. */
    private List<String> mirrors;

    /** @throws IllegalArgumentException when no image name begins with it */
    @DataBoundConstructor
    public Registry(String host) {
        this.host = hostOf(host);
        if (!DescriptorImpl.isHost(this.host)) {
            throw new IllegalArgumentException(Messages.Registry_notAHost(Endpoint.withoutLogin(this.host)));
        }
    }

    /** As image names have it: {@code docker.io}, {@code registry.example.com}, {@code localhost:5000}. */
    public String getHost() {
        return host;
    }

    /** A user name with password; null for none. */
    @CheckForNull
    public String getCredentialsId() {
        return credentialsId;
    }

    @DataBoundSetter
    public void setCredentialsId(@CheckForNull String credentialsId) {
        this.credentialsId = Util.fixEmptyAndTrim(credentialsId);
    }

    /**
     * Authorities that the registry's certificate may come from, beside those Java trusts, in PEM form; null for none.
     */
    @CheckForNull
    public String getCaCertificate() {
        return caCertificate;
    }

    /** @throws IllegalArgumentException when it is none */
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

    /** What is wrong with this registry. */
    private String refusal(String what) {
        return "registry '" + host + "': " + what;
    }

    /** Whether Jenkins talks to it without TLS if it has none. */
    public boolean isPlainHttp() {
        return plainHttp;
    }

    @DataBoundSetter
    public void setPlainHttp(boolean plainHttp) {
        this.plainHttp = plainHttp;
    }

    /** Registries with the same images, which Jenkins asks first; a host each, or a host with a path. */
    public List<String> getMirrors() {
        return mirrors == null ? List.of() : List.copyOf(mirrors);
    }

    /**
     * @param mirrors each of them may have several lines, as forms send them
     * @throws IllegalArgumentException when one is none
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

    /** Null when all are mirrors. */
    @CheckForNull
    private static String refusal(List<String> mirrors) {
        return mirrors.stream()
                .filter(mirror -> !DescriptorImpl.isPlace(mirror))
                .findFirst()
                .map(mirror -> Messages.Registry_notAMirror(Endpoint.withoutLogin(mirror)))
                .orElse(null);
    }

    /** How Jenkins and agents reach a registry that is not configured. */
    public static RegistryConnection otherConnection() {
        return RegistryConnection.builder().proxies(JenkinsProxy.current()).build();
    }

    /** How Jenkins and agents reach it; builders have their own ways. */
    public RegistryConnection connection() {
        return RegistryConnection.builder()
                .caPem(Util.fixNull(caCertificate))
                .plainHttp(plainHttp)
                .mirrors(getMirrors())
                .proxies(JenkinsProxy.current())
                .build();
    }

    /** Docker Hub goes by several names. */
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

        /** What a text area shows of a list. */
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

        /** Asks the registry, from the controller, whether it is one and takes the login. */
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

        /** Whether it is a place for images without a path. */
        static boolean isHost(String text) {
            return text.indexOf('/') < 0 && isPlace(text);
        }

        /** Whether an image name that starts so is one of this registry. */
        static boolean isPlace(String place) {
            try {
                return ImageName.parse(place + "/a/b").name().equals(place + "/a/b");
            } catch (IllegalArgumentException e) {
                return false;
            }
        }
    }
}
