// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.config;

import edu.umd.cs.findbugs.annotations.CheckForNull;
import hudson.AbortException;
import hudson.Extension;
import hudson.Util;
import hudson.model.AbstractDescribableImpl;
import hudson.model.Descriptor;
import hudson.util.FormValidation;
import io.jenkins.plugins.treenq.buildkit.BuildRequest;
import io.jenkins.plugins.treenq.buildkit.CacheEntry;
import io.jenkins.plugins.treenq.buildkit.Endpoint;
import io.jenkins.plugins.treenq.buildkit.Export;
import io.jenkins.plugins.treenq.buildkit.ImageName;
import io.jenkins.plugins.treenq.buildkit.client.DockerfileBuild;
import io.jenkins.plugins.treenq.buildkit.client.GoBooleans;
import io.jenkins.plugins.treenq.buildkit.registry.AllowedHosts;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;
import org.kohsuke.accmod.Restricted;
import org.kohsuke.accmod.restrictions.DoNotUse;
import org.kohsuke.stapler.DataBoundConstructor;
import org.kohsuke.stapler.DataBoundSetter;
import org.kohsuke.stapler.QueryParameter;
import org.kohsuke.stapler.verb.POST;

/**
 * The restrictions that an administrator configures for jobs and folders. Each list contains the allowed values;
 * {@code *} allows everything. An empty list is written as {@code none}, because Configuration as Code does not export
 * empty lists.
 */
public class Policy extends AbstractDescribableImpl<Policy> {
    private static final String EVERYTHING = "*";
    private static final String NOTHING = "none";
    private static final String DOCKER_HUB = "docker.io";

    private List<String> pushTo = new ArrayList<>(List.of(EVERYTHING));
    private List<String> entitlements = new ArrayList<>(List.of(EVERYTHING));
    private List<String> frontends = new ArrayList<>(List.of(EVERYTHING));
    private List<String> controllerHosts = new ArrayList<>(List.of(NOTHING));
    private boolean jobsMayNameBuilders = true;
    private boolean foldersMayDefineBuilders = true;

    @DataBoundConstructor
    public Policy() {
        // All properties have default values.
    }

    /** Sets the default values of lists that are missing because an earlier version saved the policy. */
    protected Object readResolve() {
        Policy fresh = new Policy();
        pushTo = pushTo == null ? fresh.pushTo : pushTo;
        entitlements = entitlements == null ? fresh.entitlements : entitlements;
        frontends = frontends == null ? fresh.frontends : frontends;
        controllerHosts = controllerHosts == null ? fresh.controllerHosts : controllerHosts;
        return this;
    }

    /**
     * Returns the registries and repositories that images may be pushed to. A repository includes all repositories
     * below it.
     */
    public List<String> getPushTo() {
        return List.copyOf(pushTo);
    }

    /**
     * @param pushTo the allowed registries and repositories; each text can have several lines, as forms send them
     * @throws IllegalArgumentException if an entry is invalid
     */
    @DataBoundSetter
    public void setPushTo(@CheckForNull List<String> pushTo) {
        this.pushTo = Entries.PLACES.of(pushTo);
    }

    /** Returns the allowed entitlements, such as {@code network.host}. */
    public List<String> getEntitlements() {
        return List.copyOf(entitlements);
    }

    /**
     * @param entitlements the allowed entitlements; each text can have several lines, as forms send them
     * @throws IllegalArgumentException if an entry is invalid
     */
    @DataBoundSetter
    public void setEntitlements(@CheckForNull List<String> entitlements) {
        this.entitlements = Entries.ENTITLEMENTS.of(entitlements);
    }

    /**
     * Returns the allowed frontends: built-in ones such as {@code dockerfile.v0}, and registries and repositories of
     * frontend images as in {@link #getPushTo}.
     */
    public List<String> getFrontends() {
        return List.copyOf(frontends);
    }

    /**
     * @param frontends the allowed frontends; each text can have several lines, as forms send them
     * @throws IllegalArgumentException if an entry is invalid
     */
    @DataBoundSetter
    public void setFrontends(@CheckForNull List<String> frontends) {
        this.frontends = Entries.FRONTENDS.of(frontends);
    }

