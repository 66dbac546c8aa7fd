// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.registry;

import java.util.List;
import java.util.Optional;

/**
 * Provides the logins that the daemon requests.
 *
 * <p>By default, the daemon gets the login of a registry and requests tokens from the registry's token server itself.
 * If {@link #tokens} returns a source, this client requests the tokens, and the login may then depend on the scopes of
 * the token. Registries are named as in image names: {@code docker.io}, {@code registry.example.com},
 * {@code localhost:5000}.
 */
@FunctionalInterface
public interface RegistryLogins {
    RegistryLogins NONE = host -> Optional.empty();

    /**
     * Returns the login to a registry, or empty if there is none.
     *
     * @throws IllegalStateException if the login exists and cannot be provided; the daemon receives the message
     */
    Optional<RegistryLogin> find(String host);

    /**
     * Returns the login that is used to request a token.
     *
     * @param host the registry, as in image names
     * @param scopes the scopes of the token in the form of the token specification:
     *     {@code repository:org/app:pull,push}. If the build has already used other repositories of the registry, the
     *     daemon may include their scopes
     */
    default Optional<RegistryLogin> find(String host, List<String> scopes) {
        return find(host);
    }

    /**
     * Returns how this client requests the registry's tokens, or empty if the daemon gets the login and requests the
     * tokens itself.
     */
    default Optional<TokenSource> tokens(String host) {
        return Optional.empty();
    }
}
