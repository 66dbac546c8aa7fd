// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.client;

import io.jenkins.plugins.treenq.buildkit.BuildEvent;
import io.jenkins.plugins.treenq.buildkit.BuildListener;
import java.util.HashMap;
import java.util.Map;

/**
 * Merges the progress of the targets of a bake. The name of its target is put in front of each build step's name, as
 * buildx does ({@code util/progress/multiwriter.go}): {@code [web internal] load build definition},
 * {@code [web 2/3] RUN make}.
 *
 * <p>Targets share build steps: those of a target that another one uses, and those that are equal. The daemon reports
 * such a step to each of its builds. The step keeps the name of the target that reported it first, and its output is
 * passed on once.
 */
public final class TargetProgress {
    private final BuildListener common;
    private final Map<String, String> owners = new HashMap<>();
    private final Map<String, String> writers = new HashMap<>();

    /** @param common receives the events of all targets, one at a time */
    public TargetProgress(BuildListener common) {
        this.common = common;
    }

    /** Returns the listener for the events of one target. */
    public BuildListener of(String target) {
        return event -> take(target, event);
    }

    private synchronized void take(String target, BuildEvent event) {
        if (event instanceof BuildEvent.VertexChanged step) {
            String owner = owners.computeIfAbsent(step.vertex(), vertex -> target);
            common.onEvent(step.withName(name(owner, step.name())));
        } else if (!(event instanceof BuildEvent.Output output)
                || writers.computeIfAbsent(output.vertex() + ' ' + output.stream(), stream -> target)
                        .equals(target)) {
            common.onEvent(event);
        }
    }

    private static String name(String target, String step) {
        return step.startsWith("[") ? "[" + target + " " + step.substring(1) : "[" + target + "] " + step;
    }
}