    /**
     * Returns the hosts that the controller may connect to for jobs, in addition to the configured registries and
     * Docker Hub.
     */
    public List<String> getControllerHosts() {
        return List.copyOf(controllerHosts);
    }

    /**
     * @param controllerHosts the allowed hosts; each text can have several lines, as forms send them
     * @throws IllegalArgumentException if an entry is invalid
     */
    @DataBoundSetter
    public void setControllerHosts(@CheckForNull List<String> controllerHosts) {
        this.controllerHosts = Entries.HOSTS.of(controllerHosts);
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

    /**
     * Checks whether a job may name a builder.
     *
     * @param builder name of the builder; null if the job names none
     * @throws AbortException if jobs may not name builders
     */
    public void checkName(@CheckForNull String builder) throws AbortException {
        if (builder != null && !jobsMayNameBuilders) {
            throw new AbortException(
                    "the administrator's policy does not allow jobs to name a builder; omit '" + builder + "'");
        }
    }

    /** @throws AbortException if pushes to the image's repository are not allowed */
    public void checkPush(ImageName image) throws AbortException {
        require(allowsImage(pushTo, image), "a push to " + image.name(), pushTo);
    }

    /**
     * Applies the policy to a build.
     *
     * @return the same build; or, if the policy restricts frontends, a build with options that enforce the restriction
     * @throws AbortException if the build violates the policy; the message lists the allowed values
     */
    public DockerfileBuild applied(DockerfileBuild build) throws AbortException {
        BuildRequest request = build.request();
        for (Export export : request.exports()) {
            for (ImageName name : pushes(export) ? names(export) : List.<ImageName>of()) {
                checkPush(name);
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
        return frontends.contains(EVERYTHING)
                ? build
                : Frontends.allowed(withoutFrontends(build), new AllowedFrontends());
    }

    /**
     * Tells whether the daemon pushes the output ({@code exporter/containerimage/export.go}). The outputs of other
     * exporters are files.
     */
    private static boolean pushes(Export export) {
        String push = export.attributes().get("push");
        return export.type().equals("image")
                && push != null
                && GoBooleans.parse(push).orElse(true);
    }

    /** Returns all names that an image gets. */
    private static List<ImageName> names(Export export) throws AbortException {
        List<ImageName> names = new ArrayList<>();
        for (String attribute : List.of("name", "dangling-name-prefix")) {
            for (String name : export.list(attribute)) {
                names.add(parsed(name));
            }
        }
        return names;
    }

    /**
     * Keeps images whose names are those of allowed frontends out of the daemon's image store. A daemon with an image
     * store looks there for frontends that it cannot find in their registry; without this restriction, a job could
     * replace an allowed frontend by an image of its own.
     */
    private DockerfileBuild withoutFrontends(DockerfileBuild build) throws AbortException {
        List<Export> exports = new ArrayList<>();
        for (Export export : build.request().exports()) {
            boolean named = export.type().equals("image")
                    && names(export).stream().anyMatch(name -> allowsImage(frontends, name));
            exports.add(named ? export.with("store", "false") : export);
        }
        return build.withExports(exports);
    }

    private final class AllowedFrontends implements Frontends.Check {
        @Override
        public void builtIn(String name) throws AbortException {
            requireFrontend(frontends.contains(name), name);
        }

        @Override
        public void image(String name) throws AbortException {
            requireFrontend(isImage(name, image -> allowsImage(frontends, image)), name);
        }

        private void requireFrontend(boolean allowed, String name) throws AbortException {
            require(allowed, "the frontend '" + name + "'", frontends);
        }
    }

    /**
     * Returns the hosts that the controller may connect to for a job.
     *
     * @param registries the registries that the job can use
     */
    AllowedHosts controllerHosts(Collection<Registry> registries) {
        if (controllerHosts.contains(EVERYTHING)) {
            return AllowedHosts.ANY;
        }
        Set<String> hosts = new HashSet<>(controllerHosts);
        hosts.remove(NOTHING);
        hosts.add(DOCKER_HUB);
        registries.forEach(registry -> {
            hosts.add(registry.getHost());
            registry.getMirrors().forEach(mirror -> hosts.add(mirror.replaceFirst("/.*", "")));
        });
        return AllowedHosts.of(
                hosts,
                "configure it as a registry, or let an administrator add it to controllerHosts of the policy"
                        + " under Manage Jenkins, System, Treenq Build");
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
            throw new AbortException(
                    "the administrator's policy does not allow " + what + "; it allows " + String.join(", ", instead));
        }
    }

    /** @throws IllegalArgumentException if the text is not an entitlement */
    public static void checkEntitlement(String text) {
        if (!Entries.ENTITLEMENTS.valid().test(text)) {
            throw new IllegalArgumentException(Messages.Policy_notAnEntitlement(text));
        }
    }

    /** Form and validation of the policy. */
    @Extension
    public static class DescriptorImpl extends Descriptor<Policy> {
        @Override
        public String getDisplayName() {
            return Messages.Policy_displayName();
        }

        /** Returns the text that a text area shows for a list. */
        @Restricted(DoNotUse.class)
        public String lines(@CheckForNull List<String> values) {
            return values == null ? EVERYTHING : WordList.text(values);
        }

        @POST
        public FormValidation doCheckPushTo(@QueryParameter String value) {
            return check(Entries.PLACES, value);
        }

        @POST
        public FormValidation doCheckEntitlements(@QueryParameter String value) {
            return check(Entries.ENTITLEMENTS, value);
        }

        @POST
        public FormValidation doCheckFrontends(@QueryParameter String value) {
            return check(Entries.FRONTENDS, value);
        }

        @POST
        public FormValidation doCheckControllerHosts(@QueryParameter String value) {
            return check(Entries.HOSTS, value);
        }

        private static FormValidation check(Entries entries, String text) {
            if (ConfigurationPermissions.isDenied(null)) {
                return FormValidation.ok();
            }
            try {
                entries.of(List.of(Util.fixNull(text)));
                return FormValidation.ok();
            } catch (IllegalArgumentException e) {
                return FormValidation.error(e.getMessage());
            }
        }
    }

    /** The syntax of the entries of a list. */
    private record Entries(UnaryOperator<String> form, Predicate<String> valid, Function<Object, String> message) {
        private static final Pattern ENTITLEMENT = Pattern.compile("network\\.host|security\\.insecure|device(?:=.+)?");

        private static final Pattern BUILT_IN_FRONTEND = Pattern.compile("[a-z]+\\.v[0-9]+");

        static final Entries PLACES =
                new Entries(Entries::place, Registry.DescriptorImpl::isPlace, Messages::Policy_notAPlace);

        static final Entries ENTITLEMENTS = new Entries(
                UnaryOperator.identity(), ENTITLEMENT.asMatchPredicate(), Messages::Policy_notAnEntitlement);

        static final Entries FRONTENDS =
                new Entries(Entries::place, Entries::isFrontend, Messages::Policy_notAFrontend);

        static final Entries HOSTS =
                new Entries(Entries::place, Registry.DescriptorImpl::isHost, Messages::Policy_notAHost);

        /**
         * Tells whether the text is a frontend. The built-in frontend that runs images is not accepted, because the
         * names of these images are configured instead.
         */
        private static boolean isFrontend(String text) {
            return BUILT_IN_FRONTEND.matcher(text).matches()
                    ? !text.startsWith("gateway.")
                    : Registry.DescriptorImpl.isPlace(text);
        }

        /** Normalizes text that was copied from a browser. */
        private static String place(String text) {
            return text.replaceFirst("^https?://", "")
                    .replaceFirst("/+$", "")
                    .replaceFirst("^(?:index|registry-1)\\.docker\\.io(?=/|$)", DOCKER_HUB);
        }

        /**
         * Returns the entries of a list in their normal form.
         *
         * @param texts the texts; each can contain several entries
         * @throws IllegalArgumentException if an entry is invalid; the message says which entries are valid
         */
        List<String> of(@CheckForNull List<String> texts) {
            List<String> words =
                    WordList.of(texts).stream().map(form).distinct().toList();
            for (String word : words) {
                if (!word.equals(EVERYTHING) && !word.equals(NOTHING) && !valid.test(word)) {
                    throw new IllegalArgumentException(message.apply(Endpoint.withoutLogin(word)));
                }
            }
            if (words.size() > 1 && words.contains(NOTHING)) {
                throw new IllegalArgumentException(Messages.Policy_noneIsAlone());
            }
            return new ArrayList<>(words.isEmpty() ? List.of(NOTHING) : words);
        }
    }
}
