// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.metadata;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.google.gson.JsonObject;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The inputs and values are those of docker/metadata-action's tests. */
class RuleLinesTest {
    static Stream<JsonObject> texts() {
        return Cases.of("RuleLinesTest.json");
    }

    @ParameterizedTest
    @MethodSource("texts")
    void commentLinesAreSkipped(JsonObject text) {
        assertEquals(Cases.texts(text, "lines"), RuleLines.of(List.of(Cases.text(text, "text"))));
    }
}
