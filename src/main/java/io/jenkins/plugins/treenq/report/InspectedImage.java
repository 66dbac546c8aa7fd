// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.report;

import edu.umd.cs.findbugs.annotations.CheckForNull;
import io.jenkins.plugins.treenq.buildkit.ImageName;
import io.jenkins.plugins.treenq.buildkit.images.ImageDescription;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jenkinsci.plugins.scriptsecurity.sandbox.whitelists.Whitelisted;

/** What a registry has under a name, as Jenkinsfiles have it. */
public final class InspectedImage implements Serializable {
    private static final long serialVersionUID = 1;

    private final String reference;
    private final String digest;
    private final String mediaType;
    private final long size;
    private final String created;
    private final TreeMap<String, String> labels;
    private final TreeMap<String, String> annotations;
    private final ArrayList<Variant> platforms;
    private final boolean provenance;
    private final boolean sbom;

    /** @param name that the registry was asked for */
    public InspectedImage(ImageName name, ImageDescription image) {
        reference = name.at(image.digest());
        digest = image.digest().value();
        mediaType = image.mediaType();
        size = image.sizeBytes();
        created = image.created() == null ? null : image.created().toString();
        labels = new TreeMap<>(image.labels());
        annotations = new TreeMap<>(image.annotations());
        platforms = new ArrayList<>(image.variants().stream().map(Variant::new).toList());
        provenance = image.hasProvenance();
        sbom = image.hasSbom();
    }

    /** Content address of the manifest or index, such as {@code sha256:…}. */
    @Whitelisted
    public String getDigest() {
        return digest;
    }

    /** The repository by content, {@code name@digest}. */
    @Whitelisted
    public String getReference() {
        return reference;
    }

    /** Of the manifest or index. */
    @Whitelisted
    public String getMediaType() {
        return mediaType;
    }

    /** Bytes of all layers and configurations, each counted once. */
    @Whitelisted
    public long getSize() {
        return size;
    }

    /** When the newest of its images was made, such as {@code 2026-01-31T12:00:00Z}; null when none says so. */
    @CheckForNull
    @Whitelisted
    public String getCreated() {
        return created;
    }

    /** The labels that the images of all platforms have. */
    @Whitelisted
    public Map<String, String> getLabels() {
        return Collections.unmodifiableMap(labels);
    }

    /** Of the manifest or index. */
    @Whitelisted
    public Map<String, String> getAnnotations() {
        return Collections.unmodifiableMap(annotations);
    }

    /** Its images, one for each platform; none for what is no image. */
    @Whitelisted
    public List<Variant> getPlatforms() {
        return Collections.unmodifiableList(platforms);
    }

    /** Whether it is attested how it came about. */
    @Whitelisted
    public boolean isProvenance() {
        return provenance;
    }

    /** Whether it is attested what it contains. */
    @Whitelisted
    public boolean isSbom() {
        return sbom;
    }

    @Override
    public String toString() {
        return reference;
    }

    /** An image for one platform. */
    public static final class Variant implements Serializable {
        private static final long serialVersionUID = 1;

        private final String name;
        private final String digest;
        private final long size;
        private final TreeMap<String, String> labels;
        private final TreeMap<String, String> annotations;

        Variant(ImageDescription.Variant variant) {
            name = variant.platform() == null ? null : variant.platform().toString();
            digest = variant.digest().value();
            size = variant.sizeBytes();
            labels = new TreeMap<>(variant.labels());
            annotations = new TreeMap<>(variant.annotations());
        }

        /** Such as {@code linux/arm64}; null when none is said. */
        @CheckForNull
        @Whitelisted
        public String getName() {
            return name;
        }

        /** Content address of its manifest. */
        @Whitelisted
        public String getDigest() {
            return digest;
        }

        /** Bytes of its layers and its configuration. */
        @Whitelisted
        public long getSize() {
            return size;
        }

        /** Of its configuration. */
        @Whitelisted
        public Map<String, String> getLabels() {
            return Collections.unmodifiableMap(labels);
        }

        /** Of its manifest. */
        @Whitelisted
        public Map<String, String> getAnnotations() {
            return Collections.unmodifiableMap(annotations);
        }

        @Override
        public String toString() {
            return name == null ? digest : name;
        }
    }
}
