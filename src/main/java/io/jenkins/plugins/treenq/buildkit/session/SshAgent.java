// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.session;

import io.jenkins.plugins.treenq.buildkit.SshKey;
import java.nio.file.Path;
import java.util.List;

/** An SSH agent for build steps with {@code RUN --mount=type=ssh}. */
public sealed interface SshAgent {
    /**
     * The socket of an SSH agent on the client's machine.
     *
     * @param path path of the socket, such as {@code $SSH_AUTH_SOCK}
     * @param raw whether bytes are passed through unchanged, for the socket of a server that is not an SSH agent
     */
    record Socket(Path path, boolean raw) implements SshAgent {}

    /** Keys in memory, served by a built-in agent that can only list keys and sign. */
    record Keys(List<SshKey> keys) implements SshAgent {
        public Keys {
            keys = List.copyOf(keys);
        }
    }
}
