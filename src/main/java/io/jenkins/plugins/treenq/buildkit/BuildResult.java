// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit;

import java.io.Serializable;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/**
 * How a build ended that succeeded.
 *
 * @param ref the build's name in the daemon
 * @param exporterResponse what the exporters answered, as buildx' metadata file has it
 * @param duration from the first call to the daemon's answer
 */
public record BuildResult(String ref, Map<String, String> exporterResponse, Duration duration)
        implements Serializable {
    public BuildResult {
        exporterResponse = Map.copyOf(exporterResponse);
    }

    /** Of the manifest or index; empty when no image was exported. */
    public Optional<Digest> digest() {
        return Optional.ofNullable(exporterResponse.get("containerimage.digest")).map(Digest::new);
    }

    /** Of the image's configuration; empty for an index of several images. */
    public Optional<Digest> imageId() {
        return Optional.ofNullable(exporterResponse.get("containerimage.config.digest"))
                .map(Digest::new);
    }
}
