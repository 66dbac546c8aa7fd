// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.ctl;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The definition that is piped into a build without a frontend. */
final class StandardInput {
    private static final Path DEVICE = Path.of("/dev/stdin");
    private static final int TYPE = 0170000;
    private static final int CHARACTER_DEVICE = 0020000;

    private StandardInput() {}

    static byte[] definition() throws IOException {
        if (terminal()) {
            throw new IOException("name a --frontend, or pipe in a definition of low-level operations (LLB)");
        }
        return System.in.readAllBytes();
    }

    /** Or another device that nothing is piped in through. */
    private static boolean terminal() throws IOException {
        if (!Files.exists(DEVICE)) {
            return System.console() != null;
        }
        return ((int) Files.getAttribute(DEVICE, "unix:mode") & TYPE) == CHARACTER_DEVICE;
    }
}
