// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.filesync;

/** A first-in-first-out queue of IDs that takes four bytes for each. Instances are not thread-safe. */
final class IdQueue {
    private int[] ids = new int[64];
    private int first;
    private int count;

    boolean isEmpty() {
        return count == 0;
    }

    void add(int id) {
        if (count == ids.length) {
            int[] larger = new int[2 * count];
            System.arraycopy(ids, first, larger, 0, ids.length - first);
            System.arraycopy(ids, 0, larger, ids.length - first, first);
            ids = larger;
            first = 0;
        }
        ids[(first + count++) % ids.length] = id;
    }

    /**
     * Removes and returns the oldest ID.
     *
     * @throws IllegalStateException if the queue is empty
     */
    int remove() {
        if (count == 0) {
            throw new IllegalStateException();
        }
        int id = ids[first];
        first = (first + 1) % ids.length;
        count--;
        return id;
    }
}
