// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.client;

/** The failure of the first target of a bake that failed, which names the target. The cause is the failure itself. */
public final class TargetFailedException extends Exception {
    private static final long serialVersionUID = 1;

    private final String target;

    TargetFailedException(String target, Throwable cause) {
        super("target " + target + ": " + cause.getMessage(), cause);
        this.target = target;
    }

    /** Returns the name of the target. */
    public String target() {
        return target;
    }
}
