// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.ctl;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The entries of a Docker configuration by registry. Early versions of Docker stored registries with scheme and path,
 * so an entry is also found by the host in its key. An exact key takes precedence
 * ({@code cli/config/credentials/file_store.go}).
 */
final class RegistryEntries<T> {
    private static final String DOCKER_HUB = "docker.io";
    private static final String DOCKER_HUB_KEY = "https://index.docker.io/v1/";

    private final Map<String, T> entries = new LinkedHashMap<>();

    /** Returns Docker's key for a registry. */
    static String key(String host) {
        return host.equals(DOCKER_HUB) ? DOCKER_HUB_KEY : host;
    }

    void put(String key, T entry) {
        entries.put(key, entry);
    }

    Optional<T> find(String host) {
        T exact = entries.get(key(host));
        return exact != null
                ? Optional.of(exact)
                : entries.entrySet().stream()
                        .filter(entry -> hostIn(entry.getKey()).equals(host))
                        .map(Map.Entry::getValue)
                        .findFirst();
    }

    Set<String> keys() {
        return entries.keySet();
    }

    private static String hostIn(String key) {
        return key.replaceFirst("^[a-z]+://", "").replaceFirst("/.*", "");
    }
}
