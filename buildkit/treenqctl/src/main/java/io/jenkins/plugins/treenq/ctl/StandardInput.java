// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.ctl;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** Reads standard input. */
final class StandardInput {
    private static final Path DEVICE = Path.of("/dev/stdin");
    private static final int TYPE = 0170000;
    private static final int CHARACTER_DEVICE = 0020000;

    private StandardInput() {}

    /** Returns the LLB definition for a build without a frontend. */
    static byte[] definition() throws IOException {
        if (terminal()) {
            throw new IOException("specify --frontend, or pipe in a definition of low-level operations (LLB)");
        }
        return System.in.readAllBytes();
    }

    /** Returns a text, which is typed if standard input is a terminal. */
    static String text() throws IOException {
        return new String(System.in.readAllBytes(), StandardCharsets.UTF_8);
    }

    /** Whether standard input is a terminal or another character device, so that no definition is piped in. */
    private static boolean terminal() throws IOException {
        if (!Files.exists(DEVICE)) {
            return System.console() != null;
        }
        return ((int) Files.getAttribute(DEVICE, "unix:mode") & TYPE) == CHARACTER_DEVICE;
    }
}
