// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.bake;

/** A bake file, or what was asked of it, is not valid. */
public final class BakeException extends RuntimeException {
    private static final long serialVersionUID = 1;

    public BakeException(String message) {
        super(message, null, false, false);
    }
}
