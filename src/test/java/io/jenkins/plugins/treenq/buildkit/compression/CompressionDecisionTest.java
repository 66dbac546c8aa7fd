// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.compression;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class CompressionDecisionTest {
    private static final int PIECE_BYTES = 32 << 10;
    private static final double NANOS = 1e9;

    private long now;
    private final CompressionDecision decision = new CompressionDecision(true, () -> now);

    /** The number of bytes of the content that were sent compressed. */
    private long compressedBytes;

    /**
     * Sends content over a link, through a compressor and to a daemon of the given speeds in bytes per second. The
     * sender waits unless it is itself the slowest.
     */
    private void send(long bytes, double link, double compressor, double ratio, double daemon, double reader) {
        decision.begin();
        for (long sent = 0; sent < bytes; sent += PIECE_BYTES) {
            boolean compressed = decision.compresses();
            double network = Math.max(PIECE_BYTES / (compressed ? ratio : 1) / link, PIECE_BYTES / daemon);
            double own = PIECE_BYTES / reader + (compressed ? PIECE_BYTES / compressor : 0);
            now += (long) (NANOS * Math.max(network, own));
            compressedBytes += compressed ? PIECE_BYTES : 0;
            if (network > own) {
                decision.waits();
            }
            decision.sent(PIECE_BYTES);
        }
        decision.end();
    }

    @Test
    void textOverASlowLinkIsCompressed() {
        send(60_000_000, 12e6, 70e6, 3, 1e9, 1e9);
        assertTrue(compressedBytes > 55_000_000, () -> "compressed " + compressedBytes);
    }

    @Test
    void aFirstAttemptThatIsSlowForAnotherReasonIsSoonRepeated() {
        send(1_100_000, 2e6, 1e6, 4, 1e9, 1e9);
        assertTrue(compressedBytes > 0);
        assertFalse(decision.compresses());
        compressedBytes = 0;
        send(8_000_000, 2e6, 70e6, 4, 1e9, 1e9);
        assertTrue(compressedBytes > 5_000_000, () -> "compressed " + compressedBytes);
    }

    @Test
    void theNextTransferIsCompressedWithoutATrial() {
        send(10_000_000, 12e6, 70e6, 3, 1e9, 1e9);
        now += (long) (60 * NANOS);
        compressedBytes = 0;
        send(5_000_000, 12e6, 70e6, 3, 1e9, 1e9);
        assertEquals(5_013_504, compressedBytes);
    }

    @Test
    void compressionIsNotTriedOnAFastLink() {
        send(1_000_000_000, 400e6, 70e6, 3, 1e9, 1e9);
        assertEquals(0, compressedBytes);
    }

    @Test
    void compressionIsNotTriedIfTheSenderIsTheBottleneck() {
        send(1_000_000_000, 1e9, 70e6, 3, 1e9, 50e6);
        assertEquals(0, compressedBytes);
    }

    @Test
    void contentForASlowDaemonIsNotCompressed() {
        send(500_000_000, 1e9, 70e6, 3, 40e6, 1e9);
        assertTrue(compressedBytes < 10_000_000, () -> "compressed " + compressedBytes);
        assertFalse(decision.compresses());
    }

    @Test
    void compressionOfIncompressibleContentIsRarelyTried() {
        send(200_000_000, 12e6, 70e6, 1, 1e9, 1e9);
        assertTrue(compressedBytes < 10_000_000, () -> "compressed " + compressedBytes);
    }

    @Test
    void aCompressorThatIsSlowerThanTheLinkIsNotUsed() {
        send(200_000_000, 50e6, 20e6, 3, 1e9, 1e9);
        assertTrue(compressedBytes < 10_000_000, () -> "compressed " + compressedBytes);
    }

    @Test
    void compressionStopsWhenTheLinkBecomesFast() {
        send(60_000_000, 12e6, 70e6, 3, 1e9, 1e9);
        compressedBytes = 0;
        send(1_000_000_000, 1e9, 70e6, 3, 900e6, 1e9);
        assertTrue(compressedBytes < 150_000_000, () -> "compressed " + compressedBytes);
        assertFalse(decision.compresses());
    }

    /** The compressor is slower than the network, so the queue is empty when uncompressed content is sent. */
    @Test
    void aLargeSendQueueIsNotMistakenForAFastLink() {
        double link = 12e6;
        double queueBytes = 3_000_000;
        double queued = 0;
        decision.begin();
        for (long sent = 0; sent < 200_000_000; sent += PIECE_BYTES) {
            boolean compressed = decision.compresses();
            compressedBytes += compressed ? PIECE_BYTES : 0;
            double own = PIECE_BYTES / (compressed ? 25e6 : 1e9);
            queued = Math.max(0, queued - own * link) + PIECE_BYTES / (compressed ? 3.0 : 1);
            if (queued > queueBytes) {
                decision.waits();
                own += (queued - queueBytes) / link;
                queued = queueBytes;
            }
            now += (long) (NANOS * own);
            decision.sent(PIECE_BYTES);
        }
        decision.end();
        assertTrue(compressedBytes > 130_000_000, () -> "compressed " + compressedBytes);
    }

    @Test
    void compressionCanBeSwitchedOff() {
        CompressionDecision off = new CompressionDecision(false, () -> now);
        off.begin();
        for (int i = 0; i < 1_000; i++) {
            now += 1_000_000;
            off.waits();
            off.sent(PIECE_BYTES);
            assertFalse(off.compresses());
        }
    }
}
