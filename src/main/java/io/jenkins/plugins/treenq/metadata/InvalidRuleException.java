// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.metadata;

/** A rule that cannot be read, or that gives no valid tag. The message is one line, which names the rule. */
public final class InvalidRuleException extends IllegalArgumentException {
    private static final long serialVersionUID = 1;

    InvalidRuleException(String message) {
        super(message);
    }
}
