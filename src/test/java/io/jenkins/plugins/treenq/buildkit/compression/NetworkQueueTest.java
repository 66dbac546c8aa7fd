// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.compression;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class NetworkQueueTest {
    private static final int PIECE_BYTES = 32 << 10;
    private static final int RATIO = 3;
    private static final long THRESHOLD_BYTES = 256 << 10;

    private double now;
    private final NetworkQueue queue = new NetworkQueue(THRESHOLD_BYTES, () -> (long) (now * 1e9));
    private long compressedBytes;
    private double idleSeconds;

    /** Compresses content before it is sent, except while the queue runs low. */
    private void send(long bytes, double link, double compressor) {
        double queued = 0;
        for (long content = 0; content < bytes; content += PIECE_BYTES) {
            boolean compressed = !queue.runsLow();
            compressedBytes += compressed ? PIECE_BYTES : 0;
            double own = PIECE_BYTES / (compressed ? compressor : 1e9);
            now += own;
            idleSeconds += Math.max(0, own - queued / link);
            queued = Math.max(0, queued - own * link);
            double sent = (double) PIECE_BYTES / (compressed ? RATIO : 1);
            queued += sent;
            queue.sent((long) sent);
            if (queued > THRESHOLD_BYTES) {
                now += (queued - THRESHOLD_BYTES) / link;
                queued = THRESHOLD_BYTES;
                queue.fellToThreshold();
            }
        }
    }

    @Test
    void aCompressorThatIsFastEnoughCompressesEverything() {
        send(60_000_000, 12e6, 100e6);
        assertTrue(compressedBytes > 59_000_000, () -> "compressed " + compressedBytes);
    }

    @Test
    void uncompressedContentKeepsTheNetworkBusy() {
        send(20 * THRESHOLD_BYTES, 12e6, 1e9);
        compressedBytes = 0;
        idleSeconds = 0;
        send(60_000_000, 12e6, 20e6);
        // If all was compressed, the network would take 20 of 60 MB in the 3 s of the compressor, and idle for 1.3 s.
        assertTrue(compressedBytes > 20_000_000 && compressedBytes < 50_000_000, () -> "compressed " + compressedBytes);
        assertTrue(idleSeconds < 0.2, () -> "idle for " + idleSeconds + " s");
    }

    @Test
    void theQueueIsNotLowBeforeTheSpeedOfTheNetworkIsKnown() {
        queue.sent(10 * THRESHOLD_BYTES);
        queue.fellToThreshold();
        now += 60;
        assertFalse(queue.runsLow());
        queue.sent(THRESHOLD_BYTES);
        queue.fellToThreshold();
        assertFalse(queue.runsLow());
        now += 59;
        assertTrue(queue.runsLow());
        assertEquals(0, compressedBytes);
    }
}
