// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.images;

import io.jenkins.plugins.treenq.buildkit.Digest;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Computes the size of an image: the sum of its layers and configurations, each counted once, without its attestations.
 */
public final class ImageSize {
    /** The maximum number of manifests, which exceeds the number of platforms of any image. */
    private static final int MAX_MANIFESTS = 64;

    private final Manifests manifests;
    private final Map<Digest, Long> blobs = new HashMap<>();
    private final Set<Digest> seen = new HashSet<>();

    /** A source of manifests. */
    @FunctionalInterface
    public interface Manifests {
        /**
         * Returns the bytes of a manifest, which the source has checked against the digest, or empty if the manifest
         * does not exist.
         */
        Optional<byte[]> find(Digest digest) throws InterruptedException;
    }

    private ImageSize(Manifests manifests) {
        this.manifests = manifests;
    }

    /** Returns the size in bytes, or empty if a manifest is missing or invalid. */
    public static OptionalLong of(Digest image, Manifests manifests) throws InterruptedException {
        ImageSize size = new ImageSize(manifests);
        return size.add(image)
                ? OptionalLong.of(
                        size.blobs.values().stream().mapToLong(Long::longValue).sum())
                : OptionalLong.empty();
    }

    private boolean add(Digest digest) throws InterruptedException {
        if (!seen.add(digest)) {
            return true;
        }
        Optional<byte[]> bytes = seen.size() > MAX_MANIFESTS ? Optional.empty() : manifests.find(digest);
        if (bytes.isEmpty()) {
            return false;
        }
        Manifest manifest;
        try {
            manifest = new Manifest(digest, "", bytes.get());
        } catch (IllegalArgumentException e) {
            return false;
        }
        Stream.concat(manifest.config().stream(), manifest.layers().stream())
                .forEach(blob -> blobs.put(blob.digest(), blob.sizeBytes()));
        for (Descriptor child : manifest.manifests()) {
            if (!child.isAttestation() && !add(child.digest())) {
                return false;
            }
        }
        return true;
    }
}
