// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit;

import java.io.Serializable;
import java.util.Map;

/**
 * A place that build cache is taken from or left at.
 *
 * @param type backend: {@code registry}, {@code inline} …
 * @param attributes the backend's own keys, such as {@code ref} and {@code mode}
 */
public record CacheEntry(String type, Map<String, String> attributes) implements Serializable {
    public CacheEntry {
        attributes = Map.copyOf(attributes);
    }
}
