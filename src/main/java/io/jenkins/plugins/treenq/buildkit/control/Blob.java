// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.control;

import io.jenkins.plugins.treenq.buildkit.Digest;
import java.io.Serializable;
import java.util.Map;
import java.util.Objects;

/**
 * Something that the daemon keeps by its content: an image, an attestation, a log.
 *
 * @param digest its address
 * @param mediaType what it is
 * @param sizeBytes its length
 * @param annotations further words about it, by key
 */
public record Blob(Digest digest, String mediaType, long sizeBytes, Map<String, String> annotations)
        implements Serializable {
    public Blob {
        Objects.requireNonNull(digest);
        annotations = Map.copyOf(annotations);
    }
}
