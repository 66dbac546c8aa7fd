// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.compression;

import java.util.function.LongSupplier;

/**
 * Estimates how many bytes of a stream still wait for the network. gRPC only reports when the queue of a stream has
 * fallen to a threshold. The bytes that were sent between two such reports divided by the time between them are the
 * speed of the network, at which the queue becomes shorter afterwards.
 *
 * <p>The estimate keeps the network busy while a compressor works that is slower than the network: uncompressed content
 * arrives earlier than content that has to be compressed first.
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

    /** @param thresholdBytes length of the queue at which {@link #fellToThreshold} is called */
    public NetworkQueue(long thresholdBytes) {
        this(thresholdBytes, System::nanoTime);
    }

    NetworkQueue(long thresholdBytes, LongSupplier nanoTime) {
        this.thresholdBytes = thresholdBytes;
        this.nanoTime = nanoTime;
    }

    /** Records that bytes were put into the queue. */
    public synchronized void sent(long bytes) {
        rateBytes += bytes;
        fallBytes += bytes;
    }

    /** Records that the queue was longer than the threshold and has fallen to it. */
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

    /** Returns whether the estimated queue is shorter than half the threshold; false before the first estimate. */
    public synchronized boolean runsLow() {
        double left = thresholdBytes + fallBytes - bytesPerNano * (nanoTime.getAsLong() - fallNanos);
        return bytesPerNano > 0 && left < thresholdBytes / 2.0;
    }
}
