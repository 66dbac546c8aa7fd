// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.filesync;

import io.jenkins.plugins.treenq.buildkit.fsutil.EntryTable;
import io.jenkins.plugins.treenq.buildkit.fsutil.NameBytes;
import io.jenkins.plugins.treenq.buildkit.wire.filetransfer.Stat;
import java.util.BitSet;

/**
 * The entries whose stat was sent to the daemon, and whether the daemon has requested their content. Instances are not
 * thread-safe.
 */
final class SentEntries {
    private final WalkedEntries walked = new WalkedEntries();
    private final EntryTable entries = walked.table();
    private final BitSet requested = new BitSet();

    /**
     * Adds the next entry of the walk.
     *
     * @param sizeBytes the size of the content, {@link Entry#HOLLOW} if the content is sent as empty, or -1 if the
     *     entry has no content
     */
    void add(Stat stat, long sizeBytes) {
        walked.add(stat, sizeBytes);
    }

    /**
     * Records that the daemon requests the content of an entry. Returns false if the request is invalid: the daemon may
     * request each file that it was sent once, and nothing else.
     */
    boolean request(int id) {
        if (id < 0 || id >= entries.count() || entries.sizeBytes(id) < 0 || requested.get(id)) {
            return false;
        }
        requested.set(id);
        return true;
    }

    /** Returns the path of an entry, see {@link NameBytes}. */
    String path(int id) {
        return NameBytes.text(entries.path(id).toByteArray());
    }

    /** Returns the size of an entry's content, as it was added. */
    long sizeBytes(int id) {
        return entries.sizeBytes(id);
    }
}
