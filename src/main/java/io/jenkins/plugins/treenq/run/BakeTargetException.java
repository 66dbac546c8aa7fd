// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.run;

import hudson.AbortException;

/** A target of a bake has failed, because of which the others were canceled. The message names the target. */
public final class BakeTargetException extends AbortException {
    private static final long serialVersionUID = 1;

    private final String target;

    BakeTargetException(String target, String message) {
        super(message);
        this.target = target;
    }

    String target() {
        return target;
    }
}
