// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit;

import java.io.Serializable;
import java.util.List;
import java.util.Map;

/**
 * One of a daemon's workers.
 *
 * @param labels what it says of itself, such as its snapshotter
 * @param platforms that it can build for
 */
public record Worker(String id, Map<String, String> labels, List<Platform> platforms) implements Serializable {
    private static final String LABEL_PREFIX = "org.mobyproject.buildkit.worker.";

    public Worker {
        labels = Map.copyOf(labels);
        platforms = List.copyOf(platforms);
    }

    /** One of BuildKit's own labels, without their common prefix; empty when there is none. */
    public String label(String name) {
        return labels.getOrDefault(LABEL_PREFIX + name, "");
    }
}
