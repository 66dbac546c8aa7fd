// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.client;

import java.util.Optional;
import java.util.Set;

/** Parses booleans as the daemon does, with Go's {@code strconv.ParseBool}. */
public final class GoBooleans {
    private static final Set<String> TRUE = Set.of("1", "t", "T", "true", "TRUE", "True");
    private static final Set<String> FALSE = Set.of("0", "f", "F", "false", "FALSE", "False");

    private GoBooleans() {}

    /** Returns the boolean; empty if the text is not a boolean. */
    public static Optional<Boolean> parse(String text) {
        return TRUE.contains(text) ? Optional.of(true) : FALSE.contains(text) ? Optional.of(false) : Optional.empty();
    }
}
