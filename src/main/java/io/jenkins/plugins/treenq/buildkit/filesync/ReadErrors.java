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

    /** Returns the exception for a file that was changed while it was read. */
    static FileSystemException changedWhileRead(String path) {
        return new FileSystemException(path, null, "it was changed while it was being read");
    }

    /** Returns the exception for a file that was changed after it was recorded in a {@link RecordedFolder}. */
    static FileSystemException changedSinceRecord(String path) {
        return new FileSystemException(
                path,
                null,
                "it was changed after the inputs of the build were compared; with skipIfUnchanged, do not change files "
                        + "while their image is built, such as in a parallel branch, or build from another folder");
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
