// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.registry;

/** A token that a registry takes, and for how long. Never prints it. */
public final class Token {
    /** For a token whose server does not say (distribution's token specification). */
    public static final int DEFAULT_SECONDS = 60;

    private final String value;
    private final long seconds;
    private final long issuedAt;

    Token(String value, long seconds, long issuedAt) {
        this.value = value;
        this.seconds = seconds > 0 ? seconds : DEFAULT_SECONDS;
        this.issuedAt = Math.max(issuedAt, 0);
    }

    /** One that was given to this client as it is. */
    public static Token given(String value) {
        return new Token(value, DEFAULT_SECONDS, 0);
    }

    public String value() {
        return value;
    }

    public long seconds() {
        return seconds;
    }

    /** Seconds since the epoch; 0 for now. */
    public long issuedAt() {
        return issuedAt;
    }

    @Override
    public String toString() {
        return "Token[seconds=" + seconds + "]";
    }
}
