// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.filesend;

/** What the transfers of one build may take of the heap together. */
final class HeapBudget {
    private long bytesLeft;

    HeapBudget(long bytes) {
        bytesLeft = bytes;
    }

    /** False when that is more than is left. */
    synchronized boolean take(int bytes) {
        bytesLeft -= bytes;
        return bytesLeft >= 0;
    }
}
