// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.session;

import io.jenkins.plugins.treenq.buildkit.SshKey;
import java.nio.file.Path;
import java.util.List;

/** What answers when a step uses {@code RUN --mount=type=ssh}. */
public sealed interface SshAgent {
    /**
     * The socket of an agent on this machine.
     *
     * @param path such as {@code $SSH_AUTH_SOCK}
     * @param raw passes bytes through as they are, for a socket that is no agent
     */
    record Socket(Path path, boolean raw) implements SshAgent {}

    /** Keys held in memory, served as an agent that only lists and signs. */
    record Keys(List<SshKey> keys) implements SshAgent {
        public Keys {
            keys = List.copyOf(keys);
        }
    }
}
