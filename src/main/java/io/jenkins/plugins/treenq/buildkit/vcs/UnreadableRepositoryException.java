// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.vcs;

import java.io.IOException;

/** A repository that is not read here. The message quotes nothing that is in a file. */
final class UnreadableRepositoryException extends IOException {
    private static final long serialVersionUID = 1;

    UnreadableRepositoryException(String message) {
        super(message);
    }
}
