// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.images;

import io.jenkins.plugins.treenq.buildkit.Digest;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
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

    /** The maximum number of different layers and configurations. */
    private static final int MAX_BLOBS = 10_000;

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

    /** Returns the size in bytes, or empty if a manifest is missing or invalid, or if there are too many of them. */
    public static OptionalLong of(Digest image, Manifests manifests) throws InterruptedException {
        ImageSize size = new ImageSize(manifests);
        return size.add(image)
                ? OptionalLong.of(
                        size.blobs.values().stream().mapToLong(Long::longValue).sum())
                : OptionalLong.empty();
    }

    /**
     * Adds an image and, one after the other, the manifests that it lists. Each manifest is released before the next
     * one is read, because a daemon that is not trusted chooses their sizes.
     */
    private boolean add(Digest image) throws InterruptedException {
        Deque<Digest> next = new ArrayDeque<>(List.of(image));
        seen.add(image);
        while (!next.isEmpty()) {
            Digest digest = next.remove();
            Optional<byte[]> bytes = manifests.find(digest);
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
            manifest.manifests().stream()
                    .filter(child -> !child.isAttestation() && seen.add(child.digest()))
                    .forEach(child -> next.add(child.digest()));
            if (seen.size() > MAX_MANIFESTS || blobs.size() > MAX_BLOBS) {
                return false;
            }
        }
        return true;
    }
}
