// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.compression;

import java.util.function.LongSupplier;

/**
 * Estimates how many bytes of a stream still wait for the network. A stream only tells when its queue has fallen to a
 * threshold; the bytes that were sent between two such moments are what the network took in the meantime, from which
 * follows how fast the queue becomes shorter afterwards.
 *
 * <p>The estimate is used to keep the network busy while a compressor is at work that is slower than the network: what
 * is sent as it is arrives earlier than what would have to be compressed first.
 */
public final class NetworkQueue {
    private final long thresholdBytes;
    private final LongSupplier nanoTime;

    private boolean fell;
    private long rateNanos;
    private long rateBytes;
    private double bytesPerNano;
    private long fallNanos;
    private long fallBytes;

    /** @param thresholdBytes the length of the queue of which {@link #fellToThreshold} tells */
    public NetworkQueue(long thresholdBytes) {
        this(thresholdBytes, System::nanoTime);
    }

    NetworkQueue(long thresholdBytes, LongSupplier nanoTime) {
        this.thresholdBytes = thresholdBytes;
        this.nanoTime = nanoTime;
    }

    /** Notes that bytes were put into the queue. */
    public synchronized void sent(long bytes) {
        rateBytes += bytes;
        fallBytes += bytes;
    }

    /** Notes that the queue was longer than the threshold and has fallen to it. */
    public synchronized void fellToThreshold() {
        long now = nanoTime.getAsLong();
        if (!fell) {
            fell = true;
            rateNanos = now;
            rateBytes = 0;
        } else if (rateBytes >= thresholdBytes && now > rateNanos) {
            bytesPerNano = (double) rateBytes / (now - rateNanos);
            rateNanos = now;
            rateBytes = 0;
        }
        fallNanos = now;
        fallBytes = 0;
    }

    /** Returns whether less than half of the threshold is estimated to be left; false if nothing is known yet. */
    public synchronized boolean runsLow() {
        double left = thresholdBytes + fallBytes - bytesPerNano * (nanoTime.getAsLong() - fallNanos);
        return bytesPerNano > 0 && left < thresholdBytes / 2.0;
    }
}
