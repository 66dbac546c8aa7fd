// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.inputs;

/** An input of the build cannot be determined with certainty, so there is no hash. The message names the input. */
final class UnknownInputException extends Exception {
    private static final long serialVersionUID = 1;

    UnknownInputException(String message) {
        super(message);
    }
}
