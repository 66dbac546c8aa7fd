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

/**
 * Accesses images in registries for a run. The controller itself connects to the registries, without a builder and an
 * agent.
 */
public final class RegistryImages {
    private static final Logger LOGGER = Logger.getLogger(RegistryImages.class.getName());

    private final Run<?, ?> run;
    private final TaskListener listener;

    public RegistryImages(Run<?, ?> run, TaskListener listener) {
        this.run = run;
        this.listener = listener;
    }

    /**
     * Reads the metadata of an image.
     *
     * @param credentialsId credentials that the job gave for the registry; null for the configured ones
     * @return the metadata; null if the image does not exist
     * @throws AbortException if the registry cannot be read; the message says why
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
     * Returns the image that all tags of a build already point to, and records the image on the run. Empty if there is
     * no such image, or if the registry cannot be read, so that the image is built.
     *
     * @param timeline timeline of the build
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
                    .println("WARNING: the image is built, because the registry could not be queried: "
                            + Redaction.of(registries.secrets()).apply(e.getMessage()));
            return Optional.empty();
        }
    }

    /**
     * Adds tags to an image and records the image on the run, unless this was done before a restart of Jenkins.
     *
     * @param id ID of the promotion in the run; null if the promotion is not repeated after a restart
     * @param to complete names with tags, in the image's registry or in others
     * @param credentialsId credentials that the job gave for the registries of the new tags; null for the
     *     configured ones
     * @param fromCredentialsId credentials that the job gave for the image's own registry, if that is a different
     *     one; null for the configured ones
     * @throws AbortException if the image cannot be promoted; the message says why, and which tags were set before
     *     the failure
     */
    public BuiltImage promote(
            @CheckForNull String id,
            String from,
            List<String> to,
            @CheckForNull String credentialsId,
            @CheckForNull String fromCredentialsId)
            throws IOException, InterruptedException {
        Optional<BuiltImage> earlier = id == null ? Optional.empty() : ImageArchive.promoted(id, run);
        if (earlier.isPresent()) {
            listener.getLogger().println(earlier.get() + " was promoted before Jenkins was restarted");
            return earlier.get();
        }
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
            ImageArchive.recordPromotion(promoted, id, credentialsId, run, listener);
            return promoted;
        } catch (BuildkitException e) {
            throw failure("", e, registries);
        }
    }

    /**
     * Makes a tag point to an image in the same repository, with the credentials that the run could use. Nothing is
     * recorded on the run.
     *
     * @param tag complete name with a tag
     * @return completes when the tag is set, or with an {@link AbortException} if the registry refuses the tag
     * @throws AbortException if the policy does not allow the push; the registry was not accessed
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

    /**
     * Deletes a tag with the credentials that the run could use.
     *
     * @param tag complete name with a tag
     * @return completes with whether the tag existed, or with an {@link AbortException} if it cannot be deleted
     */
    public CompletableFuture<Boolean> deleteTag(String tag, @CheckForNull String credentialsId) {
        return Async.call(Async.REGISTRIES, () -> {
            ImageName name = name(tag);
            TreenqConfiguration.get().policy().checkPush(name);
            RegistryAccess registries = access(List.of(tag), credentialsId);
            try (ImageRegistry registry = registries.open(run)) {
                return registry.deleteTag(name);
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
     * Checks whether {@link #assemble} is allowed. This method is called before the parts are built.
     *
     * @throws AbortException if the controller may not connect to a registry of these images; the message says which
     */
    void requireAllowed(List<String> images) throws AbortException {
        AllowedHosts allowed = JobConfiguration.of(run.getParent()).controllerHosts();
        for (String image : images) {
            String host = name(image).host();
            try {
                allowed.checkRegistry(host);
            } catch (HostNotAllowedException e) {
                throw new AbortException(
                        "the controller has to combine the parts of several builders into one image, and registry "
                                + host + " " + e.getMessage());
            }
        }
    }

    /**
     * Makes one image of parts that were pushed by digest.
     *
     * @param whole the build of the whole image, whose tags the image gets
     * @return the digest of the image's index
     * @throws AbortException if the image cannot be assembled; the message says why, and which tags were set
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
            throw failure("combining the parts of " + whole.subject() + " failed: ", e, registries);
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
