// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.run;

import edu.umd.cs.findbugs.annotations.CheckForNull;
import hudson.AbortException;
import hudson.model.Run;
import hudson.model.TaskListener;
import io.jenkins.plugins.treenq.buildkit.BuildkitException;
import io.jenkins.plugins.treenq.buildkit.Digest;
import io.jenkins.plugins.treenq.buildkit.ImageName;
import io.jenkins.plugins.treenq.buildkit.client.DockerfileBuild;
import io.jenkins.plugins.treenq.buildkit.images.ImageDescription;
import io.jenkins.plugins.treenq.buildkit.images.ImageRegistry;
import io.jenkins.plugins.treenq.buildkit.registry.AllowedHosts;
import io.jenkins.plugins.treenq.buildkit.registry.HostNotAllowedException;
import io.jenkins.plugins.treenq.config.JobConfiguration;
import io.jenkins.plugins.treenq.config.TreenqConfiguration;
import io.jenkins.plugins.treenq.report.BuiltImage;
import io.jenkins.plugins.treenq.report.ImageArchive;
import io.jenkins.plugins.treenq.report.InspectedImage;
import io.jenkins.plugins.treenq.timeline.LiveTimeline;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.logging.Level;
import java.util.logging.Logger;

/** Images in registries, for a run; the controller itself talks to the registries, without builder and agent. */
public final class RegistryImages {
    private static final Logger LOGGER = Logger.getLogger(RegistryImages.class.getName());

    private final Run<?, ?> run;
    private final TaskListener listener;

    public RegistryImages(Run<?, ?> run, TaskListener listener) {
        this.run = run;
        this.listener = listener;
    }

    /**
     * What a registry has under a name.
     *
     * @param credentialsId that the job gave for the registry; null for those that are configured
     * @return null when it is not there
     * @throws AbortException when that cannot be known; the message says why
     */
    @CheckForNull
    public InspectedImage inspect(String image, @CheckForNull String credentialsId)
            throws AbortException, InterruptedException {
        ImageName name = name(image);
        RegistryAccess registries = access(List.of(image), credentialsId);
        try (ImageRegistry registry = registries.open(run)) {
            InspectedImage found = registry.inspect(name)
                    .map(description -> new InspectedImage(name, description))
                    .orElse(null);
            listener.getLogger().println(found == null ? "There is no image " + name : "Found " + found);
            return found;
        } catch (BuildkitException e) {
            throw failure("inspecting " + name + " failed: ", e, registries);
        }
    }

    /**
     * The image that all tags of a build stand for already, which is then recorded on the run. Empty also when that
     * cannot be known, so that it is built.
     *
     * @param timeline of the build
     */
    Optional<BuiltImage> present(ImageOrder order, LiveTimeline timeline) throws IOException, InterruptedException {
        List<ImageName> tags = order.tagsToSkip();
        RegistryAccess registries = access(order.build().pushedTags(), order.credentialsId());
        try (ImageRegistry registry = registries.open(run)) {
            Optional<BuiltImage> present = registry.common(tags)
                    .map(image -> BuiltImage.present(timeline.number(), image, order.build(), timeline.stop()));
            if (present.isPresent()) {
                ImageArchive.record(present.get(), order.credentialsId(), run, listener);
                listener.getLogger().println("Nothing is built: " + present.get() + " already exists");
            }
            return present;
        } catch (BuildkitException e) {
            listener.getLogger()
                    .println("WARNING: the image is built, for it is not known whether it is there: "
                            + Redaction.of(registries.secrets()).apply(e.getMessage()));
            return Optional.empty();
        }
    }

