// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit;

import java.io.Serializable;
import java.util.Objects;

/**
 * The digests of an image that a build exported.
 *
 * @param digest digest of the image's manifest or index
 * @param config digest of the image's configuration; null for an index of several images
 */
public record ImageDigests(Digest digest, Digest config) implements Serializable {
    public ImageDigests {
        Objects.requireNonNull(digest);
    }
}
