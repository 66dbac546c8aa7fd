// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit;

import java.util.Optional;

/** Finds the login of a registry when the daemon asks for it. */
@FunctionalInterface
public interface RegistryLogins {
    RegistryLogins NONE = host -> Optional.empty();

    /** @param host as an image name has it: {@code docker.io}, {@code registry.example.com}, {@code localhost:5000} */
    Optional<RegistryLogin> find(String host);
}
