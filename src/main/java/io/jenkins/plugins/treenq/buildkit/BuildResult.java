// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit;

import java.io.Serializable;
import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * How a build ended that succeeded.
 *
 * @param ref the build's name in the daemon
 * @param image null when no image was exported
 * @param metadata what the exporters answered, as buildx' metadata file has it; of plain Java types only
 * @param duration from the first call to the daemon's answer
 */
public record BuildResult(String ref, ExportedImage image, Map<String, Object> metadata, Duration duration)
        implements Serializable {
    public BuildResult {
        metadata = Collections.unmodifiableMap(new LinkedHashMap<>(metadata));
    }

    /** Of the manifest or index; empty when no image was exported. */
    public Optional<Digest> digest() {
        return Optional.ofNullable(image).map(ExportedImage::digest);
    }

    /** Of the image's configuration; empty for an index of several images. */
    public Optional<Digest> imageId() {
        return Optional.ofNullable(image).map(ExportedImage::config);
    }
}
