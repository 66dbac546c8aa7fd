// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.filesync;

import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * Which modification times the daemon is told. It fetches a file again only if its size, mode or this time has changed,
 * so the same path must never have the same time with different content.
 */
interface ModificationTimes {
    /** As they are on disk. */
    ModificationTimes REAL = (tree, path, entry) -> entry.modificationTimeNanos();

    /** Nanoseconds since the epoch. Called once for each entry that is sent, in the order of the walk. */
    long nanos(Tree tree, String path, Entry entry) throws IOException;

    /** For one file's content while it is sent; null when times do not derive from content. */
    default Content content() {
        return null;
    }

    /** Content as it is sent. */
    interface Content {
        void update(ByteBuffer bytes);

        /** The time that everything so far stands for. */
        long nanos();
    }
}
