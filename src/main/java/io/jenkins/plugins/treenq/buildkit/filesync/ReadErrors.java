// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.filesync;

import io.jenkins.plugins.treenq.buildkit.BuildkitException;
import io.jenkins.plugins.treenq.buildkit.files.FileErrors;
import java.io.IOException;
import java.nio.file.FileSystemException;

/** Creates the exceptions for files and folders that cannot be read or sent. */
final class ReadErrors {
    private ReadErrors() {}

    static BuildkitException.ContextUnreadableException file(String local, String path, IOException cause) {
        return unreadable(local + " file", path, cause);
    }

    static BuildkitException.ContextUnreadableException folder(String local, String path, IOException cause) {
        return unreadable(local + " folder", path, cause);
    }

    /** Returns the exception for a file that differs from its announced attributes. */
    static FileSystemException changed(String path) {
        return new FileSystemException(path, null, "it was changed while it was being sent");
    }

    private static BuildkitException.ContextUnreadableException unreadable(
            String what, String path, IOException cause) {
        String oneLine = path.codePoints()
                .map(c -> Character.isISOControl(c) || Character.getType(c) == Character.SURROGATE ? '\uFFFD' : c)
                .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                .toString();
        return new BuildkitException.ContextUnreadableException(
                what + " '" + oneLine + "' cannot be read: " + FileErrors.reason(cause), cause);
    }
}
