// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.solve;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import io.jenkins.plugins.treenq.buildkit.BuildRequest;
import io.jenkins.plugins.treenq.buildkit.BuildkitException;
import io.jenkins.plugins.treenq.buildkit.CacheEntry;
import io.jenkins.plugins.treenq.buildkit.Export;
import io.jenkins.plugins.treenq.buildkit.SourcePolicy;
import io.jenkins.plugins.treenq.buildkit.wire.control.CacheOptions;
import io.jenkins.plugins.treenq.buildkit.wire.control.CacheOptionsEntry;
import io.jenkins.plugins.treenq.buildkit.wire.control.Exporter;
import io.jenkins.plugins.treenq.buildkit.wire.control.SolveRequest;
import io.jenkins.plugins.treenq.buildkit.wire.llb.Definition;
import io.jenkins.plugins.treenq.buildkit.wire.sourcepolicy.AttrConstraint;
import io.jenkins.plugins.treenq.buildkit.wire.sourcepolicy.AttrMatch;
import io.jenkins.plugins.treenq.buildkit.wire.sourcepolicy.MatchType;
import io.jenkins.plugins.treenq.buildkit.wire.sourcepolicy.Policy;
import io.jenkins.plugins.treenq.buildkit.wire.sourcepolicy.PolicyAction;
import io.jenkins.plugins.treenq.buildkit.wire.sourcepolicy.Rule;
import io.jenkins.plugins.treenq.buildkit.wire.sourcepolicy.Selector;
import io.jenkins.plugins.treenq.buildkit.wire.sourcepolicy.Update;
import java.util.List;

/** Converts requests to the messages of the protocol ({@code client/solve.go}). */
public final class SolveRequests {
    /** The protocol has only one version of source policies. */
    private static final int POLICY_VERSION = 1;

    private static final String NO_CACHE = "no-cache";

    private SolveRequests() {}

    /** Returns the message for a build whose frontend the daemon runs. */
    public static SolveRequest build(BuildRequest request, String sessionId)
            throws BuildkitException.InvalidRequestException {
        SolveRequest.Builder message = common(request, sessionId);
        byte[] bytes = request.definition();
        if (bytes == null && request.frontend().isEmpty()) {
            // Without a frontend and definition, the daemon would wait for a client that runs the frontend.
            throw new BuildkitException.InvalidRequestException(
                    "there is nothing to build; specify a frontend or a definition");
        }
        if (bytes == null) {
            return message.setFrontend(request.frontend()).build();
        }
        if (!request.frontend().isEmpty()) {
            throw new BuildkitException.InvalidRequestException("a frontend and a definition cannot be built together");
        }
        Definition definition = LlbDefinition.read(bytes);
        boolean noCache = request.options().containsKey(NO_CACHE);
        return message.removeFrontendAttrs(NO_CACHE)
                .setDefinition(noCache ? LlbDefinition.ignoringCache(definition) : definition)
                .build();
    }

    /** Returns the message for a build that waits in the daemon for a client that runs the frontend. */
    public static SolveRequest parked(BuildRequest request, String sessionId) {
        return common(request, sessionId).build();
    }

    private static SolveRequest.Builder common(BuildRequest request, String sessionId) {
        SolveRequest.Builder message = SolveRequest.newBuilder()
                .setRef(request.ref())
                .setSession(sessionId)
                .putAllFrontendAttrs(request.options())
                .addAllEntitlements(request.entitlements())
                .setProxyNetwork(request.proxyNetwork())
                .setInternal(!request.recorded())
                .setCache(CacheOptions.newBuilder()
                        .addAllImports(entries(request.cacheImports()))
                        .addAllExports(entries(request.cacheExports())));
        if (!request.cacheImports().isEmpty()) {
            // Frontends read the cache importers from this option only (client/solve.go).
            message.putFrontendAttrs("cache-imports", json(request.cacheImports()));
        }
        if (request.sourcePolicy() != null) {
            message.setSourcePolicy(policy(request.sourcePolicy()));
        }
        for (Export export : request.exports()) {
            message.addExporters(Exporter.newBuilder().setType(export.type()).putAllAttrs(export.attributes()));
        }
        return message;
    }

    private static List<CacheOptionsEntry> entries(List<CacheEntry> entries) {
        return entries.stream()
                .map(entry -> CacheOptionsEntry.newBuilder()
                        .setType(entry.type())
                        .putAllAttrs(entry.attributes())
                        .build())
                .toList();
    }

    private static String json(List<CacheEntry> entries) {
        JsonArray list = new JsonArray();
        for (CacheEntry entry : entries) {
            JsonObject attributes = new JsonObject();
            entry.attributes().forEach(attributes::addProperty);
            JsonObject object = new JsonObject();
            object.addProperty("Type", entry.type());
            object.add("Attrs", attributes);
            list.add(object);
        }
        return list.toString();
    }

    private static Policy policy(SourcePolicy policy) {
        Policy.Builder message = Policy.newBuilder().setVersion(POLICY_VERSION);
        for (SourcePolicy.Rule rule : policy.rules()) {
            Selector.Builder selector =
                    Selector.newBuilder().setIdentifier(rule.identifier()).setMatchType(matchType(rule.match()));
            for (SourcePolicy.Constraint constraint : rule.constraints()) {
                selector.addConstraints(AttrConstraint.newBuilder()
                        .setKey(constraint.key())
                        .setValue(constraint.value())
                        .setCondition(condition(constraint.comparison())));
            }
            Rule.Builder wire =
                    Rule.newBuilder().setAction(action(rule.action())).setSelector(selector);
            if (rule.action() == SourcePolicy.Action.CONVERT) {
                wire.setUpdates(
                        Update.newBuilder().setIdentifier(rule.newIdentifier()).putAllAttrs(rule.newAttributes()));
            }
            message.addRules(wire);
        }
        return message.build();
    }

    private static PolicyAction action(SourcePolicy.Action action) {
        return switch (action) {
            case ALLOW -> PolicyAction.ALLOW;
            case DENY -> PolicyAction.DENY;
            case CONVERT -> PolicyAction.CONVERT;
        };
    }

    private static MatchType matchType(SourcePolicy.Match match) {
        return switch (match) {
            case WILDCARD -> MatchType.WILDCARD;
            case EXACT -> MatchType.EXACT;
            case REGEX -> MatchType.REGEX;
        };
    }

    private static AttrMatch condition(SourcePolicy.Comparison comparison) {
        return switch (comparison) {
            case EQUAL -> AttrMatch.EQUAL;
            case NOTEQUAL -> AttrMatch.NOTEQUAL;
            case MATCHES -> AttrMatch.MATCHES;
        };
    }
}
