// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.images;

import io.jenkins.plugins.treenq.buildkit.Digest;
import io.jenkins.plugins.treenq.buildkit.Platform;
import java.util.Map;
import java.util.Optional;

/**
 * A descriptor, by which a manifest refers to a blob or to another manifest.
 *
 * @param mediaType the media type of the content
 * @param digest the digest of the content
 * @param sizeBytes the size of the content in bytes, at most {@link #MAX_BYTES}
 * @param artifactType the type of an artifact that is not an image; may be empty
 * @param platform the platform of the image; empty if there is none or if it is invalid
 * @param annotations the annotations of the descriptor
 */
record Descriptor(
        String mediaType,
        Digest digest,
        long sizeBytes,
        String artifactType,
        Optional<Platform> platform,
        Map<String, String> annotations) {
    /** The largest accepted size, which is far beyond the limit of any registry. */
    static final long MAX_BYTES = 1L << 44;

    /**
     * The annotations by which BuildKit names the subject of an attestation in an index
     * ({@code exporter/attestation/make.go}).
     */
    private static final String REFERENCE_TYPE = "vnd.docker.reference.type";

    private static final String REFERENCE_DIGEST = "vnd.docker.reference.digest";

    static Descriptor read(Json json) {
        long size = json.number("size");
        if (size < 0 || size > MAX_BYTES) {
            throw new IllegalArgumentException("it has a descriptor with the invalid size " + size);
        }
        return new Descriptor(
                json.text("mediaType"),
                new Digest(json.text("digest")),
                size,
                json.text("artifactType"),
                json.object("platform").flatMap(Descriptor::platform),
                Map.copyOf(json.texts("annotations")));
    }

    static Optional<Platform> platform(Json json) {
        String variant = json.text("variant");
        try {
            return Optional.of(Platform.parse(
                    json.text("os") + "/" + json.text("architecture") + (variant.isEmpty() ? "" : "/" + variant)));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    /**
     * Whether registries may lack the content. Such layers belong to Windows images, and only Microsoft may distribute
     * them.
     */
    boolean isForeign() {
        return mediaType.contains(".foreign.") || mediaType.contains(".nondistributable.");
    }

    /** Whether the descriptor refers to an attestation by BuildKit of another manifest in the same index. */
    boolean isAttestation() {
        return annotations.getOrDefault(REFERENCE_TYPE, "").equals("attestation-manifest");
    }

    /** Returns the digest of the manifest that is the subject of the attestation. */
    Digest attested() {
        return new Digest(annotations.getOrDefault(REFERENCE_DIGEST, ""));
    }
}
