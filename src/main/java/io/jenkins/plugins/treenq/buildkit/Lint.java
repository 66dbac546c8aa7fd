// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit;

import java.io.Serializable;
import java.util.List;

/**
 * What the checks of a Dockerfile found.
 *
 * @param problem null, or what keeps the Dockerfile from being built at all
 */
public record Lint(List<Warning> warnings, Problem problem) implements Serializable {
    public Lint {
        warnings = List.copyOf(warnings);
    }

    /** Nothing to complain about. */
    public boolean clean() {
        return warnings.isEmpty() && problem == null;
    }

    /**
     * One rule, broken.
     *
     * @param rule its name, such as {@code StageNameCasing}
     * @param description what the rule wants, in general
     * @param detail what breaks it here
     * @param url of the rule's description, or empty
     * @param location null when it is about no place
     */
    public record Warning(String rule, String description, String detail, String url, SourceLocation location)
            implements Serializable {}

    /**
     * An error of the Dockerfile.
     *
     * @param location null when it is about no place
     */
    public record Problem(String message, SourceLocation location) implements Serializable {}
}
