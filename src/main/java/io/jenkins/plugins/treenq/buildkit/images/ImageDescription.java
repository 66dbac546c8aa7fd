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
 * The metadata of an image in a registry.
 *
 * @param digest the digest of the index or manifest that the image's name points to
 * @param mediaType the media type of that index or manifest
 * @param sizeBytes the size of all layers and configurations in bytes, each counted once
 * @param annotations the annotations of the index or manifest
 * @param variants one variant for each platform; one for an image of a single platform; none if the artifact is no
 *     image
 * @param attachments the attestations and signatures of the image and its variants
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
     * @param platform the platform; null if the image names none
     * @param digest the digest of the manifest
     * @param sizeBytes the size of the layers and the configuration in bytes
     * @param created the time when the image was created; null if the configuration has none
     * @param labels the labels of the configuration
     * @param annotations the annotations of the manifest
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
     * An artifact that is attached to an image: an attestation in the image's index, or a referrer such as a signature.
     *
     * @param subject the digest of the manifest that the artifact is attached to
     * @param digest the digest of the artifact's own manifest
     * @param artifactType the type of the artifact, such as {@code application/vnd.dev.sigstore.bundle.v0.3+json}; may
     *     be empty
     * @param predicateTypes the types of its statements, such as {@code https://slsa.dev/provenance/v1}
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

        /** Whether the artifact is provenance. */
        public boolean isProvenance() {
            return states("slsa.dev/provenance", "in-toto.provenance");
        }

        /** Whether the artifact is an SBOM. */
        public boolean isSbom() {
            return states("spdx", "cyclonedx", "vnd.syft");
        }
    }

    /** Returns the time when the newest variant was created, or null if no variant has a time. */
    public Instant created() {
        return variants.stream()
                .map(Variant::created)
                .filter(Objects::nonNull)
                .max(Comparator.naturalOrder())
                .orElse(null);
    }

    /** Returns the labels that all variants have with the same value. */
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
