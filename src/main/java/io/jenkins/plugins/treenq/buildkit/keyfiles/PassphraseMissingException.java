// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.keyfiles;

import java.security.GeneralSecurityException;

/** A key is encrypted, and no passphrase was given. Where a passphrase can be given is known to the caller only. */
public final class PassphraseMissingException extends GeneralSecurityException {
    private static final long serialVersionUID = 1;

    PassphraseMissingException() {
        super("it is encrypted, and no passphrase was given for it");
    }
}
