// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit;

import java.io.Serializable;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * A cache importer or exporter of a build.
 *
 * @param type cache backend, such as {@code registry} or {@code inline}
 * @param attributes attributes of the backend, such as {@code ref} and {@code mode}; may include credentials of a
 *     remote cache
 */
public record CacheEntry(String type, Map<String, String> attributes) implements Serializable {
    /** Names of the attributes that are credentials in the cache backends of BuildKit ({@code cache/remotecache/}). */
    private static final Set<String> SECRET = Set.of("secret_access_key", "session_token", "token", "ghtoken");

    public CacheEntry {
        attributes = Map.copyOf(attributes);
    }

    /** Returns the values of the attributes that are credentials and must not be shown. */
    public Set<String> secrets() {
        return attributes.entrySet().stream()
                .filter(attribute -> SECRET.contains(attribute.getKey()))
                .map(Map.Entry::getValue)
                .collect(Collectors.toSet());
    }

    @Override
    public String toString() {
        return "CacheEntry[type=" + type + ", attributes=" + attributes.keySet() + "]";
    }
}
