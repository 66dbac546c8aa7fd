// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.filesend;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import io.jenkins.plugins.treenq.buildkit.BuildkitException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The entries that a sender has announced, by number, in the order of its walk. Keeps about thirty bytes and the last
 * name of each, and only so many that the heap can bear them: a walk need not end. Not for concurrent use.
 */
final class AnnouncedEntries {
    static final int ROOT = -1;

    private static final int BLOCK_BITS = 10;
    private static final int BLOCK = 1 << BLOCK_BITS;

    /** Of an entry, beside its name: what the arrays below take. */
    private static final int ENTRY_BYTES = 28;

    /** A thousand entries; lists of these grow without copying what is there. */
    private static final class Block {
        final int[] parents = new int[BLOCK];
        final int[] nameEnds = new int[BLOCK];
        final int[] modes = new int[BLOCK];
        final long[] sizes = new long[BLOCK];
        final long[] times = new long[BLOCK];
        byte[] names = new byte[BLOCK * 8];
    }

    private final List<Block> blocks = new ArrayList<>();
    private final HeapBudget memory;
    private int count;

    AnnouncedEntries(HeapBudget memory) {
        this.memory = memory;
    }

    /**
     * @param parent number of its folder
     * @return its own number
     */
    int add(int parent, ByteString name, int mode, long sizeBytes, long timeNanos)
            throws BuildkitException.DaemonFailed {
        if (!memory.take(ENTRY_BYTES + name.size())) {
            throw ReceiveErrors.because("it has more than the " + count
                    + " entries that this JVM has memory for; give it a larger heap if the result is that large");
        }
        int at = count & BLOCK - 1;
        if (at == 0) {
            blocks.add(new Block());
        }
        Block block = blocks.get(count >> BLOCK_BITS);
        int start = at == 0 ? 0 : block.nameEnds[at - 1];
        int end = start + name.size();
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

    int count() {
        return count;
    }

    int mode(int id) {
        return block(id).modes[id & BLOCK - 1];
    }

    long sizeBytes(int id) {
        return block(id).sizes[id & BLOCK - 1];
    }

    long timeNanos(int id) {
        return block(id).times[id & BLOCK - 1];
    }

    /** Names joined with "/". */
    ByteString path(int id) {
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

    /** The number of the entry with that path, or -1. A search by halves, for a walk is in order. */
    int find(ByteString path) {
        int low = 0;
        int high = count - 1;
        while (low <= high) {
            int middle = (low + high) >>> 1;
            int order = WalkOrder.compare(path(middle), path);
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
