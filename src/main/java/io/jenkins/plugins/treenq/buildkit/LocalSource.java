// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit;

import java.nio.file.Path;
import java.util.Map;

/** A tree of files that the daemon may fetch under a name, such as {@code context} or {@code dockerfile}. */
public sealed interface LocalSource {
    /** A folder on this machine; nothing outside it is ever sent. */
    record Folder(Path path) implements LocalSource {}

    /** Regular files held in memory, by their names, all in one folder. */
    record Files(Map<String, byte[]> contents) implements LocalSource {
        public Files {
            contents = Map.copyOf(contents);
        }
    }
}
