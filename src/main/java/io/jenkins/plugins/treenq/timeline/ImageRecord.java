// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.timeline;

import edu.umd.cs.findbugs.annotations.CheckForNull;
import io.jenkins.plugins.treenq.buildkit.ImageContent;
import java.util.List;

/**
 * The image that a build made, as its page shows it.
 *
 * @param names all of them, completed
 * @param reference by content, such as {@code name@sha256:…}; empty unless it was pushed, so that it can be pulled
 * @param sizeBytes 0 when that is not known
 * @param artifact path of the metadata among the run's artifacts; empty when there is none
 * @param content null when that is not known
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