    /**
     * Gives an image further names, and records that on the run.
     *
     * @param to names with tags, in its own registry or in others
     * @param credentialsId that the job gave for the registries of these names; null for those that are configured
     * @param fromCredentialsId the same for the image's own registry, if it is another one
     * @throws AbortException when it failed; the message says why, and what was tagged before that
     */
    public BuiltImage promote(
            String from, List<String> to, @CheckForNull String credentialsId, @CheckForNull String fromCredentialsId)
            throws IOException, InterruptedException {
        ImageName source = name(from);
        List<ImageName> targets = new ArrayList<>();
        for (String target : to) {
            ImageName name = name(target);
            TreenqConfiguration.get().policy().checkPush(name);
            targets.add(name);
        }
        Map<String, String> named = new HashMap<>(RegistryAccess.named(List.of(from), fromCredentialsId));
        named.putAll(RegistryAccess.named(to, credentialsId));
        RegistryAccess registries = RegistryAccess.only(named, run, listener);
        Instant start = Instant.now();
        try (ImageRegistry registry = registries.open(run)) {
            ImageDescription image = source(registry, source);
            ImageName exact = ImageName.parse(source.at(image.digest()));
            listener.getLogger().println("Promoting " + exact + " to " + String.join(", ", to));
            registry.promote(exact, targets);
            BuiltImage promoted = BuiltImage.promoted(source, image, targets, Duration.between(start, Instant.now()));
            ImageArchive.record(promoted, credentialsId, run, listener);
            return promoted;
        } catch (BuildkitException e) {
            throw failure("", e, registries);
        }
    }

    /**
     * Begins to put an image of a repository under a tag there, as the run could, and records nothing.
     *
     * @param tag a name with a tag
     * @return completes when it is done, exceptionally with an {@link AbortException} when that failed
     * @throws AbortException when it may not be done; the registry was not asked
     */
    public CompletableFuture<Void> tag(ImageName tag, Digest image, @CheckForNull String credentialsId)
            throws AbortException {
        TreenqConfiguration.get().policy().checkPush(tag);
        RegistryAccess registries = access(List.of(tag.name()), credentialsId);
        return Async.call(Async.REGISTRIES, () -> {
            try (ImageRegistry registry = registries.open(run)) {
                registry.promote(ImageName.parse(tag.at(image)), List.of(tag));
                return null;
            } catch (BuildkitException e) {
                throw failure("", e, registries);
            }
        });
    }

    private static ImageDescription source(ImageRegistry registry, ImageName image)
            throws BuildkitException, InterruptedException {
        try {
            return registry.inspect(image)
                    .orElseThrow(() -> new BuildkitException.RegistryRefusedException(
                            "there is no image " + image + " in its registry", null));
        } catch (BuildkitException.RegistryRefusedException e) {
            throw new BuildkitException.RegistryRefusedException(
                    "promoting " + image + " failed, nothing was tagged: " + e.getMessage(), e);
        }
    }

    /**
     * To be asked before something is built that {@link #assemble} is needed for.
     *
     * @throws AbortException when the controller may not connect to a registry of these images; the message says so
     */
    void requireAllowed(List<String> images) throws AbortException {
        AllowedHosts allowed = JobConfiguration.of(run.getParent()).controllerHosts();
        for (String image : images) {
            String host = name(image).host();
            try {
                allowed.checkRegistry(host);
            } catch (HostNotAllowedException e) {
                throw new AbortException(
                        "the controller has to make one image of several builders' parts, and registry " + host + " "
                                + e.getMessage());
            }
        }
    }

    /**
     * Makes one image of parts that were pushed by digest.
     *
     * @param whole what they are parts of; its tags are the image's
     * @throws AbortException when that failed; the message says why, and what was tagged
     */
    Digest assemble(DockerfileBuild whole, List<Digest> parts, @CheckForNull String credentialsId)
            throws AbortException, InterruptedException {
        RegistryAccess registries = access(whole.tags(), credentialsId);
        ImageName repository = whole.repository();
        try (ImageRegistry registry = registries.open(run)) {
            Digest index = registry.index(
                    parts.stream()
                            .map(part -> ImageName.parse(repository.at(part)))
                            .toList(),
                    whole.indexAnnotations());
            return registry.promote(
                    ImageName.parse(repository.at(index)),
                    whole.tags().stream().map(ImageName::parse).toList());
        } catch (BuildkitException e) {
            throw failure("making one image of the parts of " + whole.subject() + " failed: ", e, registries);
        }
    }

    private RegistryAccess access(List<String> images, @CheckForNull String credentialsId) throws AbortException {
        return RegistryAccess.only(RegistryAccess.named(images, credentialsId), run, listener);
    }

    private static ImageName name(String image) throws AbortException {
        try {
            return ImageName.parse(image);
        } catch (IllegalArgumentException e) {
            throw new AbortException(e.getMessage());
        }
    }

    private static AbortException failure(String before, BuildkitException cause, RegistryAccess registries) {
        LOGGER.log(Level.FINE, cause, () -> before + "see below");
        return new AbortException(Redaction.of(registries.secrets()).apply(before + cause.getMessage()));
    }
}
