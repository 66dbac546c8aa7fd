// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit;

import java.io.Serializable;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * An exporter of a build, which writes the build's result.
 *
 * @param type exporter, such as {@code image} or {@code local}
 * @param attributes attributes of the exporter, such as {@code name} and {@code push}
 */
public record Export(String type, Map<String, String> attributes) implements Serializable {
    private static final String NAME = "name";

    public Export {
        attributes = Map.copyOf(attributes);
    }

    /** Returns the names that the exporter gives to the image; empty if there are none. */
    public List<String> names() {
        return list(NAME);
    }

    /** Returns the items of an attribute that is a comma-separated list; empty if the attribute is missing. */
    public List<String> list(String key) {
        return Stream.of(attributes.getOrDefault(key, "").split(","))
                .filter(item -> !item.isEmpty())
                .toList();
    }

    /** Returns a copy of this exporter with other names of the image. */
    public Export withNames(List<String> names) {
        return with(NAME, String.join(",", names));
    }

    /** Returns a copy of this exporter in which the attribute has the value. */
    public Export with(String key, String value) {
        Map<String, String> more = new HashMap<>(attributes);
        more.put(key, value);
        return new Export(type, more);
    }
}
