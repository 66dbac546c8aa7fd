// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.session;

import java.util.Optional;

/** Provides the secrets of a build when the daemon requests them. */
@FunctionalInterface
public interface Secrets {
    /**
     * The maximum size of a secret, which is the same in BuildKit's own client
     * ({@code session/secrets/secretsprovider/secretsprovider.go}).
     */
    int MAX_BYTES = 500 << 10;

    Secrets NONE = id -> Optional.empty();

    /**
     * Returns the value of a secret; empty if the build has no such secret.
     *
     * @param id ID in the Dockerfile's {@code --mount=type=secret,id=…}
     * @throws IllegalStateException if the secret exists but cannot be read; the message is sent to the daemon
     */
    Optional<byte[]> find(String id);
}
