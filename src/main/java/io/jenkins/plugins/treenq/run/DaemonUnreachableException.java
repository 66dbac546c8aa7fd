// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.run;

import hudson.AbortException;

/** A daemon could not be reached, so that no part of the build was started. */
public final class DaemonUnreachableException extends AbortException {
    private static final long serialVersionUID = 1;

    private final String reason;
    private final boolean passing;

    /**
     * @param message message for the build that ends with this failure
     * @param reason the connection's own message, without the build
     * @param passing whether another attempt may succeed in a moment
     */
    DaemonUnreachableException(String message, String reason, boolean passing) {
        super(message);
        this.reason = reason;
        this.passing = passing;
    }

    String reason() {
        return reason;
    }

    boolean isPassing() {
        return passing;
    }
}
