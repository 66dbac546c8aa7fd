// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.registry;

/** A token request failed. The message gives the reason in one line, without data that a server sent. */
public final class TokenRefusedException extends Exception {
    private static final long serialVersionUID = 1;

    TokenRefusedException(String message) {
        super(message);
    }
}
