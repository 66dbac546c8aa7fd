// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.ctl;

import io.jenkins.plugins.treenq.buildkit.LocalSource;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** The options that let the daemon know a folder again that was written anew; buildctl has nothing like them. */
final class ContextReuse {
    /** The year 2000: later than the earliest time that archives can hold, and no time of a real file of today. */
    private static final String FROM_SECONDS = "946684800";

    @Option(
            names = "--content-times",
            arity = "0..1",
            paramLabel = "SECONDS",
            fallbackValue = FROM_SECONDS,
            description = "announces modification times that follow from content, none before these seconds since the"
                    + " epoch (${FALLBACK-VALUE}), so that a fresh checkout does not travel again")
    private long timesFromSeconds = LocalSource.Folder.TIMES_ON_DISK;

    /** A file, because a process' arguments are public. */
    @Option(
            names = "--shared-key-file",
            paramLabel = "FILE",
            description = "holds the key under which the daemon keeps the folders for the next build; whoever knows it"
                    + " can read them")
    private Path sharedKeyFile;

    LocalSource folder(Path path) {
        return new LocalSource.Folder(path, timesFromSeconds);
    }

    /** Empty without one: shared with all clients that send none, as buildctl. */
    String sharedKey() throws IOException {
        if (sharedKeyFile == null) {
            return "";
        }
        String key = Files.readString(sharedKeyFile).strip();
        if (key.isEmpty() || !key.chars().allMatch(c -> c > ' ' && c < 0x7f)) {
            throw new TypeConversionException(
                    "the key in " + sharedKeyFile + " must be a word of ASCII characters, such as openssl rand -hex 32 makes");
        }
        return key;
    }
}
