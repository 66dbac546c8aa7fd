// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.keyfiles;

import java.security.GeneralSecurityException;

/** The key is encrypted and no passphrase was given. The caller has to add where a passphrase can be configured. */
public final class PassphraseMissingException extends GeneralSecurityException {
    private static final long serialVersionUID = 1;

    PassphraseMissingException() {
        super("it is encrypted, and there is no passphrase for it");
    }
}
