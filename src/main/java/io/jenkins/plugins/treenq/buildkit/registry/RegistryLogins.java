// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.registry;

import java.util.List;
import java.util.Optional;

/**
 * Finds the login of a registry when the daemon asks for it.
 *
 * <p>Without more, the daemon is given the login of a host and gets itself the tokens that the registry wants. Where
 * {@link #tokens} says so, this client gets them, and then the login may also depend on what the token is for. A host
 * is always named as an image name has it: {@code docker.io}, {@code registry.example.com}, {@code localhost:5000}.
 */
@FunctionalInterface
public interface RegistryLogins {
    RegistryLogins NONE = host -> Optional.empty();

    /** @throws IllegalStateException when there should be one and it cannot be had; the daemon is told the message */
    Optional<RegistryLogin> find(String host);

    /**
     * The login that a token is got with.
     *
     * @param scopes what the token must allow, as registries write it: {@code repository:org/app:pull,push}; a daemon
     *     that already needed another repository of the same registry in the build names that too
     */
    default Optional<RegistryLogin> find(String host, List<String> scopes) {
        return find(host);
    }

    /** How this client gets the registry's tokens; empty leaves it to the daemon, which is given the login for it. */
    default Optional<TokenSource> tokens(String host) {
        return Optional.empty();
    }
}
