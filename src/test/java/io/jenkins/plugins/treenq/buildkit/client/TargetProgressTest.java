// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.client;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.jenkins.plugins.treenq.buildkit.BuildEvent;
import io.jenkins.plugins.treenq.buildkit.BuildListener;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The progress of several targets is combined into one. */
class TargetProgressTest {
    private static BuildEvent.VertexChanged step(String vertex, String name) {
        return new BuildEvent.VertexChanged(vertex, List.of(), name, false, Instant.EPOCH, null, "", null);
    }

    @Test
    void stepsHaveTheNameOfTheirTargetAndSharedOutputIsPassedOnOnce() {
        List<BuildEvent> seen = new ArrayList<>();
        TargetProgress progress = new TargetProgress(seen::add);
        BuildListener web = progress.of("web");
        BuildListener base = progress.of("base");
        BuildEvent.Output output = new BuildEvent.Output("shared", Instant.EPOCH, 1, "text");
        BuildEvent.Output other = new BuildEvent.Output("own", Instant.EPOCH, 1, "other");
        base.onEvent(step("shared", "[2/3] RUN make"));
        base.onEvent(output);
        web.onEvent(step("shared", "[2/3] RUN make"));
        web.onEvent(output);
        web.onEvent(step("own", "exporting to image"));
        web.onEvent(other);
        assertEquals(
                List.of(
                        step("shared", "[base 2/3] RUN make"),
                        output,
                        step("shared", "[base 2/3] RUN make"),
                        step("own", "[web] exporting to image"),
                        other),
                seen);
    }
}
