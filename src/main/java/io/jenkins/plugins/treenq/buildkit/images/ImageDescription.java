// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.images;

import io.jenkins.plugins.treenq.buildkit.Digest;
import io.jenkins.plugins.treenq.buildkit.Platform;
import java.io.Serializable;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What a registry has under a name.
 *
 * @param digest of the index or manifest that the name stands for
 * @param mediaType of the same
 * @param sizeBytes of all layers and configurations, each counted once
 * @param annotations of the index or manifest
 * @param variants one for each platform; one for an image of one platform; none for what is no image
 * @param attachments what is said about the image and its variants
 */
public record ImageDescription(
        Digest digest,
        String mediaType,
        long sizeBytes,
        Map<String, String> annotations,
        List<Variant> variants,
        List<Attachment> attachments)
        implements Serializable {
    public ImageDescription {
        Objects.requireNonNull(digest);
        Objects.requireNonNull(mediaType);
        annotations = Map.copyOf(annotations);
        variants = List.copyOf(variants);
        attachments = List.copyOf(attachments);
    }

    /**
     * An image for one platform.
     *
     * @param platform null when none is said
     * @param digest of its manifest
     * @param sizeBytes of its layers and its configuration
     * @param created null when it is not said
     * @param labels of its configuration
     * @param annotations of its manifest
     */
    public record Variant(
            Platform platform,
            Digest digest,
            long sizeBytes,
            Instant created,
            Map<String, String> labels,
            Map<String, String> annotations)
            implements Serializable {
        public Variant {
            Objects.requireNonNull(digest);
            labels = Map.copyOf(labels);
            annotations = Map.copyOf(annotations);
        }
    }

    /**
     * Something that is said about an image: an attestation in its index, or what refers to it from outside.
     *
     * @param subject the manifest that it is about
     * @param digest of its own manifest
     * @param artifactType what it is, such as {@code application/vnd.dev.sigstore.bundle.v0.3+json}; may be empty
     * @param predicateTypes what it states, such as {@code https://slsa.dev/provenance/v1}
     */
    public record Attachment(Digest subject, Digest digest, String artifactType, Set<String> predicateTypes)
            implements Serializable {
        public Attachment {
            Objects.requireNonNull(subject);
            Objects.requireNonNull(digest);
            predicateTypes = Set.copyOf(predicateTypes);
        }

        private boolean states(String... words) {
            String all = (artifactType + " " + String.join(" ", predicateTypes)).toLowerCase(Locale.ROOT);
            return List.of(words).stream().anyMatch(all::contains);
        }

        /** Whether it says how the image came about. */
        public boolean isProvenance() {
            return states("slsa.dev/provenance", "in-toto.provenance");
        }

        /** Whether it says what the image is made of. */
        public boolean isSbom() {
            return states("spdx", "cyclonedx", "vnd.syft");
        }
    }

    /** When the newest variant was made; null when none says so. */
    public Instant created() {
        return variants.stream()
                .map(Variant::created)
                .filter(Objects::nonNull)
                .max(Comparator.naturalOrder())
                .orElse(null);
    }

    /** The labels that all variants have. */
    public Map<String, String> labels() {
        return variants.stream()
                .limit(1)
                .flatMap(first -> first.labels().entrySet().stream())
                .filter(label -> variants.stream().allMatch(variant -> label.getValue()
                        .equals(variant.labels().get(label.getKey()))))
                .collect(Collectors.toUnmodifiableMap(Map.Entry::getKey, Map.Entry::getValue));
    }

    public boolean hasProvenance() {
        return attachments.stream().anyMatch(Attachment::isProvenance);
    }

    public boolean hasSbom() {
        return attachments.stream().anyMatch(Attachment::isSbom);
    }
}
