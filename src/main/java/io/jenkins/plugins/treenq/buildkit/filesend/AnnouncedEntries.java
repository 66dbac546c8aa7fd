// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.filesend;

import com.google.protobuf.ByteString;
import io.jenkins.plugins.treenq.buildkit.BuildkitException;
import io.jenkins.plugins.treenq.buildkit.fsutil.EntryTable;

/**
 * The entries that a sender has announced. There are only so many that the heap can bear them: a walk need not end. Not
 * for concurrent use.
 */
final class AnnouncedEntries {
    private final EntryTable entries = new EntryTable();
    private final HeapBudget memory;

    AnnouncedEntries(HeapBudget memory) {
        this.memory = memory;
    }

    /**
     * @param parent number of its folder, or {@link EntryTable#ROOT}
     * @return its own number
     */
    int add(int parent, ByteString name, int mode, long sizeBytes, long timeNanos)
            throws BuildkitException.DaemonFailedException {
        if (!memory.take(EntryTable.ENTRY_BYTES + name.size())) {
            throw ReceiveErrors.refused("it has more than the " + count()
                    + " entries that this JVM has memory for; give it a larger heap if the result is that large");
        }
        return entries.add(parent, name, mode, sizeBytes, timeNanos);
    }

    int count() {
        return entries.count();
    }

    int mode(int id) {
        return entries.mode(id);
    }

    long sizeBytes(int id) {
        return entries.sizeBytes(id);
    }

    long timeNanos(int id) {
        return entries.timeNanos(id);
    }

    ByteString path(int id) {
        return entries.path(id);
    }

    /** The number of the entry with that path, or -1. */
    int find(ByteString path) {
        return entries.find(path);
    }
}
