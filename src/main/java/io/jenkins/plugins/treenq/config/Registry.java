// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.config;

import edu.umd.cs.findbugs.annotations.CheckForNull;
import hudson.Extension;
import hudson.Util;
import hudson.model.AbstractDescribableImpl;
import hudson.model.Descriptor;
import hudson.util.FormValidation;
import hudson.util.ListBoxModel;
import io.jenkins.plugins.treenq.buildkit.ImageName;
import io.jenkins.plugins.treenq.credentials.CredentialsChoice;
import java.util.Set;
import jenkins.model.Jenkins;
import org.kohsuke.stapler.DataBoundConstructor;
import org.kohsuke.stapler.DataBoundSetter;
import org.kohsuke.stapler.QueryParameter;
import org.kohsuke.stapler.verb.POST;

/** A registry of images and how all jobs log in to it. */
public class Registry extends AbstractDescribableImpl<Registry> {
    private static final Set<String> DOCKER_HUB = Set.of("index.docker.io", "registry-1.docker.io");

    private final String host;
    private String credentialsId;

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

    /** From what people copy out of a browser or a docker configuration, such as {@code https://index.docker.io/v1/}. */
    private static String hostOf(String text) {
        String host = text.trim().replaceFirst("^https?://", "").replaceFirst("/.*$", "");
        return DOCKER_HUB.contains(host) ? "docker.io" : host;
    }

    /** Form and validation of a registry. */
    @Extension
    public static class DescriptorImpl extends Descriptor<Registry> {
        @Override
        public String getDisplayName() {
            return Messages.Registry_displayName();
        }

        @POST
        public ListBoxModel doFillCredentialsIdItems(
                @QueryParameter String host, @QueryParameter String credentialsId) {
            return CredentialsChoice.logins(hostOf(Util.fixNull(host)), credentialsId);
        }

        @POST
        public FormValidation doCheckHost(@QueryParameter String value) {
            if (!Jenkins.get().hasPermission(Jenkins.ADMINISTER)) {
                return FormValidation.ok();
            }
            String host = hostOf(Util.fixNull(value));
            return isHost(host) ? FormValidation.ok() : FormValidation.error(Messages.Registry_notAHost(host));
        }

        /** Whether an image name that starts so is one of this registry. */
        private static boolean isHost(String host) {
            try {
                return ImageName.parse(host + "/image").host().equals(host);
            } catch (IllegalArgumentException e) {
                return false;
            }
        }
    }
}
