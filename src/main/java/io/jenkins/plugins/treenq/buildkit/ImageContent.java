// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit;

import java.io.Serializable;
import java.util.List;
import java.util.Objects;

/**
 * The content of an image that was just built, as it is stored in the daemon.
 *
 * @param variants one image for each platform
 */
public record ImageContent(List<Variant> variants) implements Serializable {
    /** The maximum number of platforms of an image. */
    public static final int MOST_VARIANTS = 64;

    /** The maximum number of layers of all platforms of an image together. */
    public static final int MOST_LAYERS = 2000;

    /** The maximum number of attestations of all platforms of an image together. */
    public static final int MOST_ATTESTATIONS = 200;

    /** The maximum number of materials of all attestations of an image together. */
    public static final int MOST_MATERIALS = 1000;

    /** The maximum length of a text, including the sign that the text was truncated. */
    public static final int LONGEST_TEXT = 1001;

    public ImageContent {
        variants = List.copyOf(variants);
    }

    /**
     * The image of one platform.
     *
     * @param platform platform such as {@code linux/amd64}; empty if it is unknown
     * @param digest digest of the image's manifest
     */
    public record Variant(String platform, Digest digest, List<Layer> layers, List<Attested> attestations)
            implements Serializable {
        public Variant {
            Objects.requireNonNull(digest);
            layers = List.copyOf(layers);
            attestations = List.copyOf(attestations);
        }
    }

    /**
     * A layer of an image.
     *
     * @param sizeBytes size of the layer in the registry, which is usually its compressed size
     * @param createdBy instruction that created the layer; empty if the image's configuration does not name it
     */
    public record Layer(Digest digest, long sizeBytes, String createdBy) implements Serializable {}

    /**
     * An attestation that is pushed with the image.
     *
     * @param predicateType type of the attestation, such as {@code https://slsa.dev/provenance/v1}
     * @param builder builder that the provenance names; empty unless the attestation is a provenance that could be read
     * @param source address and revision of the sources; empty if the provenance does not name them
     * @param materials materials that the image was built from, such as base images
     */
    public record Attested(
            String predicateType, long sizeBytes, String builder, String source, List<Material> materials)
            implements Serializable {
        public Attested {
            materials = List.copyOf(materials);
        }
    }

    /** A material that an image was built from, such as {@code pkg:docker/busybox@latest}, with its digest. */
    public record Material(String uri, String digest) implements Serializable {}

    /** Returns the platforms of the image, without platforms that are unknown. */
    public List<String> platforms() {
        return variants.stream()
                .map(Variant::platform)
                .filter(platform -> !platform.isEmpty())
                .toList();
    }
}
