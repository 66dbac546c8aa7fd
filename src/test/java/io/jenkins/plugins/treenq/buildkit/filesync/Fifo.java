// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.filesync;

import java.io.IOException;
import java.nio.file.Path;

/** Makes named pipes, which Java cannot. */
final class Fifo {
    private Fifo() {}

    static void create(Path path) throws IOException, InterruptedException {
        if (new ProcessBuilder("mkfifo", path.toString()).start().waitFor() != 0) {
            throw new IOException("mkfifo failed for " + path);
        }
    }
}
