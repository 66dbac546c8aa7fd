// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.registry;

import java.io.Serializable;
import java.security.SecureRandom;
import java.util.Objects;

/**
 * That this client, not the daemon, gets the tokens of a registry, and how. It takes a way from here to the registry
 * and to its token server. Never prints the seed or the key.
 */
public final class TokenSource implements Serializable {
    private static final long serialVersionUID = 1;
    private static final SecureRandom RANDOM = new SecureRandom();
    private static final int SEED_BYTES = 32;

    private final byte[] seed;
    private final RegistryConnection connection;
    private final boolean sharingLogin;

    private TokenSource(Builder builder) {
        this.seed = builder.seed;
        this.connection = builder.connection;
        this.sharingLogin = builder.sharingLogin;
    }

    /** Tokens of one session are of no use to any other. */
    public static Builder builder() {
        byte[] seed = new byte[SEED_BYTES];
        RANDOM.nextBytes(seed);
        return builder(seed);
    }

    /**
     * Tokens are shared, in the daemon, by all sessions with the same seed and login.
     *
     * @param seed at least 16 bytes that nobody else can guess, the same only for builds that may use the same logins
     */
    public static Builder builder(byte[] seed) {
        if (seed.length < SEED_BYTES / 2) {
            throw new IllegalArgumentException("a seed of less than 16 bytes can be guessed");
        }
        return new Builder(seed.clone());
    }

    public byte[] seed() {
        return seed.clone();
    }

    public RegistryConnection connection() {
        return connection;
    }

    public boolean sharingLogin() {
        return sharingLogin;
    }

    @Override
    public String toString() {
        return "TokenSource[" + connection + ", sharingLogin=" + sharingLogin + "]";
    }

    /** Collects what is not the same for every registry. */
    public static final class Builder {
        private final byte[] seed;
        private RegistryConnection connection = RegistryConnection.DEFAULT;
        private boolean sharingLogin;

        private Builder(byte[] seed) {
            this.seed = seed;
        }

        /** How the registry and its token server are talked to. */
        public Builder connection(RegistryConnection value) {
            connection = Objects.requireNonNull(value);
            return this;
        }

        /**
         * Gives the daemon the login, too, when it asks for it, which a registry takes that knows no tokens. Otherwise
         * the daemon never sees it.
         */
        public Builder sharingLogin(boolean value) {
            sharingLogin = value;
            return this;
        }

        public TokenSource build() {
            return new TokenSource(this);
        }
    }
}
