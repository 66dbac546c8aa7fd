// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit;

import java.io.Serializable;
import java.util.HashMap;
import java.util.Map;

/**
 * What becomes of a build's result.
 *
 * @param type exporter: {@code image}
 * @param attributes the exporter's own keys, such as {@code name} and {@code push}
 */
public record Export(String type, Map<String, String> attributes) implements Serializable {
    public Export {
        attributes = Map.copyOf(attributes);
    }

    /** The same with one more attribute. */
    public Export with(String key, String value) {
        Map<String, String> more = new HashMap<>(attributes);
        more.put(key, value);
        return new Export(type, more);
    }
}
