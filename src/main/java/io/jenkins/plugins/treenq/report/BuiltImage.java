// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.report;

import edu.umd.cs.findbugs.annotations.CheckForNull;
import io.jenkins.plugins.treenq.buildkit.BuildResult;
import io.jenkins.plugins.treenq.buildkit.ImageDigests;
import io.jenkins.plugins.treenq.buildkit.ImageName;
import io.jenkins.plugins.treenq.buildkit.Platform;
import io.jenkins.plugins.treenq.buildkit.client.DockerfileBuild;
import io.jenkins.plugins.treenq.buildkit.client.MetadataFile;
import io.jenkins.plugins.treenq.buildkit.images.ImageDescription;
import java.io.Serializable;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jenkinsci.plugins.scriptsecurity.sandbox.whitelists.Whitelisted;
import org.kohsuke.stapler.export.Exported;
import org.kohsuke.stapler.export.ExportedBean;

/**
 * An image that a run built, found instead of building it, or promoted. Jenkinsfiles, the build's page and the REST API
 * read this class.
 */
@ExportedBean(defaultVisibility = 2)
public final class BuiltImage implements Serializable {
    private static final long serialVersionUID = 1;

    private final int number;
    private final String digest;
    private final String imageId;
    private final long sizeBytes;
    private final String reference;
    private final ArrayList<String> tags;
    private final ArrayList<String> platforms;
    private final String builder;
    private final String promotedFrom;
    private final boolean tagged;
    private final double duration;
    private final Map<String, Object> metadata;
    private String credentialsId;

    /** Null for other images than those that a Pipeline promoted, and in the records of earlier versions. */
    private String promotionId;

    /** Null in the records of earlier versions. */
    private String artifact;

    private long timestamp;

    private BuiltImage(
            int number,
            long sizeBytes,
            List<String> names,
            boolean tagged,
            List<String> platforms,
            @CheckForNull String builder,
            @CheckForNull String promotedFrom,
            @CheckForNull ImageDigests image,
            Map<String, Object> metadata,
            Duration duration) {
        this.number = number;
        this.sizeBytes = sizeBytes;
        this.digest = image == null ? null : image.digest().value();
        this.imageId =
                image == null || image.config() == null ? null : image.config().value();
        this.reference = image == null || names.isEmpty()
                ? null
                : ImageName.parse(names.get(0)).at(image.digest());
        this.tags = new ArrayList<>(names);
        this.platforms = new ArrayList<>(platforms);
        this.builder = builder;
        this.promotedFrom = promotedFrom;
        this.tagged = tagged;
        this.duration = duration.toMillis() / 1000.0;
        this.metadata = new LinkedHashMap<>(metadata);
    }

    /**
     * Returns the image that a build created.
     *
     * @param number number of the image build in the run
     * @param sizeBytes compressed size of the image; 0 if it is unknown
     * @param builder name of the builder
     */
    public static BuiltImage built(
            int number, BuildResult result, long sizeBytes, DockerfileBuild build, String builder) {
        List<String> platforms =
                build.platforms().isEmpty() ? new MetadataFile(result.metadata()).platforms() : build.platforms();
        return new BuiltImage(
                number,
                sizeBytes,
                build.names(),
                !build.pushedTags().isEmpty(),
                platforms,
                builder,
                null,
                result.image(),
                result.metadata(),
                result.duration());
    }

    /**
     * Returns the image that a run promoted.
     *
     * @param from name of the image that was promoted
     * @param image description of that image
     * @param to the names that the image was given
     */
    public static BuiltImage promoted(ImageName from, ImageDescription image, List<ImageName> to, Duration duration) {
        return found(
                0,
                image,
                to.stream().map(ImageName::toString).toList(),
                from.toString(),
                Map.of("treenq.promoted.from", from.toString()),
                duration);
    }

    /**
     * Returns the existing image that all tags of a build point to, because of which the build was skipped.
     *
     * @param number number of the image build in the run
     * @param duration time that finding the image took
     */
    public static BuiltImage present(int number, ImageDescription image, DockerfileBuild build, Duration duration) {
        return found(number, image, build.names(), null, Map.of("treenq.skipped", "true"), duration);
    }

