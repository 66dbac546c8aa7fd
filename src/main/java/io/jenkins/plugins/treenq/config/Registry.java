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
import io.jenkins.plugins.treenq.buildkit.ImageName;
import io.jenkins.plugins.treenq.buildkit.RegistryConnection;
import io.jenkins.plugins.treenq.buildkit.RegistryLogin;
import io.jenkins.plugins.treenq.buildkit.images.ImageRegistry;
import io.jenkins.plugins.treenq.buildkit.keys.PemCertificates;
import io.jenkins.plugins.treenq.credentials.BuildCredentials;
import io.jenkins.plugins.treenq.credentials.CredentialsChoice;
import java.security.GeneralSecurityException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.kohsuke.accmod.Restricted;
import org.kohsuke.accmod.restrictions.DoNotUse;
import org.kohsuke.stapler.AncestorInPath;
import org.kohsuke.stapler.DataBoundConstructor;
import org.kohsuke.stapler.DataBoundSetter;
import org.kohsuke.stapler.QueryParameter;
import org.kohsuke.stapler.verb.POST;

/** A registry of images, how jobs log in to it, and how Jenkins itself reaches it. */
public class Registry extends AbstractDescribableImpl<Registry> {
    private static final Set<String> DOCKER_HUB = Set.of("index.docker.io", "registry-1.docker.io");

    private final String host;
    private String credentialsId;
    private String caCertificate;
    private boolean plainHttp;

    /** Null in what was saved before there were any. */
    private List<String> mirrors;

    @DataBoundConstructor
    public Registry(String host) {
        this.host = hostOf(Util.fixNull(host));
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

    /** Authorities that the registry's certificate may come from, beside those Java trusts, in PEM form; null for none. */
    @CheckForNull
    public String getCaCertificate() {
        return caCertificate;
    }

    @DataBoundSetter
    public void setCaCertificate(@CheckForNull String caCertificate) {
        this.caCertificate = Util.fixEmptyAndTrim(caCertificate);
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

    /** @param mirrors each of them may have several lines, as forms send them */
    @DataBoundSetter
    public void setMirrors(@CheckForNull List<String> mirrors) {
        this.mirrors = new ArrayList<>(Util.fixNull(mirrors).stream()
                .flatMap(String::lines)
                .map(mirror -> withoutScheme(mirror).replaceFirst("/+$", ""))
                .filter(mirror -> !mirror.isEmpty())
                .toList());
    }

    /** How Jenkins reaches it; builders have their own ways. */
    public RegistryConnection connection() {
        return RegistryConnection.builder()
                .caPem(Util.fixNull(caCertificate))
                .plainHttp(plainHttp)
                .mirrors(getMirrors())
                .build();
    }

    private static String withoutScheme(String text) {
        return text.trim().replaceFirst("^https?://", "");
    }

    /** From what people copy out of a browser or a docker configuration, such as {@code https://index.docker.io/v1/}. */
    private static String hostOf(String text) {
        String host = withoutScheme(text).replaceFirst("/.*$", "");
        return DOCKER_HUB.contains(host) ? "docker.io" : host;
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
            return CredentialsChoice.logins(ConfigurationPermissions.owner(item), hostOf(Util.fixNull(host)), credentialsId);
        }

        @POST
        public FormValidation doCheckHost(@AncestorInPath Item item, @QueryParameter String value) {
            if (ConfigurationPermissions.isDenied(item)) {
                return FormValidation.ok();
            }
            String host = hostOf(Util.fixNull(value));
            return isPlace(host) ? FormValidation.ok() : FormValidation.error(Messages.Registry_notAHost(host));
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
            Registry registry = new Registry("");
            registry.setMirrors(List.of(Util.fixNull(value)));
            return registry.getMirrors().stream()
                    .filter(mirror -> !isPlace(mirror))
                    .findFirst()
                    .map(mirror -> FormValidation.error(Messages.Registry_notAMirror(mirror)))
                    .orElseGet(FormValidation::ok);
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
            Registry registry = new Registry(host);
            registry.setCaCertificate(caCertificate);
            registry.setPlainHttp(plainHttp);
            String id = Util.fixEmptyAndTrim(credentialsId);
            try {
                RegistryLogin login = id == null
                        ? null
                        : BuildCredentials.untracked().configuredLogin(id, registry.getHost(), owner);
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
