// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.timeline;

import edu.umd.cs.findbugs.annotations.CheckForNull;
import io.jenkins.plugins.treenq.buildkit.ImageContent;
import java.util.List;

/**
 * The image of a build, as the build's page shows it.
 *
 * @param names all complete names of the image
 * @param reference name with the digest, such as {@code name@sha256:…}; empty if the image was not pushed and
 *     therefore cannot be pulled
 * @param sizeBytes compressed size of the image; 0 if it is unknown
 * @param artifact path of the metadata among the run's artifacts; empty if there is none
 * @param content the image's layers and attestations; null if they are unknown
 */
public record ImageRecord(
        List<String> names,
        String reference,
        List<String> platforms,
        long sizeBytes,
        String artifact,
        @CheckForNull ImageContent content) {
    public ImageRecord {
        names = List.copyOf(names);
        platforms = List.copyOf(platforms);
    }
}
