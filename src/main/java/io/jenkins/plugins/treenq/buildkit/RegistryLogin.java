// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit;

import java.io.Serializable;
import java.util.Objects;

/** How to log in to a registry; an empty user name makes the secret an identity token. Never prints the secret. */
public final class RegistryLogin implements Serializable {
    private static final long serialVersionUID = 1;

    private final String username;
    private final String secret;

    public RegistryLogin(String username, String secret) {
        this.username = Objects.requireNonNull(username);
        this.secret = Objects.requireNonNull(secret);
    }

    public String username() {
        return username;
    }

    public String secret() {
        return secret;
    }

    @Override
    public String toString() {
        return "RegistryLogin[username=" + username + "]";
    }
}
