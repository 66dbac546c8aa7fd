// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit;

import java.io.Serializable;
import java.util.List;
import java.util.Objects;
import java.util.function.UnaryOperator;

/**
 * What an image that was just built consists of, as the daemon has it.
 *
 * @param variants one for each platform
 */
public record ImageContent(List<Variant> variants) implements Serializable {
    public ImageContent {
        variants = List.copyOf(variants);
    }

    /**
     * An image for one platform.
     *
     * @param platform such as {@code linux/amd64}; empty when none is said
     * @param digest of its manifest
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
     * A layer.
     *
     * @param sizeBytes as registries have it
     * @param createdBy the instruction that made it; empty when the configuration does not say it
     */
    public record Layer(Digest digest, long sizeBytes, String createdBy) implements Serializable {}

    /**
     * A statement about the image that is pushed with it.
     *
     * @param predicateType what it states, such as {@code https://slsa.dev/provenance/v1}
     * @param builder who says so; empty unless it is a provenance that could be read
     * @param source address and revision of the sources; empty when they are not said
     * @param materials what went into the image, such as base images
     */
    public record Attested(
            String predicateType, long sizeBytes, String builder, String source, List<Material> materials)
            implements Serializable {
        public Attested {
            materials = List.copyOf(materials);
        }
    }

    /** Something that went into an image, such as {@code pkg:docker/busybox@latest}, with its digest. */
    public record Material(String uri, String digest) implements Serializable {}

    /** What the image runs on, as far as it says so. */
    public List<String> platforms() {
        return variants.stream()
                .map(Variant::platform)
                .filter(platform -> !platform.isEmpty())
                .toList();
    }

    /**
     * The same with all texts changed, such as masked.
     *
     * @param text does it to one
     */
    public ImageContent withTexts(UnaryOperator<String> text) {
        return new ImageContent(variants.stream()
                .map(variant -> new Variant(
                        variant.platform(),
                        variant.digest(),
                        variant.layers().stream()
                                .map(layer ->
                                        new Layer(layer.digest(), layer.sizeBytes(), text.apply(layer.createdBy())))
                                .toList(),
                        variant.attestations().stream()
                                .map(attested -> new Attested(
                                        attested.predicateType(),
                                        attested.sizeBytes(),
                                        text.apply(attested.builder()),
                                        text.apply(attested.source()),
                                        attested.materials().stream()
                                                .map(material ->
                                                        new Material(text.apply(material.uri()), material.digest()))
                                                .toList()))
                                .toList()))
                .toList());
    }
}
