// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.fsutil;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The entries of a transfer by their IDs, which are numbered in the order of the walk. A tree can have very many
 * entries, so the table stores {@value #ENTRY_BYTES} bytes and the last name of the path for each. Instances are not
 * thread-safe.
 */
public final class EntryTable {
    /** The ID of the transferred folder itself, which is not an entry. */
    public static final int ROOT = -1;

    /** The number of bytes of heap that an entry uses in addition to its name. */
    public static final int ENTRY_BYTES = 28;

    private static final int BLOCK_BITS = 10;
    private static final int BLOCK = 1 << BLOCK_BITS;

    /** A block of 1024 entries. A list of blocks grows without copying the entries. */
    private static final class Block {
        final int[] parents = new int[BLOCK];
        final int[] nameEnds = new int[BLOCK];
        final int[] modes = new int[BLOCK];
        final long[] sizes = new long[BLOCK];
        final long[] times = new long[BLOCK];
        byte[] names = new byte[BLOCK * 8];
    }

    private final List<Block> blocks = new ArrayList<>();
    private int count;

    /**
     * Adds the next entry of the walk.
     *
     * @param parent the ID of the folder that contains the entry
     * @param name the last name of the path
     * @param mode type and permissions, see {@link FileMode}
     * @param sizeBytes the size in bytes
     * @param timeNanos the modification time in nanoseconds since the epoch
     * @return the ID of the entry
     */
    public int add(int parent, ByteString name, int mode, long sizeBytes, long timeNanos) {
        int at = count & BLOCK - 1;
        if (at == 0) {
            blocks.add(new Block());
        }
        Block block = blocks.get(count >> BLOCK_BITS);
        int start = at == 0 ? 0 : block.nameEnds[at - 1];
        int end = Math.addExact(start, name.size());
        if (end > block.names.length) {
            block.names = Arrays.copyOf(block.names, end + end / 2);
        }
        name.copyTo(block.names, start);
        block.nameEnds[at] = end;
        block.parents[at] = parent;
        block.modes[at] = mode;
        block.sizes[at] = sizeBytes;
        block.times[at] = timeNanos;
        return count++;
    }

    public int count() {
        return count;
    }

    public int mode(int id) {
        return block(id).modes[id & BLOCK - 1];
    }

    public long sizeBytes(int id) {
        return block(id).sizes[id & BLOCK - 1];
    }

    public long timeNanos(int id) {
        return block(id).times[id & BLOCK - 1];
    }

    /** Returns the path of an entry. */
    public ByteString path(int id) {
        int length = -1;
        for (int at = id; at != ROOT; at = parent(at)) {
            length += 1 + nameEnd(at) - nameStart(at);
        }
        byte[] path = new byte[length];
        int end = length;
        for (int at = id; at != ROOT; at = parent(at)) {
            int nameLength = nameEnd(at) - nameStart(at);
            System.arraycopy(block(at).names, nameStart(at), path, end - nameLength, nameLength);
            end -= nameLength + 1;
            if (end >= 0) {
                path[end] = '/';
            }
        }
        return UnsafeByteOperations.unsafeWrap(path);
    }

    /**
     * Returns the ID of the entry with this path, or -1 if there is none. The search is binary, because a walk is
     * sorted.
     */
    public int find(ByteString path) {
        int low = 0;
        int high = count - 1;
        while (low <= high) {
            int middle = (low + high) >>> 1;
            int order = EntryPath.ORDER.compare(path(middle), path);
            if (order == 0) {
                return middle;
            }
            if (order < 0) {
                low = middle + 1;
            } else {
                high = middle - 1;
            }
        }
        return -1;
    }

    /**
     * Returns the names in a folder in the order of the walk. The entries of a folder follow it in the table, so that
     * the search ends with the first entry whose folder is an earlier one.
     *
     * @param folder the ID of the folder, or {@link #ROOT}
     */
    public List<ByteString> names(int folder) {
        List<ByteString> names = new ArrayList<>();
        for (int id = folder + 1; id < count && parent(id) >= folder; id++) {
            if (parent(id) == folder) {
                names.add(ByteString.copyFrom(block(id).names, nameStart(id), nameEnd(id) - nameStart(id)));
            }
        }
        return names;
    }

    private Block block(int id) {
        return blocks.get(id >> BLOCK_BITS);
    }

    private int parent(int id) {
        return block(id).parents[id & BLOCK - 1];
    }

    private int nameStart(int id) {
        int at = id & BLOCK - 1;
        return at == 0 ? 0 : block(id).nameEnds[at - 1];
    }

    private int nameEnd(int id) {
        return block(id).nameEnds[id & BLOCK - 1];
    }
}
