// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit;

import java.util.Optional;

/** Finds a secret when the daemon asks for it. */
@FunctionalInterface
public interface Secrets {
    Secrets NONE = id -> Optional.empty();

    /** @param id as the Dockerfile's {@code --mount=type=secret,id=…} has it */
    Optional<byte[]> find(String id);
}
