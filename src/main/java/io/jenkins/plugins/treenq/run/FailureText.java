// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.run;

import hudson.AbortException;
import io.jenkins.plugins.treenq.buildkit.files.FileErrors;
import java.io.IOException;

/**
 * What people read of a failure where its stack is not shown: never a Java exception's own text, which is not meant for
 * them.
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
