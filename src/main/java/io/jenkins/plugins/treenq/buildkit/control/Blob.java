// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.control;

import io.jenkins.plugins.treenq.buildkit.Digest;
import java.io.Serializable;
import java.util.Map;
import java.util.Objects;

/**
 * The descriptor of a blob in the daemon, such as an image, an attestation or a log.
 *
 * @param digest digest of the content
 * @param mediaType media type of the content
 * @param sizeBytes size of the content
 * @param annotations annotations by key
 */
public record Blob(Digest digest, String mediaType, long sizeBytes, Map<String, String> annotations)
        implements Serializable {
    public Blob {
        Objects.requireNonNull(digest);
        annotations = Map.copyOf(annotations);
    }
}
