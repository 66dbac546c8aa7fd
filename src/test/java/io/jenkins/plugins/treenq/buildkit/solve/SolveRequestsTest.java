// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.solve;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnknownFieldSet;
import io.jenkins.plugins.treenq.buildkit.BuildRequest;
import io.jenkins.plugins.treenq.buildkit.CacheEntry;
import io.jenkins.plugins.treenq.buildkit.SourcePolicy;
import io.jenkins.plugins.treenq.buildkit.wire.control.SolveRequest;
import io.jenkins.plugins.treenq.buildkit.wire.llb.Definition;
import io.jenkins.plugins.treenq.buildkit.wire.llb.OpMetadata;
import io.jenkins.plugins.treenq.buildkit.wire.sourcepolicy.MatchType;
import io.jenkins.plugins.treenq.buildkit.wire.sourcepolicy.PolicyAction;
import io.jenkins.plugins.treenq.buildkit.wire.sourcepolicy.Rule;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class SolveRequestsTest {
    private static SolveRequest build(BuildRequest.Builder request) throws Exception {
        return SolveRequests.build(request.ref("ref").build(), "session");
    }

    @Test
    void aBuildWithAFrontendIsConverted() throws Exception {
        SolveRequest message = build(BuildRequest.builder()
                .option("target", "app")
                .option("no-cache", "")
                .entitlements(List.of("network.host"))
                .proxyNetwork(true)
                .cacheImports(List.of(new CacheEntry("registry", Map.of("ref", "r/a")))));
        assertEquals("ref", message.getRef());
        assertEquals("session", message.getSession());
        assertEquals("dockerfile.v0", message.getFrontend());
        assertFalse(message.hasDefinition());
        assertFalse(message.getInternal());
        assertEquals(
                Map.of(
                        "target",
                        "app",
                        "no-cache",
                        "",
                        "cache-imports",
                        "[{\"Type\":\"registry\",\"Attrs\":{\"ref\":\"r/a\"}}]"),
                message.getFrontendAttrsMap());
        assertEquals(List.of("network.host"), message.getEntitlementsList());
        assertTrue(message.getProxyNetwork());
        assertFalse(message.hasSourcePolicy());
    }

    @Test
    void aSubrequestHasNoFrontendAndCreatesNoRecord() {
        SolveRequest message = SolveRequests.parked(
                BuildRequest.builder().option("target", "app").build().withoutRecord(), "session");
        assertEquals("", message.getFrontend());
        assertFalse(message.hasDefinition());
        assertTrue(message.getInternal());
        assertEquals("app", message.getFrontendAttrsOrThrow("target"));
    }

    @Test
    void unknownFieldsOfADefinitionAreKept() throws Exception {
        Definition definition = Definition.newBuilder()
                .addDef(ByteString.copyFromUtf8("op"))
                .putMetadata(
                        "sha256:of another",
                        OpMetadata.newBuilder().setUnknownFields(unknown(5)).build())
                .setUnknownFields(unknown(3))
                .build();
        SolveRequest message = build(
                BuildRequest.builder().definition(definition.toByteArray()).option("build-arg:A", "1"));
        assertEquals("", message.getFrontend());
        assertEquals(definition, message.getDefinition());
        assertEquals(Map.of("build-arg:A", "1"), message.getFrontendAttrsMap());
    }

    @Test
    void noCacheMarksAllOperationsOfADefinition() throws Exception {
        ByteString operation = ByteString.copyFromUtf8("op");
        Definition plain = Definition.newBuilder().addDef(operation).build();
        SolveRequest first =
                build(BuildRequest.builder().definition(plain.toByteArray()).option("no-cache", ""));
        String digest =
                first.getDefinition().getMetadataMap().keySet().iterator().next();
        assertTrue(digest.matches("sha256:[0-9a-f]{64}"), digest);

        Definition described = plain.toBuilder()
                .putMetadata(
                        digest,
                        OpMetadata.newBuilder().setUnknownFields(unknown(2)).build())
                .build();
        SolveRequest message =
                build(BuildRequest.builder().definition(described.toByteArray()).option("no-cache", ""));
        OpMetadata metadata = message.getDefinition().getMetadataOrThrow(digest);
        assertTrue(metadata.getIgnoreCache());
        assertTrue(metadata.getUnknownFields().hasField(2));
        assertEquals(Map.of(), message.getFrontendAttrsMap());
    }

    @Test
    void aSourcePolicyIsConverted() throws Exception {
        SolveRequest message = build(BuildRequest.builder().sourcePolicy(SourcePolicy.parse("""
                        {"rules": [
                          {"action": "DENY", "selector": {"identifier": "git://*", "match_type": "REGEX"}},
                          {"action": "CONVERT", "selector": {"identifier": "a"}, "updates": {"attrs": {"k": "v"}}}]}""")));
        assertEquals(1, message.getSourcePolicy().getVersion());
        Rule deny = message.getSourcePolicy().getRules(0);
        assertEquals(PolicyAction.DENY, deny.getAction());
        assertEquals(MatchType.REGEX, deny.getSelector().getMatchType());
        assertFalse(deny.hasUpdates());
        Rule convert = message.getSourcePolicy().getRules(1);
        assertEquals(PolicyAction.CONVERT, convert.getAction());
        assertEquals(Map.of("k", "v"), convert.getUpdates().getAttrsMap());
    }

    private static UnknownFieldSet unknown(int number) {
        return UnknownFieldSet.newBuilder()
                .addField(
                        number,
                        UnknownFieldSet.Field.newBuilder()
                                .addLengthDelimited(ByteString.copyFromUtf8(""))
                                .build())
                .build();
    }

    @Test
    void enumValuesOfSourcePoliciesHaveTheirNames() throws Exception {
        for (SourcePolicy.Action action : SourcePolicy.Action.values()) {
            for (SourcePolicy.Match match : SourcePolicy.Match.values()) {
                for (SourcePolicy.Comparison comparison : SourcePolicy.Comparison.values()) {
                    SourcePolicy.Constraint constraint = new SourcePolicy.Constraint("key", "value", comparison);
                    SourcePolicy.Rule rule =
                            new SourcePolicy.Rule(action, match, "source", List.of(constraint), "", Map.of());
                    Rule wire = SolveRequests.build(
                                    BuildRequest.builder()
                                            .sourcePolicy(new SourcePolicy(List.of(rule)))
                                            .build(),
                                    "session")
                            .getSourcePolicy()
                            .getRules(0);
                    assertEquals(action.name(), wire.getAction().name());
                    assertEquals(match.name(), wire.getSelector().getMatchType().name());
                    assertEquals(
                            comparison.name(),
                            wire.getSelector().getConstraints(0).getCondition().name());
                }
            }
        }
    }
}
