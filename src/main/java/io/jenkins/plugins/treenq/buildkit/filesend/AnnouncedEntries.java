// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.filesend;

import com.google.protobuf.ByteString;
import io.jenkins.plugins.treenq.buildkit.BuildkitException;
import io.jenkins.plugins.treenq.buildkit.fsutil.EntryTable;

/**
 * The entries whose stat the sender has sent. Their number is limited by a share of the heap, because a sender could
 * send entries without end. Instances are not thread-safe.
 */
final class AnnouncedEntries {
    private final EntryTable entries = new EntryTable();
    private final HeapBudget memory;

    AnnouncedEntries(HeapBudget memory) {
        this.memory = memory;
    }

    /**
     * Adds an entry.
     *
     * @param parent the ID of the folder that contains the entry, or {@link EntryTable#ROOT}
     * @param mode type and permissions as Go encodes them
     * @param timeNanos the modification time in nanoseconds since the epoch
     * @return the ID of the entry
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

    /** Returns the ID of the entry with this path, or -1 if there is none. */
    int find(ByteString path) {
        return entries.find(path);
    }
}
