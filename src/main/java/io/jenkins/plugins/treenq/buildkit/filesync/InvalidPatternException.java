// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.filesync;

/** A pattern of the daemon that follows no syntax. */
final class InvalidPatternException extends Exception {
    private static final long serialVersionUID = 1;

    InvalidPatternException(String message) {
        super(message);
    }
}
