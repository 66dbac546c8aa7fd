// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.ctl;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Reads the LLB definition from standard input, for a build without a frontend. */
final class StandardInput {
    private static final Path DEVICE = Path.of("/dev/stdin");
    private static final int TYPE = 0170000;
    private static final int CHARACTER_DEVICE = 0020000;

    private StandardInput() {}

    static byte[] definition() throws IOException {
        if (terminal()) {
            throw new IOException("specify --frontend, or pipe in a definition of low-level operations (LLB)");
        }
        return System.in.readAllBytes();
    }

    /** Whether standard input is a terminal or another character device, so that no definition is piped in. */
    private static boolean terminal() throws IOException {
        if (!Files.exists(DEVICE)) {
            return System.console() != null;
        }
        return ((int) Files.getAttribute(DEVICE, "unix:mode") & TYPE) == CHARACTER_DEVICE;
    }
}
