// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit;

import java.io.Serializable;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * What becomes of a build's result.
 *
 * @param type exporter: {@code image}
 * @param attributes the exporter's own keys, such as {@code name} and {@code push}
 */
public record Export(String type, Map<String, String> attributes) implements Serializable {
    private static final String NAME = "name";

    public Export {
        attributes = Map.copyOf(attributes);
    }

    /** The names that an image gets. */
    public List<String> names() {
        return list(NAME);
    }

    /** The items of an attribute that is a list; none if there is no such attribute. */
    public List<String> list(String key) {
        return Stream.of(attributes.getOrDefault(key, "").split(","))
                .filter(item -> !item.isEmpty())
                .toList();
    }

    /** The same under these names. */
    public Export withNames(List<String> names) {
        return with(NAME, String.join(",", names));
    }

    /** The same with one more attribute. */
    public Export with(String key, String value) {
        Map<String, String> more = new HashMap<>(attributes);
        more.put(key, value);
        return new Export(type, more);
    }
}
