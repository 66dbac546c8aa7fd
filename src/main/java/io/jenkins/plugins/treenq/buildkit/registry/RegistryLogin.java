// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.registry;

import java.io.Serializable;
import java.util.Objects;

/** How to log in to a registry; an empty user name makes the secret an identity token. Never prints the secret. */
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

    /** A token that the registry itself takes as it is; of use only where {@link RegistryLogins#tokens} is. */
    public static RegistryLogin bearer(String token) {
        return new RegistryLogin("", token, true);
    }

    public String username() {
        return username;
    }

    public String secret() {
        return secret;
    }

    /** Whether the secret is a token that the registry itself takes. */
    public boolean isBearer() {
        return bearer;
    }

    @Override
    public String toString() {
        return "RegistryLogin[username=" + username + "]";
    }
}
