// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.registry;

import java.io.Serializable;
import java.security.SecureRandom;
import java.util.Objects;

/**
 * The settings by which this client, instead of the daemon, requests the tokens of a registry. This machine must be
 * able to connect to the registry and its token server. The string representation contains neither the seed nor the
 * key.
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

    /** Returns a builder with a random seed, so that each session has tokens of its own. */
    public static Builder builder() {
        byte[] seed = new byte[SEED_BYTES];
        RANDOM.nextBytes(seed);
        return builder(seed);
    }

    /**
     * Returns a builder with a seed. In the daemon, all sessions with the same seed and login share tokens.
     *
     * @param seed at least 16 secret bytes, equal only for builds that may use the same logins
     */
    public static Builder builder(byte[] seed) {
        if (seed.length < SEED_BYTES / 2) {
            throw new IllegalArgumentException("a seed must have at least 16 bytes");
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

    /** Collects the settings that differ from the defaults. */
    public static final class Builder {
        private final byte[] seed;
        private RegistryConnection connection = RegistryConnection.DEFAULT;
        private boolean sharingLogin;

        private Builder(byte[] seed) {
            this.seed = seed;
        }

        /** Sets the connection settings of the registry and its token server. */
        public Builder connection(RegistryConnection value) {
            connection = Objects.requireNonNull(value);
            return this;
        }

        /**
         * Sets whether the daemon gets the login, too, when it requests one. A registry that does not support tokens
         * needs this; otherwise the daemon never sees the login.
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
