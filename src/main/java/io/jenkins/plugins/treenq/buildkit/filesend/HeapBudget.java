// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.filesend;

/** Limits the heap that the transfers of one build use together. */
final class HeapBudget {
    private long bytesLeft;

    HeapBudget(long bytes) {
        bytesLeft = bytes;
    }

    /** Takes a number of bytes from the budget. Returns false if the budget is exceeded. */
    synchronized boolean take(int bytes) {
        bytesLeft -= bytes;
        return bytesLeft >= 0;
    }
}
