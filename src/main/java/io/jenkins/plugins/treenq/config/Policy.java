// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.config;

import edu.umd.cs.findbugs.annotations.CheckForNull;
import hudson.AbortException;
import hudson.Extension;
import hudson.model.AbstractDescribableImpl;
import hudson.model.Descriptor;
import hudson.util.FormValidation;
import io.jenkins.plugins.treenq.buildkit.BuildRequest;
import io.jenkins.plugins.treenq.buildkit.CacheEntry;
import io.jenkins.plugins.treenq.buildkit.Export;
import io.jenkins.plugins.treenq.buildkit.ImageName;
import io.jenkins.plugins.treenq.buildkit.client.DockerfileBuild;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import org.kohsuke.accmod.Restricted;
import org.kohsuke.accmod.restrictions.DoNotUse;
import org.kohsuke.stapler.DataBoundConstructor;
import org.kohsuke.stapler.DataBoundSetter;
import org.kohsuke.stapler.QueryParameter;
import org.kohsuke.stapler.verb.POST;

/**
 * What an administrator lets jobs and folders do. Each list has what is allowed; {@code *} is everything. Nothing is
 * {@code none}, because Configuration as Code exports no empty list.
 */
public class Policy extends AbstractDescribableImpl<Policy> {
    private static final String EVERYTHING = "*";
    private static final String NOTHING = "none";

    private List<String> pushTo = new ArrayList<>(List.of(EVERYTHING));
    private List<String> entitlements = new ArrayList<>(List.of(EVERYTHING));
    private List<String> frontends = new ArrayList<>(List.of(EVERYTHING));
    private boolean jobsMayNameBuilders = true;
    private boolean foldersMayDefineBuilders = true;

    @DataBoundConstructor
    public Policy() {
        // Everything has a default.
    }

    /** Registries, or repositories with everything below them. */
    public List<String> getPushTo() {
        return List.copyOf(pushTo);
    }

    /** @param pushTo each of them may have several lines, as forms send them */
    @DataBoundSetter
    public void setPushTo(@CheckForNull List<String> pushTo) {
        this.pushTo = places(pushTo);
    }

    /** Such as {@code network.host}. */
    public List<String> getEntitlements() {
        return List.copyOf(entitlements);
    }

    /** @param entitlements each of them may have several lines, as forms send them */
    @DataBoundSetter
    public void setEntitlements(@CheckForNull List<String> entitlements) {
        this.entitlements = orNothing(Words.of(entitlements));
    }

    /** Such as {@code dockerfile.v0}, and the images of other frontends as in {@link #getPushTo}. */
    public List<String> getFrontends() {
        return List.copyOf(frontends);
    }

    /** @param frontends each of them may have several lines, as forms send them */
    @DataBoundSetter
    public void setFrontends(@CheckForNull List<String> frontends) {
        this.frontends = places(frontends);
    }

    public boolean isJobsMayNameBuilders() {
        return jobsMayNameBuilders;
    }

    @DataBoundSetter
    public void setJobsMayNameBuilders(boolean jobsMayNameBuilders) {
        this.jobsMayNameBuilders = jobsMayNameBuilders;
    }

    public boolean isFoldersMayDefineBuilders() {
        return foldersMayDefineBuilders;
    }

    @DataBoundSetter
    public void setFoldersMayDefineBuilders(boolean foldersMayDefineBuilders) {
        this.foldersMayDefineBuilders = foldersMayDefineBuilders;
    }

    private static List<String> places(@CheckForNull List<String> texts) {
        List<String> places = Words.of(texts);
        places.replaceAll(place -> place.replaceFirst("^https?://", "")
                .replaceFirst("/+$", "")
                .replaceFirst("^(?:index|registry-1)\\.docker\\.io(?=/|$)", "docker.io"));
        return orNothing(places);
    }

    private static List<String> orNothing(List<String> words) {
        return words.isEmpty() ? new ArrayList<>(List.of(NOTHING)) : words;
    }

    /**
     * Whether a job may say which builder it wants.
     *
     * @param builder that it names; null for none
     * @throws AbortException when it must not
     */
    public void checkName(@CheckForNull String builder) throws AbortException {
        if (builder != null && !jobsMayNameBuilders) {
            throw new AbortException("the administrator's policy lets jobs name no builder; leave '" + builder + "' away");
        }
    }

