// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.filesend;

import com.google.protobuf.ByteString;
import java.util.Optional;

/** Counts the files of one output that were written without their setuid or setgid bit, for a warning of one line. */
final class DroppedModeBits {
    private int files;
    private String first;

    synchronized void add(ByteString path) {
        if (files++ == 0) {
            first = ReceiveErrors.quoted(path);
        }
    }

    /** Returns the warning, or empty if no file lost such a bit. */
    synchronized Optional<String> warning() {
        if (files == 0) {
            return Optional.empty();
        }
        String which = files == 1
                ? first + " was written without its setuid or setgid bit"
                : files + " files, such as " + first + ", were written without their setuid or setgid bits";
        return Optional.of(which + "; add setuid=true to the output to keep such bits");
    }
}
