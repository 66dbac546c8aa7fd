// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.progress;

import io.jenkins.plugins.treenq.buildkit.BuildEvent;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;

/** The steps of a build by their vertices. The members of a group are one step. */
final class Steps {
    private final Map<String, Step> byVertex = new LinkedHashMap<>();
    private final Map<String, Step> byGroup = new HashMap<>();

    /** Returns the step of an event, and updates its name. */
    Step of(BuildEvent event) {
        BuildEvent.VertexChanged vertex = event instanceof BuildEvent.VertexChanged changed ? changed : null;
        BuildEvent.Group group = vertex == null ? null : vertex.group();
        Step step = byVertex.computeIfAbsent(
                event.vertex(),
                digest -> group == null
                        ? Step.of(LineAssembler.lineOf(digest))
                        : byGroup.computeIfAbsent(group.id(), id -> Step.group(LineAssembler.lineOf(group.name()))));
        if (vertex != null && group == null && !vertex.name().isEmpty()) {
            step.name = LineAssembler.lineOf(vertex.name());
        }
        return step;
    }

    /** Returns the step of a vertex; null if no event of the vertex was received. */
    Step of(String vertex) {
        return byVertex.get(vertex);
    }

    Collection<Step> all() {
        return new LinkedHashSet<>(byVertex.values());
    }
}
