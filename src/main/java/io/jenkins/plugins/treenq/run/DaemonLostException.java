// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.run;

import hudson.AbortException;

/**
 * A daemon was lost in the middle of a build: it was killed or stopped, its connection or session ended, or its
 * storage failed. The build itself has not failed, so that another daemon can build it.
 */
public final class DaemonLostException extends AbortException {
    private static final long serialVersionUID = 1;

    private final String reason;
    private final boolean storageFailed;

    /**
     * @param message message for the build that ends with this failure
     * @param reason the client's own message, without the build
     * @param storageFailed whether the daemon's disk is full or broken, or its cache is incomplete, so that another
     *     attempt on the same daemon does not succeed
     */
    DaemonLostException(String message, String reason, boolean storageFailed) {
        super(message);
        this.reason = reason;
        this.storageFailed = storageFailed;
    }

    String reason() {
        return reason;
    }

    boolean isStorageFailed() {
        return storageFailed;
    }
}
