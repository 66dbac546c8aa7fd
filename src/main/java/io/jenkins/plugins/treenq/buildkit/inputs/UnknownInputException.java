// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.inputs;

/** Something about the inputs cannot be known for sure, so nothing is said about them; the message says what. */
final class UnknownInputException extends Exception {
    private static final long serialVersionUID = 1;

    UnknownInputException(String message) {
        super(message);
    }
}
