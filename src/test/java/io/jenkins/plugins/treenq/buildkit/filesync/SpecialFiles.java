// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.filesync;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Creates files that Java cannot create. */
final class SpecialFiles {
    private SpecialFiles() {}

    static void fifo(Path path) throws IOException, InterruptedException {
        run("mkfifo", path.toString());
    }

    /** Creates a symlink with an unchanged target; Java would remove double slashes. */
    static void symlink(Path link, String target) throws IOException, InterruptedException {
        if (Path.of(target).toString().equals(target)) {
            Files.createSymbolicLink(link, Path.of(target));
        } else {
            run("ln", "-s", "--", target, link.toString());
        }
    }

    static void run(String... command) throws IOException, InterruptedException {
        if (new ProcessBuilder(command).inheritIO().start().waitFor() != 0) {
            throw new IOException(String.join(" ", command) + " failed");
        }
    }
}
