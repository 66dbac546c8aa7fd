// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.ctl;

import java.io.IOException;
import java.nio.file.Path;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/**
 * The option for a shared key of one's own. The daemon compares a folder with what it keeps under that key, so that
 * other clients' folders do not push it out; buildctl has nothing like it.
 */
final class SharedKeyOption {
    /** A file, because a process' arguments are public. */
    @Option(
            names = "--shared-key-file",
            paramLabel = "FILE",
            description = "file with the key under which the daemon keeps the folders for the next build; everyone who"
                    + " knows the key can read the folders")
    private Path file;

    /** Empty without one: shared with all clients that send none, as buildctl. */
    String read() throws IOException {
        if (file == null) {
            return "";
        }
        String key = OptionFile.text(file).strip();
        if (key.isEmpty() || !key.chars().allMatch(c -> c > ' ' && c < 0x7f)) {
            throw new TypeConversionException(
                    "the key in " + file + " must be a word of ASCII characters, such as openssl rand -hex 32 makes");
        }
        return key;
    }
}
