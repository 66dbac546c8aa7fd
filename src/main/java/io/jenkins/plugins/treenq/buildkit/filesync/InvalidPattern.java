// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.filesync;

/** A pattern of the daemon that follows no syntax. */
final class InvalidPattern extends Exception {
    private static final long serialVersionUID = 1;

    InvalidPattern(String message) {
        super(message);
    }
}
