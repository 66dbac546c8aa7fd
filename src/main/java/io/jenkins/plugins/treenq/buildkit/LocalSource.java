// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit;

import java.nio.file.Path;
import java.util.Map;

/** A tree of files that the daemon may fetch under a name, such as {@code context} or {@code dockerfile}. */
public sealed interface LocalSource {
    /**
     * A folder on this machine; nothing outside it is ever sent.
     *
     * @param timesFromSeconds the first second since the epoch of modification times that derive from content, so that
     *     a file which the daemon has got already does not travel again, whenever it was written here; or
     *     {@link #TIMES_ON_DISK}
     */
    record Folder(Path path, long timesFromSeconds) implements LocalSource {
        /** Modification times as they are, which is what buildctl announces. */
        public static final long TIMES_ON_DISK = -1;

        /** With the modification times as they are. */
        public Folder(Path path) {
            this(path, TIMES_ON_DISK);
        }
    }

    /** Regular files held in memory, by their names, all in one folder. */
    record Files(Map<String, byte[]> contents) implements LocalSource {
        public Files {
            contents = Map.copyOf(contents);
        }
    }
}