    /** @throws AbortException when nothing may be pushed to the image's repository */
    public void checkPush(ImageName image) throws AbortException {
        require(allowsImage(pushTo, image), "a push to " + image.name(), pushTo);
    }

    /**
     * A build as it may be asked for.
     *
     * @return the same, unless it is left to the Dockerfile which frontend reads it, and not every frontend may
     * @throws AbortException when it must not be; the message says what is allowed
     */
    public DockerfileBuild applied(DockerfileBuild build) throws AbortException {
        BuildRequest request = build.request();
        for (Export export : request.exports()) {
            if (Boolean.parseBoolean(export.attributes().get("push"))) {
                for (String name : export.attributes().get("name").split(",")) {
                    checkPush(ImageName.parse(name));
                }
            }
        }
        for (CacheEntry cache : request.cacheExports()) {
            if (cache.type().equals("registry")) {
                checkPush(parsed(cache.attributes().getOrDefault("ref", "")));
            }
        }
        for (String entitlement : request.entitlements()) {
            require(
                    entitlements.stream()
                            .anyMatch(allowed -> allowed.equals(EVERYTHING)
                                    || allowed.equals(entitlement)
                                    || entitlement.startsWith(allowed + "=")),
                    "the entitlement '" + entitlement + "'",
                    entitlements);
        }
        return frontends.contains(EVERYTHING) ? build : Frontends.allowed(build, this::checkFrontend);
    }

    private void checkFrontend(String frontend) throws AbortException {
        require(
                frontends.contains(frontend) || isImage(frontend, image -> allowsImage(frontends, image)),
                "the frontend '" + frontend + "'",
                frontends);
    }

    private static boolean allowsImage(List<String> places, ImageName image) {
        return places.stream()
                .anyMatch(place -> place.equals(EVERYTHING) || (image.name() + "/").startsWith(place + "/"));
    }

    private static boolean isImage(String text, Predicate<ImageName> condition) {
        try {
            return condition.test(ImageName.parse(text));
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    private static ImageName parsed(String image) throws AbortException {
        try {
            return ImageName.parse(image);
        } catch (IllegalArgumentException e) {
            throw new AbortException(e.getMessage());
        }
    }

    private static void require(boolean allowed, String what, List<String> instead) throws AbortException {
        if (!allowed) {
            throw new AbortException("the administrator's policy does not allow " + what + "; it allows "
                    + String.join(", ", instead));
        }
    }

    /** Form and validation of the policy. */
    @Extension
    public static class DescriptorImpl extends Descriptor<Policy> {
        private static final Pattern ENTITLEMENT =
                Pattern.compile("network\\.host|security\\.insecure|device(?:=.+)?");
        private static final Pattern FRONTEND = Pattern.compile("[a-z]+\\.v[0-9]+");

        @Override
        public String getDisplayName() {
            return Messages.Policy_displayName();
        }

        /** What a text area shows of a list. */
        @Restricted(DoNotUse.class)
        public String lines(@CheckForNull List<String> values) {
            return values == null ? EVERYTHING : Words.text(values);
        }

        @POST
        public FormValidation doCheckPushTo(@QueryParameter String value) {
            return check(value, Registry.DescriptorImpl::isPlace, Messages::Policy_notAPlace);
        }

        @POST
        public FormValidation doCheckEntitlements(@QueryParameter String value) {
            return check(value, ENTITLEMENT.asMatchPredicate(), Messages::Policy_notAnEntitlement);
        }

        @POST
        public FormValidation doCheckFrontends(@QueryParameter String value) {
            return check(
                    value,
                    FRONTEND.asMatchPredicate().or(Registry.DescriptorImpl::isPlace),
                    Messages::Policy_notAFrontend);
        }

        private static FormValidation check(String text, Predicate<String> valid, Function<Object, String> message) {
            return Access.isDenied(null)
                    ? FormValidation.ok()
                    : Words.check(text, word -> {
                        if (!word.equals(EVERYTHING) && !word.equals(NOTHING) && !valid.test(word)) {
                            throw new IllegalArgumentException(message.apply(word));
                        }
                    });
        }
    }
}
