// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit;

import java.io.Serializable;
import java.util.Objects;

/**
 * A private key for {@link io.jenkins.plugins.treenq.buildkit.session.SshAgent.Keys}, held in memory. Never prints it.
 */
public final class SshKey implements Serializable {
    private static final long serialVersionUID = 1;

    private final String pem;
    private final byte[] publicKey;
    private final String comment;

    /**
     * @param pem PKCS#8, not encrypted; {@code keyfiles.PrivateKeyReader} makes it of other forms
     * @param publicKey the key's public half as SSH writes it, with its type in front
     * @param comment what the agent calls the key
     */
    public SshKey(String pem, byte[] publicKey, String comment) {
        this.pem = Objects.requireNonNull(pem);
        this.publicKey = publicKey.clone();
        this.comment = Objects.requireNonNull(comment);
    }

    public String pem() {
        return pem;
    }

    public byte[] publicKey() {
        return publicKey.clone();
    }

    public String comment() {
        return comment;
    }

    @Override
    public String toString() {
        return "SshKey[comment=" + comment + "]";
    }
}