    private static BuiltImage found(
            int number,
            ImageDescription image,
            List<String> names,
            @CheckForNull String promotedFrom,
            Map<String, String> how,
            Duration duration) {
        ImageDigests exported = new ImageDigests(image.digest(), null);
        Map<String, Object> metadata =
                new LinkedHashMap<>(MetadataFile.of(exported, names).values());
        metadata.putAll(how);
        List<String> platforms = image.variants().stream()
                .map(ImageDescription.Variant::platform)
                .filter(Objects::nonNull)
                .map(Platform::toString)
                .toList();
        return new BuiltImage(
                number, image.sizeBytes(), names, true, platforms, null, promotedFrom, exported, metadata, duration);
    }

    /**
     * Sets the values that only the controller knows: the credentials for the registries of the names, the path of the
     * archived metadata, and the current time.
     */
    void recorded(@CheckForNull String credentials, String path) {
        credentialsId = credentials;
        artifact = path;
        timestamp = System.currentTimeMillis();
    }

    /** Sets the ID by which the promotion is found after a restart of Jenkins. */
    void promotedBy(@CheckForNull String id) {
        promotionId = id;
    }

    boolean isPromotedBy(String id) {
        return id.equals(promotionId);
    }

    /** Returns the number of the image build in the run, which counts from 1; 0 for a promoted image. */
    @Exported
    @Whitelisted
    public int getNumber() {
        return number;
    }

    /** Returns the digest of the manifest or index, such as {@code sha256:…}; null if the build created no image. */
    @CheckForNull
    @Exported
    @Whitelisted
    public String getDigest() {
        return digest;
    }

    /** Returns the digest of the image's configuration; null if there are several platforms or no image. */
    @CheckForNull
    @Exported
    @Whitelisted
    public String getImageId() {
        return imageId;
    }

    /**
     * Returns the size in bytes of the image's layers and configurations as they are stored in a registry; 0 if it is
     * unknown.
     */
    @Exported
    @Whitelisted
    public long getSizeBytes() {
        return sizeBytes;
    }

    /**
     * Returns the image's name with its digest, {@code name@digest}, where the name is that of the first tag; null if
     * the image has no name.
     */
    @CheckForNull
    @Exported
    @Whitelisted
    public String getReference() {
        return reference;
    }

    /**
     * Returns the complete names of the image, such as {@code docker.io/library/web:latest} for {@code web}. The names
     * have no tag if the image was pushed by digest.
     */
    @Exported
    @Whitelisted
    public List<String> getTags() {
        return Collections.unmodifiableList(tags);
    }

    /** Returns the address of the repository's web page; null if it is unknown. */
    @CheckForNull
    public String getRegistryPage() {
        return tags.isEmpty()
                ? null
                : RegistryPage.of(ImageName.parse(tags.get(0))).orElse(null);
    }

    /**
     * Returns the platforms of the image, such as {@code linux/amd64}. The list is empty if the daemon did not report
     * the platforms.
     */
    @Exported
    @Whitelisted
    public List<String> getPlatforms() {
        return Collections.unmodifiableList(platforms);
    }

    /** Returns the name of the builder; null for an image that was promoted or already existed. */
    @CheckForNull
    @Exported
    @Whitelisted
    public String getBuilder() {
        return builder;
    }

    /** Tells whether the image already existed, so that the build was skipped. */
    @Exported
    @Whitelisted
    public boolean isSkipped() {
        return builder == null && promotedFrom == null;
    }

    /** Returns the name of the image that was promoted; null for an image that was not promoted. */
    @CheckForNull
    @Exported
    @Whitelisted
    public String getPromotedFrom() {
        return promotedFrom;
    }

    /** Tells whether the image is in registries under tags. */
    public boolean isTagged() {
        return tagged;
    }

    /**
     * Returns the ID of the credentials that the job gave for the registries of the names; null for the credentials
     * that are configured.
     */
    @CheckForNull
    public String getCredentialsId() {
        return credentialsId;
    }

    /** Returns the path of the metadata among the run's artifacts; empty if it is unknown. */
    public String getArtifact() {
        return artifact == null ? "" : artifact;
    }

    /** Returns the time at which the run recorded the image, in milliseconds since 1970. */
    @Exported
    public long getTimestamp() {
        return timestamp;
    }

    /** Returns the duration of the build or the promotion, in seconds. */
    @Exported
    @Whitelisted
    public double getDuration() {
        return duration;
    }

    /** Returns the metadata that the daemon's exporter returned, in the format of buildx' metadata file. */
    @Whitelisted
    public Map<String, Object> getMetadata() {
        return Collections.unmodifiableMap(metadata);
    }

    @Override
    public String toString() {
        return reference != null ? reference : String.valueOf(digest);
    }
}
