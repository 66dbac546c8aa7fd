// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.filesync;

import io.jenkins.plugins.treenq.buildkit.wire.filetransfer.Stat;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;

/**
 * What the daemon was told of, by number. Keeps sixteen bytes and the last name of each entry, for a tree can have
 * very many. Not for concurrent use.
 */
final class SentEntries {
    private static final long NO_CONTENT = -1;
    private static final long REQUESTED = -2;

    /** A folder that later entries may lie in. */
    private record Folder(int id, String pathWithSlash) {}

    private final Deque<Folder> folders = new ArrayDeque<>();
    private byte[] names = new byte[1024];
    private int[] nameEnds = new int[64];
    private int[] parents = new int[64];
    private long[] sizes = new long[64];
    private int count;

    /**
     * Adds the next entry of the walk.
     *
     * @param sizeBytes of its content, or {@link Entry#HOLLOW}, or -1 if it has none
     */
    void add(Stat stat, long sizeBytes) {
        String path = NameBytes.text(stat.getPath().toByteArray());
        while (!folders.isEmpty() && !path.startsWith(folders.peek().pathWithSlash)) {
            folders.pop();
        }
        if (count == sizes.length) {
            int larger = count + count / 2;
            nameEnds = Arrays.copyOf(nameEnds, larger);
            parents = Arrays.copyOf(parents, larger);
            sizes = Arrays.copyOf(sizes, larger);
        }
        byte[] name = NameBytes.of(CleanPath.name(path));
        int start = count == 0 ? 0 : nameEnds[count - 1];
        int end = Math.addExact(start, name.length);
        if (end > names.length) {
            names = Arrays.copyOf(names, Math.max(end, names.length + names.length / 2));
        }
        System.arraycopy(name, 0, names, start, name.length);
        nameEnds[count] = end;
        parents[count] = folders.isEmpty() ? -1 : folders.peek().id;
        sizes[count] = sizeBytes < 0 ? NO_CONTENT : sizeBytes;
        if (FileMode.isFolder(stat.getMode())) {
            folders.push(new Folder(count, path + "/"));
        }
        count++;
    }

    /** Notes that the daemon asks for an entry's content. False if it must not: only known files, and those once. */
    boolean request(int id) {
        if (id < 0 || id >= count || sizes[id] < 0) {
            return false;
        }
        // Negative from now on, and the size can still be told.
        sizes[id] = REQUESTED - sizes[id];
        return true;
    }

    String path(int id) {
        StringBuilder path = new StringBuilder(name(id));
        for (int parent = parents[id]; parent >= 0; parent = parents[parent]) {
            path.insert(0, '/').insert(0, name(parent));
        }
        return path.toString();
    }

    /** Of the content of an entry that was requested, as it was added. */
    long sizeBytes(int id) {
        return REQUESTED - sizes[id];
    }

    private String name(int id) {
        int start = id == 0 ? 0 : nameEnds[id - 1];
        return NameBytes.text(Arrays.copyOfRange(names, start, nameEnds[id]));
    }
}
