// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.metadata;

import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The type of a rule, which determines the source of the tag. */
enum TagType {
    SCHEDULE(1000, "pattern"),
    SEMVER(900, "pattern", "value", "match"),
    PEP440(900, "pattern", "value", "match"),
    MATCH(800, "pattern", "group", "value"),
    EDGE(700, "branch"),
    REF(600, "event"),
    RAW(200, "value"),
    SHA(100, "format");

    private final int priority;
    private final Set<String> attributes;

    TagType(int priority, String... attributes) {
        this.priority = priority;
        this.attributes = Stream.concat(Stream.of("priority", "enable", "prefix", "suffix"), Stream.of(attributes))
                .collect(Collectors.toUnmodifiableSet());
    }

    /** Returns the type with this name; null if there is none. */
    static TagType of(String name) {
        return Stream.of(values())
                .filter(type -> type.toString().equals(name))
                .findFirst()
                .orElse(null);
    }

    int defaultPriority() {
        return priority;
    }

    /** Returns the names of all attributes that a rule of this type can have. */
    Set<String> attributes() {
        return attributes;
    }

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
