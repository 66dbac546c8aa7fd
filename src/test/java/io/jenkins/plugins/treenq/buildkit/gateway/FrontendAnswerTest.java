// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.gateway;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.jenkins.plugins.treenq.buildkit.BuildkitException;
import io.jenkins.plugins.treenq.buildkit.Lint;
import io.jenkins.plugins.treenq.buildkit.Outline;
import io.jenkins.plugins.treenq.buildkit.SourceLocation;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FrontendAnswerTest {
    private static final String SOURCE =
            Base64.getEncoder().encodeToString("FROM a\nRUN b\n".getBytes(StandardCharsets.UTF_8));

    private static Map<String, String> json(String text) {
        return Map.of("result.json", text.replace("SOURCE", "\"" + SOURCE + "\""));
    }

    @Test
    void aWarningHasItsLocation() throws Exception {
        Lint lint = FrontendAnswer.lint(json("""
                {"warnings": [{"ruleName": "R", "description": "d", "url": "https://r", "detail": "x",
                  "location": {"ranges": [{"start": {"line": 2, "character": 4}, "end": {"line": 2}}]}}],
                 "sources": [{"filename": "Dockerfile", "data": SOURCE, "language": "Dockerfile"}]}"""));
        assertEquals(
                new Lint.Warning(
                        "R",
                        "d",
                        "x",
                        "https://r",
                        new SourceLocation(
                                "Dockerfile", List.of("FROM a", "RUN b", ""), List.of(new SourceLocation.Lines(2, 2)))),
                lint.warnings().get(0));
    }

    @Test
    void aMissingLocationIsNull() throws Exception {
        for (String location :
                List.of("{\"sourceIndex\": -1}", "{\"sourceIndex\": 7}", "{\"sourceIndex\": 99999999999}", "null")) {
            Lint lint = FrontendAnswer.lint(json("{\"warnings\": [{\"ruleName\": \"R\", \"location\": " + location
                    + "}], \"sources\": [{\"data\": SOURCE}]}"));
            assertNull(lint.warnings().get(0).location());
        }
    }

    @Test
    void missingValuesAreEmpty() throws Exception {
        assertTrue(FrontendAnswer.lint(json("{\"warnings\": null, \"sources\": null}"))
                .clean());
        assertEquals(
                new Outline("", "", List.of(), List.of(), List.of(), List.of()),
                FrontendAnswer.outline(json("{}"), "Dockerfile"));
        assertEquals(List.of(), FrontendAnswer.targets(json("{\"targets\": []}"), "Dockerfile"));
    }

    @Test
    void cacheMountsOfAnOutlineHaveTheirIds() throws Exception {
        Outline outline = FrontendAnswer.outline(json("{\"cache\": [{\"ID\": \"downloads\"}]}"), "Dockerfile");
        assertEquals(List.of(new Outline.Cache("downloads", null)), outline.caches());
    }

    @Test
    void aSourceWithoutANameIsTheDockerfile() throws Exception {
        SourceLocation location = FrontendAnswer.targets(
                        json(
                                "{\"targets\": [{\"location\": {\"ranges\": [{\"start\": {\"line\": 1}}]}}], \"sources\": [SOURCE]}"),
                        "app.Dockerfile")
                .get(0)
                .location();
        assertEquals("app.Dockerfile", location.file());
        assertEquals(List.of(new SourceLocation.Lines(1, 1)), location.ranges());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "null",
                "[]",
                "3",
                "{\"warnings\": 3}",
                "{\"warnings\": [3]}",
                "{\"warnings\": [{\"ruleName\": {}}]}",
                "{\"sources\": [{\"data\": \"%%%\"}]}",
                "{\"sources\": [[]]}",
                "{\"buildError\": []}",
                "{\"warnings\": [{\"location\": {\"sourceIndex\": \"x\"}}]}"
            })
    void anUnknownFormatIsReported(String text) {
        BuildkitException failure =
                assertThrows(BuildkitException.DaemonFailedException.class, () -> FrontendAnswer.lint(json(text)));
        assertFalse(failure.getMessage().isEmpty());
    }

    @Test
    void aMissingResultIsReported() {
        assertThrows(
                BuildkitException.DaemonFailedException.class, () -> FrontendAnswer.lint(Map.of("result.txt", "x")));
    }
}
