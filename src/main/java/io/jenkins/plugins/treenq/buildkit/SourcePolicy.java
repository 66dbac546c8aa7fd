// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit;

import java.io.Serializable;
import java.util.List;
import java.util.Map;

/**
 * Which sources a build may use, and which ones stand for others. Rules are tried in turn: the last ALLOW or DENY that
 * fits a source decides, a CONVERT that changes it begins anew.
 */
public record SourcePolicy(List<Rule> rules) implements Serializable {
    public SourcePolicy {
        rules = List.copyOf(rules);
    }

    /** Reads a policy file as buildctl does: {@code {"rules":[{"action":"DENY","selector":{"identifier":"…"}}]}}. */
    public static SourcePolicy parse(String json) throws BuildkitException.InvalidRequestException {
        return SourcePolicyJson.read(json);
    }

    public enum Action {
        ALLOW,
        DENY,
        CONVERT
    }

    public enum Match {
        WILDCARD,
        EXACT,
        REGEX
    }

    public enum Comparison {
        EQUAL,
        NOTEQUAL,
        MATCHES
    }

    /**
     * @param match how the identifier is compared
     * @param identifier such as {@code docker-image://docker.io/library/*}
     * @param constraints that the source's attributes must fit too
     * @param newIdentifier what CONVERT makes of the source; may name what a match left open, as {@code $1}
     * @param newAttributes what CONVERT sets, such as {@code http.checksum}
     */
    public record Rule(
            Action action,
            Match match,
            String identifier,
            List<Constraint> constraints,
            String newIdentifier,
            Map<String, String> newAttributes)
            implements Serializable {
        public Rule {
            constraints = List.copyOf(constraints);
            newAttributes = Map.copyOf(newAttributes);
        }
    }

    /** What an attribute of a source must be. */
    public record Constraint(String key, String value, Comparison comparison) implements Serializable {}
}
