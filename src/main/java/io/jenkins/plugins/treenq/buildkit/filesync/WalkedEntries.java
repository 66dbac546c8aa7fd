// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.filesync;

import com.google.protobuf.ByteString;
import io.jenkins.plugins.treenq.buildkit.fsutil.EntryPath;
import io.jenkins.plugins.treenq.buildkit.fsutil.EntryTable;
import io.jenkins.plugins.treenq.buildkit.fsutil.FileMode;
import io.jenkins.plugins.treenq.buildkit.wire.filetransfer.Stat;
import java.util.ArrayDeque;
import java.util.Deque;

/** Puts the entries of a walk into a table, each one below its folder. Instances are not thread-safe. */
final class WalkedEntries {
    private static final ByteString SLASH = ByteString.copyFromUtf8("/");

    /** A folder that can contain the next entries. */
    private record Folder(int id, ByteString pathWithSlash) {}

    private final EntryTable table = new EntryTable();
    private final Deque<Folder> folders = new ArrayDeque<>();

    /**
     * Adds the next entry of the walk, and returns its ID.
     *
     * @param sizeBytes the size that the table gets, which may have a special meaning
     */
    int add(Stat stat, long sizeBytes) {
        ByteString path = stat.getPath();
        while (!folders.isEmpty() && !path.startsWith(folders.peek().pathWithSlash)) {
            folders.pop();
        }
        int parent = folders.isEmpty() ? EntryTable.ROOT : folders.peek().id;
        int id = table.add(parent, EntryPath.name(path), stat.getMode(), sizeBytes, stat.getModTime());
        if (FileMode.isFolder(stat.getMode())) {
            folders.push(new Folder(id, path.concat(SLASH)));
        }
        return id;
    }

    EntryTable table() {
        return table;
    }
}
