// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.bake;

import java.util.ArrayList;
import java.util.List;

/** A name for several targets. */
public final class BakeGroup {
    final String name;
    String description = "";
    /** Null if the file gives null. */
    List<String> targets = new ArrayList<>();

    BakeGroup(String name) {
        this.name = name;
    }

    public String name() {
        return name;
    }

    public String description() {
        return description;
    }

    public List<String> targets() {
        return targets == null ? List.of() : List.copyOf(targets);
    }
}
