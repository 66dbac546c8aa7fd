// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit;

import java.io.Serializable;
import java.util.List;

/**
 * The findings of the frontend's build checks for a Dockerfile.
 *
 * @param problem error because of which the Dockerfile cannot be built at all; null if there is none
 */
public record Lint(List<Warning> warnings, Problem problem) implements Serializable {
    public Lint {
        warnings = List.copyOf(warnings);
    }

    /** Returns whether there are neither warnings nor a problem. */
    public boolean clean() {
        return warnings.isEmpty() && problem == null;
    }

    /**
     * A violation of a rule.
     *
     * @param rule name of the rule, such as {@code StageNameCasing}
     * @param description general description of the rule
     * @param detail description of this violation
     * @param url address of the rule's description; empty if there is none
     * @param location location in the Dockerfile; null if the warning has none
     */
    public record Warning(String rule, String description, String detail, String url, SourceLocation location)
            implements Serializable {}

    /**
     * An error in the Dockerfile.
     *
     * @param location location in the Dockerfile; null if the error has none
     */
    public record Problem(String message, SourceLocation location) implements Serializable {}
}
