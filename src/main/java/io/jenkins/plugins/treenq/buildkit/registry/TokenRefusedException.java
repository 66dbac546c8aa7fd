// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.registry;

/** There is no token; the message says why in one line, without anything that a server answered. */
public final class TokenRefusedException extends Exception {
    private static final long serialVersionUID = 1;

    TokenRefusedException(String message) {
        super(message);
    }
}
