// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.ctl;

import java.io.IOException;
import java.nio.file.Path;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/**
 * The option for a shared key. The daemon keeps transferred folders under the key for the next build, and with a key of
 * its own, a client's folders are not replaced by those of other clients. buildctl has no such option.
 */
final class SharedKeyOption {
    /** The key is in a file, because the arguments of a process are visible to other users. */
    @Option(
            names = "--shared-key-file",
            paramLabel = "FILE",
            description = "file with the key under which the daemon keeps the folders for the next build; everyone who"
                    + " knows the key can read the folders")
    private Path file;

    /**
     * Returns the key. Without the option, it is empty, and the folders are shared with all clients that send no key,
     * such as buildctl.
     */
    String read() throws IOException {
        if (file == null) {
            return "";
        }
        String key = OptionFile.text(file).strip();
        if (key.isEmpty() || !key.chars().allMatch(c -> c > ' ' && c < 0x7f)) {
            throw new TypeConversionException("the key in " + file
                    + " must be one word of ASCII characters; create one with openssl rand -hex 32");
        }
        return key;
    }
}
