// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.registry;

import java.io.Serializable;
import java.util.Collections;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

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

    /**
     * Returns a copy that has the same proxies without their logins. A proxy that requires a login then refuses the
     * requests.
     */
    public RegistryConnections withoutProxyLogins() {
        Map<String, RegistryConnection> connections = new HashMap<>(known);
        connections.replaceAll((registry, connection) -> connection.withoutProxyLogins());
        return new RegistryConnections(connections, others.withoutProxyLogins());
    }

    /** Returns the secrets in the logins of the proxies, which are to be masked in logs. */
    public Set<String> proxySecrets() {
        return Stream.concat(known.values().stream(), Stream.of(others))
                .map(connection -> connection.proxies().secrets())
                .flatMap(Set::stream)
                .collect(Collectors.toSet());
    }

    /** Returns the connection of a registry, which is given by its host in image names. */
    public RegistryConnection of(String registry) {
        return known.getOrDefault(registry, others);
    }
}
