// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.filesend;

import com.google.protobuf.ByteString;
import io.jenkins.plugins.treenq.buildkit.BuildkitException;
import io.jenkins.plugins.treenq.buildkit.files.FileErrors;
import java.io.IOException;

/** Creates the exceptions for results that cannot be received. */
final class ReceiveErrors {
    private static final int LONGEST_NAME = 200;

    private ReceiveErrors() {}

    /** Returns the exception for data that violates the protocol or a limit. */
    static BuildkitException.DaemonFailedException refused(String what) {
        return new BuildkitException.DaemonFailedException(
                "the daemon's result was refused: " + what
                        + "; nothing was written outside of the output, but the output is incomplete",
                null);
    }

    /** Returns the exception for data that cannot be written. */
    static BuildkitException.OutputUnwritableException unwritable(String what, IOException cause) {
        return new BuildkitException.OutputUnwritableException(
                what + " cannot be written: " + FileErrors.reason(cause), cause);
    }

    /** Returns a quoted path for messages, on one line and shortened. */
    static String quoted(ByteString path) {
        String text = path.toStringUtf8();
        String shown = text.length() > LONGEST_NAME ? text.substring(0, LONGEST_NAME) + "…" : text;
        return "'"
                + shown.codePoints()
                        .map(c ->
                                Character.isISOControl(c) || Character.getType(c) == Character.SURROGATE ? '\uFFFD' : c)
                        .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                + "'";
    }
}
