// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit;

import java.io.Serializable;
import java.util.Objects;

/** A private key for {@link SshAgent.Keys}, as PEM text held in memory. Never prints it. */
public final class SshKey implements Serializable {
    private static final long serialVersionUID = 1;

    private final String pem;
    private final String passphrase;
    private final String comment;

    /**
     * @param pem OpenSSH's own form, PKCS#8, or the older RSA and EC forms
     * @param passphrase empty for a key that is not encrypted; others are opened in PKCS#8 only
     * @param comment what the agent calls the key
     */
    public SshKey(String pem, String passphrase, String comment) {
        this.pem = Objects.requireNonNull(pem);
        this.passphrase = Objects.requireNonNull(passphrase);
        this.comment = Objects.requireNonNull(comment);
    }

    public String pem() {
        return pem;
    }

    public String passphrase() {
        return passphrase;
    }

    public String comment() {
        return comment;
    }

    @Override
    public String toString() {
        return "SshKey[comment=" + comment + "]";
    }
}
