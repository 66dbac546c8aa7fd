// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit;

import java.io.Serializable;
import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * The result of a successful build.
 *
 * @param ref ID of the build in the daemon
 * @param image the exported image; null if no image was exported
 * @param metadata response of the exporters in the form of buildx' metadata file; contains only maps, lists, strings,
 *     numbers, booleans and null
 * @param duration time from the first call until the response of the daemon
 */
public record BuildResult(String ref, ImageDigests image, Map<String, Object> metadata, Duration duration)
        implements Serializable {
    public BuildResult {
        metadata = Collections.unmodifiableMap(new LinkedHashMap<>(metadata));
    }

    /** Returns the digest of the image's manifest or index; empty if no image was exported. */
    public Optional<Digest> digest() {
        return Optional.ofNullable(image).map(ImageDigests::digest);
    }

    /**
     * Returns the digest of the image's configuration; empty if no image was exported, or for an index of several
     * images.
     */
    public Optional<Digest> imageId() {
        return Optional.ofNullable(image).map(ImageDigests::config);
    }
}
