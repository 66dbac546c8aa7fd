// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;

/** Where an export that comes back to this side goes. */
public sealed interface Output {
    /** Files and folders of the {@code local} exporter; nothing is ever written outside of it. */
    record Folder(Path path) implements Output {}

    /** The one stream of the {@code tar}, {@code oci} and {@code docker} exporters. */
    record Stream(Opener opener) implements Output {}

    /** An OCI layout of the {@code oci} exporter with {@code tar=false}. */
    record Layout(Path path) implements Output {}

    /** Opens the stream when the daemon has something to write; closed when all of it is there. */
    @FunctionalInterface
    interface Opener {
        OutputStream open() throws IOException;
    }
}
