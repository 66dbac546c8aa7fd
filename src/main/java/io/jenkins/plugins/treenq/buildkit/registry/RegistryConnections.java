// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.registry;

import java.io.Serializable;
import java.util.Collections;
import java.util.HashMap;
import java.util.Map;

/**
 * How registries are reached.
 *
 * @param known connections of single registries, by the host in image names
 * @param others the connection of each other registry, for example through a proxy
 */
public record RegistryConnections(Map<String, RegistryConnection> known, RegistryConnection others)
        implements Serializable {
    public RegistryConnections {
        known = Collections.unmodifiableMap(new HashMap<>(known));
    }

    /** Returns the connection of a registry, which is given by its host in image names. */
    public RegistryConnection of(String registry) {
        return known.getOrDefault(registry, others);
    }
}
