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

/** The metadata of an image in a registry. Jenkinsfiles read this class. */
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

    /** @param name the name that the registry was queried for */
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

    /** Returns the digest of the manifest or index, such as {@code sha256:…}. */
    @Whitelisted
    public String getDigest() {
        return digest;
    }

    /** Returns the name of the repository with the digest, {@code name@digest}. */
    @Whitelisted
    public String getReference() {
        return reference;
    }

    /** Returns the media type of the manifest or index. */
    @Whitelisted
    public String getMediaType() {
        return mediaType;
    }

    /** Returns the size of all layers and configurations in bytes. A layer that several platforms share counts once. */
    @Whitelisted
    public long getSize() {
        return size;
    }

    /**
     * Returns the creation time of the newest of the image's platforms, such as {@code 2026-01-31T12:00:00Z}; null if
     * it is unknown.
     */
    @CheckForNull
    @Whitelisted
    public String getCreated() {
        return created;
    }

    /** Returns the labels that the images of all platforms have in common. */
    @Whitelisted
    public Map<String, String> getLabels() {
        return Collections.unmodifiableMap(labels);
    }

    /** Returns the annotations of the manifest or index. */
    @Whitelisted
    public Map<String, String> getAnnotations() {
        return Collections.unmodifiableMap(annotations);
    }

    /**
     * Returns the images for the individual platforms. The list is empty if the name points to something other than an
     * image.
     */
    @Whitelisted
    public List<Variant> getPlatforms() {
        return Collections.unmodifiableList(platforms);
    }

    /** Tells whether the image has a provenance attestation. */
    @Whitelisted
    public boolean isProvenance() {
        return provenance;
    }

    /** Tells whether the image has an SBOM attestation. */
    @Whitelisted
    public boolean isSbom() {
        return sbom;
    }

    @Override
    public String toString() {
        return reference;
    }

    /** The image for one platform. */
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

        /** Returns the platform, such as {@code linux/arm64}; null if it is unknown. */
        @CheckForNull
        @Whitelisted
        public String getName() {
            return name;
        }

        /** Returns the digest of the manifest. */
        @Whitelisted
        public String getDigest() {
            return digest;
        }

        /** Returns the size of the layers and the configuration in bytes. */
        @Whitelisted
        public long getSize() {
            return size;
        }

        /** Returns the labels of the configuration. */
        @Whitelisted
        public Map<String, String> getLabels() {
            return Collections.unmodifiableMap(labels);
        }

        /** Returns the annotations of the manifest. */
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
