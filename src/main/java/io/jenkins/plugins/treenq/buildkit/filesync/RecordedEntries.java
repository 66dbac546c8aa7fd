// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.filesync;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import io.jenkins.plugins.treenq.buildkit.fsutil.EntryTable;
import io.jenkins.plugins.treenq.buildkit.fsutil.FileMode;
import io.jenkins.plugins.treenq.buildkit.fsutil.NameBytes;
import io.jenkins.plugins.treenq.buildkit.wire.filetransfer.Stat;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The entries of a folder and the hashes of their content, as a walk found them. A tree can have very many entries, so
 * that only the rare attributes are in maps. Once all entries are added, instances are safe for use by several threads.
 */
final class RecordedEntries {
    /** The number of bytes of a SHA-256 hash. */
    static final int HASH_BYTES = 32;

    /** The number of the device in the identities that hard links get here. */
    private static final long DEVICE = 0;

    private final WalkedEntries walked = new WalkedEntries();
    private final EntryTable table = walked.table();
    private final BitSet hollow = new BitSet();
    private final Map<Integer, String> targets = new HashMap<>();
    private final Map<Integer, Entry.Device> devices = new HashMap<>();

    /** For each file with several hard links in the folder, the ID of the first one. */
    private final Map<Integer, Integer> links = new HashMap<>();

    /** The entry that was found last, by any thread. */
    private volatile int latest;

    private byte[] hashes = new byte[HASH_BYTES * 64];

    /**
     * Adds the next entry of the walk.
     *
     * @param hash the SHA-256 hash of the content; null for an entry without content
     */
    void add(ContextWalker.Walked entry, byte[] hash) {
        Stat stat = entry.stat();
        int mode = stat.getMode();
        int id = walked.add(stat, stat.getSize());
        if (entry.sizeBytes() == Entry.HOLLOW) {
            hollow.set(id);
        }
        if (FileMode.isSymlink(mode)) {
            targets.put(id, text(stat.getLinkname()));
        } else if (!stat.getLinkname().isEmpty()) {
            int first = table.find(stat.getLinkname());
            links.put(first, first);
            links.put(id, first);
        }
        if ((mode & FileMode.DEVICE) != 0) {
            devices.put(id, new Entry.Device(stat.getDevmajor(), stat.getDevminor()));
        }
        if (hash != null) {
            int end = Math.multiplyExact(id + 1, HASH_BYTES);
            if (end > hashes.length) {
                hashes = Arrays.copyOf(hashes, (int) Math.min(end + end / 2L, Integer.MAX_VALUE - Long.BYTES));
            }
            System.arraycopy(hash, 0, hashes, end - HASH_BYTES, HASH_BYTES);
        }
    }

    /** Returns the ID of the entry with this path, or -1 if there is none. */
    int find(String path) {
        ByteString bytes = UnsafeByteOperations.unsafeWrap(NameBytes.of(path));
        // A walk, and the daemon's requests, usually go to the same entry or the next one.
        int before = latest;
        for (int id = Math.max(before, 0); id <= before + 1 && id < table.count(); id++) {
            if (table.path(id).equals(bytes)) {
                latest = id;
                return id;
            }
        }
        int id = table.find(bytes);
        latest = id;
        return id;
    }

    boolean isFolder(int id) {
        return FileMode.isFolder(table.mode(id));
    }

    Entry entry(int id) {
        Integer first = links.get(id);
        return new Entry(
                table.mode(id),
                table.sizeBytes(id),
                table.timeNanos(id),
                targets.getOrDefault(id, ""),
                first == null ? null : new Entry.Inode(DEVICE, first),
                devices.get(id),
                hollow.get(id));
    }

    /** Returns the SHA-256 hash of the content of a file. */
    byte[] hash(int id) {
        int start = id * HASH_BYTES;
        return Arrays.copyOfRange(hashes, start, start + HASH_BYTES);
    }

    /**
     * Returns the names in a folder.
     *
     * @param folder the ID of the folder, or {@link EntryTable#ROOT}
     */
    List<String> names(int folder) {
        return table.names(folder).stream().map(RecordedEntries::text).toList();
    }

    private static String text(ByteString name) {
        return NameBytes.text(name.toByteArray());
    }
}
