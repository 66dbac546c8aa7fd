// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit;

import java.io.Serializable;
import java.util.List;
import java.util.Map;

/**
 * Rules for the images and URLs that a build may use, and for their replacement. BuildKit evaluates the rules in order.
 * The last ALLOW or DENY rule that matches a source decides, and a CONVERT rule that changes a source restarts the
 * evaluation for the new source.
 */
public record SourcePolicy(List<Rule> rules) implements Serializable {
    public SourcePolicy {
        rules = List.copyOf(rules);
    }

    /**
     * Parses a policy file in buildctl's format: {@code {"rules":[{"action":"DENY","selector":{"identifier":"…"}}]}}.
     */
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
     * A rule for the sources that match it.
     *
     * @param match how the identifier is compared
     * @param identifier identifier or pattern, such as {@code docker-image://docker.io/library/*}
     * @param constraints constraints that the attributes of the source must meet, too
     * @param newIdentifier identifier that CONVERT replaces the source's identifier with; may refer to matched parts,
     *     such as {@code $1}
     * @param newAttributes attributes that CONVERT sets, such as {@code http.checksum}
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

    /** A condition for an attribute of a source. */
    public record Constraint(String key, String value, Comparison comparison) implements Serializable {}
}
