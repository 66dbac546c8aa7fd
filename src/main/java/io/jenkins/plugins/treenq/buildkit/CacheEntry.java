// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit;

import java.io.Serializable;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * A place that build cache is taken from or left at.
 *
 * @param type backend: {@code registry}, {@code inline} …
 * @param attributes the backend's own keys, such as {@code ref} and {@code mode}; those of a remote store may be secret
 */
public record CacheEntry(String type, Map<String, String> attributes) implements Serializable {
    /** Keys to the stores of {@code cache/remotecache/}. */
    private static final Set<String> SECRET = Set.of("secret_access_key", "session_token", "token", "ghtoken");

    public CacheEntry {
        attributes = Map.copyOf(attributes);
    }

    /** What must not be shown of the attributes. */
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
