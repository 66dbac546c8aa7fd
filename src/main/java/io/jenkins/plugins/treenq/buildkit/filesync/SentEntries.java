// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.filesync;

import com.google.protobuf.ByteString;
import io.jenkins.plugins.treenq.buildkit.fsutil.EntryPath;
import io.jenkins.plugins.treenq.buildkit.fsutil.EntryTable;
import io.jenkins.plugins.treenq.buildkit.fsutil.FileMode;
import io.jenkins.plugins.treenq.buildkit.fsutil.NameBytes;
import io.jenkins.plugins.treenq.buildkit.wire.filetransfer.Stat;
import java.util.ArrayDeque;
import java.util.BitSet;
import java.util.Deque;

/** The entries that the daemon was told of, and which of them it has asked for. Not for concurrent use. */
final class SentEntries {
    private static final ByteString SLASH = ByteString.copyFromUtf8("/");

    /** A folder that later entries may lie in. */
    private record Folder(int id, ByteString pathWithSlash) {}

    private final EntryTable entries = new EntryTable();
    private final BitSet requested = new BitSet();
    private final Deque<Folder> folders = new ArrayDeque<>();

    /**
     * Adds the next entry of the walk.
     *
     * @param sizeBytes of its content, or {@link Entry#HOLLOW}, or -1 if it has none
     */
    void add(Stat stat, long sizeBytes) {
        ByteString path = stat.getPath();
        while (!folders.isEmpty() && !path.startsWith(folders.peek().pathWithSlash)) {
            folders.pop();
        }
        int parent = folders.isEmpty() ? EntryTable.ROOT : folders.peek().id;
        int id = entries.add(parent, EntryPath.name(path), stat.getMode(), sizeBytes, stat.getModTime());
        if (FileMode.isFolder(stat.getMode())) {
            folders.push(new Folder(id, path.concat(SLASH)));
        }
    }

    /** Notes that the daemon asks for an entry's content. False if it must not: only known files, and those once. */
    boolean request(int id) {
        if (id < 0 || id >= entries.count() || entries.sizeBytes(id) < 0 || requested.get(id)) {
            return false;
        }
        requested.set(id);
        return true;
    }

    /** See {@link NameBytes}. */
    String path(int id) {
        return NameBytes.text(entries.path(id).toByteArray());
    }

    /** Of the entry's content, as it was added. */
    long sizeBytes(int id) {
        return entries.sizeBytes(id);
    }
}
