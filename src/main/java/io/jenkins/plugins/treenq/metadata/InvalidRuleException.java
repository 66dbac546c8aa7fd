// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.metadata;

/** A rule has invalid syntax, or its result is not a valid tag. The message is one line that contains the rule. */
public final class InvalidRuleException extends IllegalArgumentException {
    private static final long serialVersionUID = 1;

    InvalidRuleException(String message) {
        super(message);
    }
}
