// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.session;

import java.util.Optional;

/** Finds a secret when the daemon asks for it. */
@FunctionalInterface
public interface Secrets {
    /** As much as BuildKit's own client gives ({@code session/secrets/secretsprovider/secretsprovider.go}). */
    int MAX_BYTES = 500 << 10;

    Secrets NONE = id -> Optional.empty();

    /**
     * @param id as the Dockerfile's {@code --mount=type=secret,id=…} has it
     * @throws IllegalStateException when it should be there and cannot be had; the daemon is told the message
     */
    Optional<byte[]> find(String id);
}
