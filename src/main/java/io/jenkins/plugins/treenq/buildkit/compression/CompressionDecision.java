// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.compression;

import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * Decides for one connection whether content is compressed before it is sent. The decision is made by trying: while the
 * sender has to wait for the network, content is sent compressed for a short period, and compression is kept only if
 * clearly more content per second was sent than without. Neither the reason of the wait nor the speed of the compressor
 * needs to be known: if the daemon is what limits the transfer, compression brings nothing and is given up again.
 *
 * <p>The other way is tried again and again, each time after a longer pause, because networks and machines change. All
 * transfers of a connection share the decision, because they share the link.
 */
public final class CompressionDecision {
    /** A period has at least this many bytes of content, which the queues between sender and network cannot hide. */
    static final long PERIOD_BYTES = 512 << 10;

    static final long PERIOD_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

    /** More content than a processor compresses in a second, so that nothing is tried on links that are this fast. */
    static final long FASTEST_BYTES_PER_SECOND = 150_000_000;

    /** The factor by which compression must increase the content per second to be worth its processor time. */
    static final double WORTHWHILE = 1.3;

    /**
     * The number of periods until compression is tried again after its first attempt without benefit, which may have
     * been slow for another reason; doubles with each further attempt.
     */
    static final int SHORTEST_PAUSE = 4;

    /** The number of periods until the other way is tried again after an attempt with benefit. */
    static final int PAUSE = 16;

    static final int LONGEST_PAUSE = 64;

    private final boolean allowed;
    private final LongSupplier nanoTime;

    private int transfers;
    private boolean compressing;
    private boolean attempt;
    private double otherRate;
    private int pause = SHORTEST_PAUSE / 2;
    private int periodsLeft;

    /** All periods since the last attempt, because a single one may be slow for any reason. */
    private long sinceAttemptBytes;

    private long sinceAttemptNanos;

    private boolean measuring;
    private boolean waited;
    private long start;
    private long bytes;

    /** @param allowed whether content may be compressed at all */
    public CompressionDecision(boolean allowed) {
        this(allowed, System::nanoTime);
    }

    /** @param nanoTime clock in nanoseconds */
    public CompressionDecision(boolean allowed, LongSupplier nanoTime) {
        this.allowed = allowed;
        this.nanoTime = nanoTime;
    }

    /** Returns whether content may be compressed at all. */
    public boolean allowed() {
        return allowed;
    }

    /** Returns whether the next content is to be compressed. */
    public synchronized boolean compresses() {
        return compressing;
    }

    /** Notes the start of a transfer. */
    public synchronized void begin() {
        if (transfers == 0) {
            // The time since the previous transfer must not count.
            measuring = false;
        }
        transfers++;
    }

    /** Notes the end of a transfer. */
    public synchronized void end() {
        transfers--;
    }

    /** Notes that a sender with content has to wait for the network. */
    public synchronized void waits() {
        if (!measuring && allowed) {
            // Until now, all data fit into queues, whose speed says nothing about the network.
            measure();
        }
        waited = true;
    }

    /** Notes that content was handed to the network, with its number of bytes before compression. */
    public synchronized void sent(long contentBytes) {
        if (!measuring) {
            if (compressing) {
                // If the compressor is the slowest, nothing waits.
                measure();
            }
            return;
        }
        bytes += contentBytes;
        long nanos = nanoTime.getAsLong() - start;
        if (bytes < PERIOD_BYTES || nanos <= 0) {
            return;
        }
        double rate = bytes * 1e9 / nanos;
        if (attempt && !isBetter(rate) || nanos >= PERIOD_NANOS) {
            endPeriod(rate, nanos);
        }
    }

    private boolean isBetter(double rate) {
        return compressing ? rate >= WORTHWHILE * otherRate : rate * WORTHWHILE >= otherRate;
    }

    private void endPeriod(double rate, long nanos) {
        if (attempt) {
            attempt = false;
            sinceAttemptBytes = 0;
            sinceAttemptNanos = 0;
            if (isBetter(rate)) {
                pause = PAUSE;
            } else {
                compressing = !compressing;
                pause = Math.min(2 * pause, LONGEST_PAUSE);
            }
            periodsLeft = pause;
            measure();
            return;
        }
        sinceAttemptBytes += bytes;
        sinceAttemptNanos += nanos;
        if (mayTry(rate)) {
            attempt = true;
            otherRate = sinceAttemptBytes * 1e9 / sinceAttemptNanos;
            compressing = !compressing;
            if (!compressing) {
                // If the compressor is slower than the network, the queues are empty and take megabytes at once now.
                // The speed of the network can only be measured when a sender waits for it again.
                measuring = false;
                return;
            }
        }
        measure();
    }

    private boolean mayTry(double rate) {
        if (!compressing && (!waited || rate >= FASTEST_BYTES_PER_SECOND)) {
            return false;
        }
        periodsLeft--;
        return periodsLeft <= 0;
    }

    private void measure() {
        measuring = true;
        waited = false;
        bytes = 0;
        start = nanoTime.getAsLong();
    }
}
