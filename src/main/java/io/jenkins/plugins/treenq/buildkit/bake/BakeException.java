// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.bake;

import io.jenkins.plugins.treenq.buildkit.BuildkitException;

/**
 * A bake file, or what was asked of it, is not valid. The message can quote texts of the file and is one line without
 * control characters, as that of a {@link BuildkitException}.
 */
public final class BakeException extends RuntimeException {
    private static final long serialVersionUID = 1;

    public BakeException(String message) {
        super(message, null, false, false);
    }

    @Override
    public String getMessage() {
        return BuildkitException.oneLine(super.getMessage());
    }
}
