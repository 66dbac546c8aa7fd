// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.registry;

import java.io.Serializable;
import java.util.Objects;

/**
 * A login to a registry. If the user name is empty, the secret is an identity token. The string representation does not
 * contain the secret.
 */
public final class RegistryLogin implements Serializable {
    private static final long serialVersionUID = 1;

    private final String username;
    private final String secret;
    private final boolean bearer;

    public RegistryLogin(String username, String secret) {
        this(username, secret, false);
    }

    private RegistryLogin(String username, String secret, boolean bearer) {
        this.username = Objects.requireNonNull(username);
        this.secret = Objects.requireNonNull(secret);
        this.bearer = bearer;
    }

    /**
     * Returns a login whose secret is a bearer token for the registry itself. It is used only with
     * {@link RegistryLogins#tokens}.
     */
    public static RegistryLogin bearer(String token) {
        return new RegistryLogin("", token, true);
    }

    public String username() {
        return username;
    }

    public String secret() {
        return secret;
    }

    /** Whether the secret is a bearer token for the registry itself. */
    public boolean isBearer() {
        return bearer;
    }

    @Override
    public String toString() {
        return "RegistryLogin[username=" + username + "]";
    }
}
