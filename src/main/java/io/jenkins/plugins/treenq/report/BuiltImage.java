// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.report;

import edu.umd.cs.findbugs.annotations.CheckForNull;
import io.jenkins.plugins.treenq.buildkit.BuildResult;
import io.jenkins.plugins.treenq.buildkit.ExportedImage;
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
 * An image that a run built, found in place of building it, or promoted, as Jenkinsfiles, the build's page and REST
 * have it.
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

    /** Null in what earlier versions kept. */
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
            @CheckForNull ExportedImage image,
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
     * @param number of the image build within the run
     * @param sizeBytes of the image; 0 when that is not known
     * @param builder its name
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
     * @param from what was promoted
     * @param image that this was
     * @param to its further names
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
     * What was under all tags of the build, so that nothing was built.
     *
     * @param number of the image build within the run
     * @param duration of looking for it
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
        ExportedImage exported = new ExportedImage(image.digest(), null);
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

    /** What only the controller knows: its clock, and how it got to the registries of the names. */
    void recorded(@CheckForNull String credentials, String path) {
        credentialsId = credentials;
        artifact = path;
        timestamp = System.currentTimeMillis();
    }

    /** Of the image build within the run, counted from 1; 0 for what was promoted. */
    @Exported
    @Whitelisted
    public int getNumber() {
        return number;
    }

    /** Content address of the manifest or index, such as {@code sha256:…}; null when the build was only checked. */
    @CheckForNull
    @Exported
    @Whitelisted
    public String getDigest() {
        return digest;
    }

    /** Content address of the image's configuration; null when there are several platforms or no image. */
    @CheckForNull
    @Exported
    @Whitelisted
    public String getImageId() {
        return imageId;
    }

    /** Of the image's layers and configurations as registries have them; 0 when that is not known. */
    @Exported
    @Whitelisted
    public long getSizeBytes() {
        return sizeBytes;
    }

    /** The first tag's repository by content, {@code name@digest}; null without tags. */
    @CheckForNull
    @Exported
    @Whitelisted
    public String getReference() {
        return reference;
    }

    /**
     * The names that were given, completed: {@code docker.io/library/web:latest} for {@code web}; without a tag for
     * what was pushed by digest.
     */
    @Exported
    @Whitelisted
    public List<String> getTags() {
        return Collections.unmodifiableList(tags);
    }

    /** Where people find the repository in a browser; null when that is not known. */
    @CheckForNull
    public String getRegistryPage() {
        return tags.isEmpty()
                ? null
                : RegistryPage.of(ImageName.parse(tags.get(0))).orElse(null);
    }

    /** What the image runs on, such as {@code linux/amd64}; empty when the daemon did not say. */
    @Exported
    @Whitelisted
    public List<String> getPlatforms() {
        return Collections.unmodifiableList(platforms);
    }

    /** Name of the builder; null for what was promoted, or there already. */
    @CheckForNull
    @Exported
    @Whitelisted
    public String getBuilder() {
        return builder;
    }

    /** Whether it was there already, so that nothing was built. */
    @Exported
    @Whitelisted
    public boolean isSkipped() {
        return builder == null && promotedFrom == null;
    }

    /** The name of what was promoted; null for what was not. */
    @CheckForNull
    @Exported
    @Whitelisted
    public String getPromotedFrom() {
        return promotedFrom;
    }

    /** Whether registries have it under its names, and these have tags. */
    public boolean isTagged() {
        return tagged;
    }

    /** Of the job, for the registries of the names; null for those that are configured. */
    @CheckForNull
    public String getCredentialsId() {
        return credentialsId;
    }

    /** Path of the metadata among the run's artifacts; empty when that is not known. */
    public String getArtifact() {
        return artifact == null ? "" : artifact;
    }

    /** When the run recorded it, in milliseconds since 1970. */
    @Exported
    public long getTimestamp() {
        return timestamp;
    }

    /** Seconds that building or promoting it took. */
    @Exported
    @Whitelisted
    public double getDuration() {
        return duration;
    }

    /** What the daemon's exporter answered, as buildx' metadata file has it. */
    @Whitelisted
    public Map<String, Object> getMetadata() {
        return Collections.unmodifiableMap(metadata);
    }

    @Override
    public String toString() {
        return reference != null ? reference : String.valueOf(digest);
    }
}
