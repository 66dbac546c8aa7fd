// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.report;

import edu.umd.cs.findbugs.annotations.CheckForNull;
import io.jenkins.plugins.treenq.buildkit.BuildResult;
import io.jenkins.plugins.treenq.buildkit.Digest;
import io.jenkins.plugins.treenq.buildkit.ImageName;
import io.jenkins.plugins.treenq.buildkit.client.Metadata;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.jenkinsci.plugins.scriptsecurity.sandbox.whitelists.Whitelisted;
import org.kohsuke.stapler.export.Exported;
import org.kohsuke.stapler.export.ExportedBean;

/** A build that succeeded, as Jenkinsfiles, the build's page and REST have it. */
@ExportedBean(defaultVisibility = 2)
public final class BuiltImage implements Serializable {
    private static final long serialVersionUID = 1;

    private final String digest;
    private final String imageId;
    private final String reference;
    private final ArrayList<String> tags;
    private final ArrayList<String> platforms;
    private final String builder;
    private final double duration;
    private final Map<String, Object> metadata;

    private BuiltImage(
            BuildResult result, List<ImageName> tags, List<String> platforms, String builder, Metadata metadata) {
        this.digest = result.digest().map(Digest::value).orElse(null);
        this.imageId = result.imageId().map(Digest::value).orElse(null);
        this.reference =
                tags.isEmpty() ? null : result.digest().map(tags.get(0)::at).orElse(null);
        this.tags = new ArrayList<>(tags.stream().map(ImageName::toString).toList());
        this.platforms = new ArrayList<>(platforms);
        this.builder = builder;
        this.duration = result.duration().toMillis() / 1000.0;
        this.metadata = metadata.values();
    }

    /**
     * @param tags as the job named them, well formed
     * @param platforms that the job asked for; empty for the builder's own
     * @param builder its name
     */
    public static BuiltImage of(BuildResult result, List<String> tags, List<String> platforms, String builder) {
        Metadata metadata = Metadata.of(result.exporterResponse());
        return new BuiltImage(
                result,
                tags.stream().map(ImageName::parse).toList(),
                platforms.isEmpty() ? metadata.platforms() : platforms,
                builder,
                metadata);
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

    /** The first tag's repository by content, {@code name@digest}; null without tags. */
    @CheckForNull
    @Exported
    @Whitelisted
    public String getReference() {
        return reference;
    }

    /** The names that were given, completed: {@code docker.io/library/web:latest} for {@code web}. */
    @Exported
    @Whitelisted
    public List<String> getTags() {
        return Collections.unmodifiableList(tags);
    }

    /** What the image runs on, such as {@code linux/amd64}; empty when the daemon did not say. */
    @Exported
    @Whitelisted
    public List<String> getPlatforms() {
        return Collections.unmodifiableList(platforms);
    }

    /** Name of the builder. */
    @Exported
    @Whitelisted
    public String getBuilder() {
        return builder;
    }

    /** Seconds from the first call to the daemon to its answer. */
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
