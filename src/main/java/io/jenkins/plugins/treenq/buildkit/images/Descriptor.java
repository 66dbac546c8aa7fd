// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.images;

import io.jenkins.plugins.treenq.buildkit.Digest;
import io.jenkins.plugins.treenq.buildkit.Platform;
import java.util.Map;
import java.util.Optional;

/**
 * What a manifest says of something else.
 *
 * @param mediaType what it is
 * @param digest its address
 * @param sizeBytes its length, at most {@link #MAX_BYTES}
 * @param artifactType further says what it is; may be empty
 * @param platform that it is for; empty when none is said, or one that is none
 * @param annotations further words
 */
record Descriptor(
        String mediaType,
        Digest digest,
        long sizeBytes,
        String artifactType,
        Optional<Platform> platform,
        Map<String, String> annotations) {
    /** Far more than any registry takes. */
    static final long MAX_BYTES = 1L << 44;

    /** Where BuildKit says what an attestation in an index is about ({@code exporter/attestation/make.go}). */
    private static final String REFERENCE_TYPE = "vnd.docker.reference.type";

    private static final String REFERENCE_DIGEST = "vnd.docker.reference.digest";

    static Descriptor read(Json json) {
        long size = json.number("size");
        if (size < 0 || size > MAX_BYTES) {
            throw new IllegalArgumentException("it says that something in it has " + size + " bytes");
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

    /** Whether registries need not have it: layers of Windows that only Microsoft may hand out. */
    boolean isForeign() {
        return mediaType.contains(".foreign.") || mediaType.contains(".nondistributable.");
    }

    /** Whether it is what BuildKit attests of another manifest in the same index. */
    boolean isAttestation() {
        return annotations.getOrDefault(REFERENCE_TYPE, "").equals("attestation-manifest");
    }

    /** The manifest that the attestation is about. */
    Digest attested() {
        return new Digest(annotations.getOrDefault(REFERENCE_DIGEST, ""));
    }
}
