// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit;

import java.io.Serializable;
import java.util.Objects;

/**
 * A private key of {@link io.jenkins.plugins.treenq.buildkit.session.SshAgent.Keys}, in memory. {@link #toString} does
 * not contain the key.
 */
public final class SshKey implements Serializable {
    private static final long serialVersionUID = 1;

    private final String pem;
    private final byte[] publicKey;
    private final String comment;

    /**
     * @param pem private key in PKCS#8, not encrypted; {@code keyfiles.PrivateKeyReader} converts other formats
     * @param publicKey public key in the wire format of SSH, which starts with the key's type
     * @param comment comment that the SSH agent lists for the key
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
