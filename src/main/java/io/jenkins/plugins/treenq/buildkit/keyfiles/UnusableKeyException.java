// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.keyfiles;

import java.security.GeneralSecurityException;

/**
 * A key cannot be used. The message is a text of this package, without any part of the key, and can be shown to users.
 */
final class UnusableKeyException extends GeneralSecurityException {
    static final String DAMAGED = "it is damaged, or not complete";
    static final String DSA =
            "it is a DSA key, which OpenSSH no longer supports; make a new one with 'ssh-keygen -t ed25519'";

    private static final long serialVersionUID = 1;

    UnusableKeyException(String message) {
        super(message);
    }
}
