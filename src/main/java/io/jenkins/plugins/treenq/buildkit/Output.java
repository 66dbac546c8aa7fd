// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;

/** The destination on the client's machine of a result that the daemon sends to the client. */
public sealed interface Output {
    /** A folder for the files of the {@code local} exporter. The client never writes outside of the folder. */
    record Folder(Path path) implements Output {}

    /** A stream for the archive of the {@code tar}, {@code oci} or {@code docker} exporter. */
    record Stream(Opener opener) implements Output {}

    /** A folder for the OCI layout of the {@code oci} exporter with {@code tar=false}. */
    record Layout(Path path) implements Output {}

    /**
     * Opens the stream when the daemon starts to send the archive. The client closes the stream after the last byte.
     */
    @FunctionalInterface
    interface Opener {
        OutputStream open() throws IOException;
    }
}
