// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.run;

import hudson.AbortException;
import io.jenkins.plugins.treenq.buildkit.files.FileErrors;
import java.io.IOException;

/**
 * The text of a failure for pages and logs that do not show the stack trace. The message of an unexpected Java
 * exception is not used, because it is not written for users.
 */
public final class FailureText {
    private FailureText() {}

    public static String of(Throwable failure) {
        if (failure instanceof AbortException) {
            return failure.getMessage();
        }
        return failure instanceof IOException file
                ? FileErrors.fileAndReason(file)
                : "an unexpected failure (" + failure.getClass().getSimpleName()
                        + "); its stack is in Jenkins' log or the build's";
    }
}
