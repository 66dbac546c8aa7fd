// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.control;

import io.jenkins.plugins.treenq.buildkit.Platform;
import java.io.Serializable;
import java.util.List;
import java.util.Map;

/**
 * One of a daemon's workers.
 *
 * @param labels what it says of itself, such as its snapshotter
 * @param platforms that it can build for
 * @param gcRules what its own collector of garbage removes, in this order
 * @param version of the daemon that it belongs to
 * @param devices that steps may use
 */
public record Worker(
        String id,
        Map<String, String> labels,
        List<Platform> platforms,
        List<CachePolicy> gcRules,
        DaemonInfo version,
        List<Device> devices)
        implements Serializable {
    private static final String LABEL_PREFIX = "org.mobyproject.buildkit.worker.";

    public Worker {
        labels = Map.copyOf(labels);
        platforms = List.copyOf(platforms);
        gcRules = List.copyOf(gcRules);
        devices = List.copyOf(devices);
    }

    /**
     * A device of the container device interface.
     *
     * @param autoAllow steps may use it without an entitlement
     * @param onDemand set up when it is first asked for
     */
    public record Device(String name, boolean autoAllow, boolean onDemand, Map<String, String> annotations)
            implements Serializable {
        public Device {
            annotations = Map.copyOf(annotations);
        }
    }

    /** One of BuildKit's own labels, without their common prefix; empty when there is none. */
    public String label(String name) {
        return labels.getOrDefault(LABEL_PREFIX + name, "");
    }
}
