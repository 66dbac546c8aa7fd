// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.control;

import io.jenkins.plugins.treenq.buildkit.Platform;
import java.io.Serializable;
import java.util.List;
import java.util.Map;

/**
 * A worker of a daemon.
 *
 * @param labels labels, such as the snapshotter
 * @param platforms platforms that the worker supports
 * @param gcRules rules of the worker's garbage collection, in the order in which they are applied
 * @param version version of the worker's daemon
 * @param devices devices that build steps may use
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
     * A device of the Container Device Interface (CDI).
     *
     * @param autoAllow whether build steps may use the device without an entitlement
     * @param onDemand whether the device is set up when it is first requested
     */
    public record Device(String name, boolean autoAllow, boolean onDemand, Map<String, String> annotations)
            implements Serializable {
        public Device {
            annotations = Map.copyOf(annotations);
        }
    }

    /**
     * Returns the value of a label of BuildKit; empty if there is no such label.
     *
     * @param name name of the label without BuildKit's prefix
     */
    public String label(String name) {
        return labels.getOrDefault(LABEL_PREFIX + name, "");
    }
}
