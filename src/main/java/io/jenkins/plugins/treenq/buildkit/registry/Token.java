// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.registry;

/** A bearer token for a registry, with its lifetime. The string representation does not contain the token. */
public final class Token {
    /** The lifetime in seconds of a token whose server does not state one (distribution's token specification). */
    public static final int DEFAULT_SECONDS = 60;

    private final String value;
    private final long seconds;
    private final long issuedAt;

    Token(String value, long seconds, long issuedAt) {
        this.value = value;
        this.seconds = seconds > 0 ? seconds : DEFAULT_SECONDS;
        this.issuedAt = Math.max(issuedAt, 0);
    }

    /** Returns a token that was configured and not requested from a token server. */
    public static Token given(String value) {
        return new Token(value, DEFAULT_SECONDS, 0);
    }

    public String value() {
        return value;
    }

    public long seconds() {
        return seconds;
    }

    /** Returns the time when the token was issued in seconds since the epoch; 0 for now. */
    public long issuedAt() {
        return issuedAt;
    }

    @Override
    public String toString() {
        return "Token[seconds=" + seconds + "]";
    }
}
