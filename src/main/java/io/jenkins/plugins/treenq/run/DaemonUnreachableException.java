// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.run;

import hudson.AbortException;

/** A daemon was not reached, so that nothing of the build was begun. */
public final class DaemonUnreachableException extends AbortException {
    private static final long serialVersionUID = 1;

    private final String reason;
    private final boolean passing;

    /**
     * @param message for the build that ends with it
     * @param reason in the words of the connection alone
     * @param passing whether it may be different in a moment
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
