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

/**
 * The entries whose stat was sent to the daemon, and whether the daemon has requested their content. Instances are not
 * thread-safe.
 */
final class SentEntries {
    private static final ByteString SLASH = ByteString.copyFromUtf8("/");

    /** A folder that can contain the next entries. */
    private record Folder(int id, ByteString pathWithSlash) {}

    private final EntryTable entries = new EntryTable();
    private final BitSet requested = new BitSet();
    private final Deque<Folder> folders = new ArrayDeque<>();

    /**
     * Adds the next entry of the walk.
     *
     * @param sizeBytes the size of the content, {@link Entry#HOLLOW} if the content is sent as empty, or -1 if the
     *     entry has no content
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
