// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit;

import java.nio.file.Path;
import java.util.Map;

/** Files of the client that the daemon may fetch under a name, such as {@code context} or {@code dockerfile}. */
public sealed interface LocalSource {
    /** A folder on the client's machine. The client never sends files from outside of the folder. */
    sealed interface OnDisk extends LocalSource {
        Path path();
    }

    /** A folder as it is when the daemon fetches its files. */
    record Folder(Path path) implements OnDisk {}

    /**
     * A folder as it was when the hash of its files was computed. Only what was recorded then is sent, and a file whose
     * content has changed since then fails the build.
     */
    non-sealed interface Recorded extends OnDisk {}

    /** Regular files in memory, by name. All files are in the root folder. */
    record Files(Map<String, byte[]> contents) implements LocalSource {
        public Files {
            contents = Map.copyOf(contents);
        }
    }
}
