// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.progress;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.jenkins.plugins.treenq.buildkit.BuildEvent;
import io.jenkins.plugins.treenq.buildkit.SourceLocation;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class RawJsonPrinterTest {
    private static final Instant TIME = Instant.parse("2026-01-02T03:04:05.120Z");

    private static String json(BuildEvent event) {
        List<String> lines = new ArrayList<>();
        new RawJsonPrinter(lines::add).onEvent(event);
        assertEquals(1, lines.size());
        return lines.get(0);
    }

    @Test
    void verticesAreWrittenLikeByBuildctl() {
        assertEquals(
                """
                {"vertexes":[{"digest":"sha256:1","inputs":["sha256:2"],"name":"RUN a \\u003c b",\
                "started":"2026-01-02T03:04:05.12Z","completed":"2026-01-02T03:04:06Z","cached":true,"error":"e",\
                "progressGroup":{"id":"i","name":"n","weak":true}}]}""".replace("\\u003c", "<"),
                json(new BuildEvent.VertexChanged(
                        "sha256:1",
                        List.of("sha256:2"),
                        "RUN a < b",
                        true,
                        TIME,
                        TIME.plusMillis(880),
                        "e",
                        new BuildEvent.Group("i", "n", true))));
        assertEquals(
                "{\"vertexes\":[{\"digest\":\"sha256:1\",\"name\":\"n\"}]}",
                json(new BuildEvent.VertexChanged("sha256:1", List.of(), "n", false, null, null, "", null)));
    }

    @Test
    void progressHasItsCurrentValueEvenIfItIsZero() {
        assertEquals("""
                {"statuses":[{"id":"x","vertex":"v","current":0,"timestamp":"2026-01-02T03:04:05.12Z"}]}""", json(new BuildEvent.Progress("v", "x", 0, 0, TIME, null, null)));
        assertEquals("""
                {"statuses":[{"id":"x","vertex":"v","total":9,"current":8,"timestamp":"2026-01-02T03:04:05.12Z",\
                "started":"2026-01-02T03:04:05.12Z","completed":"2026-01-02T03:04:05.12Z"}]}""", json(new BuildEvent.Progress("v", "x", 8, 9, TIME, TIME, TIME)));
    }

    @Test
    void outputIsBase64() {
        assertEquals("""
                {"logs":[{"vertex":"v","stream":2,"data":"w6QK","timestamp":"2026-01-02T03:04:05.12Z"}]}""", json(new BuildEvent.Output("v", TIME, 2, "ä\n")));
    }

    @Test
    void warningsHaveTheirSource() {
        assertEquals(
                """
                {"warnings":[{"vertex":"v","level":1,"short":"cw==","detail":["ZA=="],"url":"u",\
                "sourceInfo":{"filename":"Dockerfile","data":"YQpi"},\
                "range":[{"start":{"line":1},"end":{"line":2}}]}]}""",
                json(new BuildEvent.Warning(
                        "v",
                        1,
                        "s",
                        List.of("d"),
                        "u",
                        new SourceLocation("Dockerfile", List.of("a", "b"), List.of(new SourceLocation.Lines(1, 2))))));
    }
}
