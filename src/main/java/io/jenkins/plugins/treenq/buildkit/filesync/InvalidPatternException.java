// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.filesync;

/** A malformed pattern that the daemon sent. */
final class InvalidPatternException extends Exception {
    private static final long serialVersionUID = 1;

    InvalidPatternException(String message) {
        super(message);
    }
}
