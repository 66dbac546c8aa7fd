// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SourcePolicyTest {
    @Test
    void everyPartIsParsed() throws Exception {
        SourcePolicy policy = SourcePolicy.parse("""
                {"version": 1, "rules": [
                  {"action": "CONVERT",
                   "selector": {"identifier": "https://example.com/a", "match_type": "EXACT",
                     "constraints": [{"key": "http.checksum", "value": "x", "condition": "NOTEQUAL"}]},
                   "updates": {"identifier": "https://example.com/b", "attrs": {"http.checksum": "sha256:00"}}},
                  {"Action": 1, "Selector": {"Identifier": "docker-image://*"}, "unknown": []}]}""");
        assertEquals(
                List.of(
                        new SourcePolicy.Rule(
                                SourcePolicy.Action.CONVERT,
                                SourcePolicy.Match.EXACT,
                                "https://example.com/a",
                                List.of(new SourcePolicy.Constraint(
                                        "http.checksum", "x", SourcePolicy.Comparison.NOTEQUAL)),
                                "https://example.com/b",
                                Map.of("http.checksum", "sha256:00")),
                        new SourcePolicy.Rule(
                                SourcePolicy.Action.DENY,
                                SourcePolicy.Match.WILDCARD,
                                "docker-image://*",
                                List.of(),
                                "",
                                Map.of())),
                policy.rules());
    }

    @Test
    void aPolicyWithoutRulesIsEmpty() throws Exception {
        assertEquals(List.of(), SourcePolicy.parse("{}").rules());
        assertEquals(List.of(), SourcePolicy.parse("{\"rules\": null}").rules());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "[]",
                "{\"rules\": {}}",
                "{\"rules\": [3]}",
                "{\"rules\": [null]}",
                "{\"rules\": [{\"action\": \"DENY\"}]}",
                "{\"rules\": [{\"action\": \"FORBID\", \"selector\": {}}]}",
                "{\"rules\": [{\"action\": 7, \"selector\": {}}]}",
                "{\"rules\": [{\"selector\": {\"match_type\": \"GLOB\"}}]}",
                "{\"rules\": [{\"selector\": {\"constraints\": [null]}}]}",
                "{\"rules\": [{\"selector\": {}, \"updates\": {\"attrs\": {\"a\": {}}}}]}"
            })
    void anInvalidPolicyIsReported(String json) {
        BuildkitException failure =
                assertThrows(BuildkitException.InvalidRequestException.class, () -> SourcePolicy.parse(json));
        assertTrue(failure.getMessage().startsWith("the source policy"), failure.getMessage());
    }
}
