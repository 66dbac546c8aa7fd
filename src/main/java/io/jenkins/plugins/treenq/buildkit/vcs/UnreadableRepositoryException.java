// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.vcs;

import java.io.IOException;

/** A repository that this client refuses to read. The message does not quote the content of any file. */
final class UnreadableRepositoryException extends IOException {
    private static final long serialVersionUID = 1;

    UnreadableRepositoryException(String message) {
        super(message);
    }
}
