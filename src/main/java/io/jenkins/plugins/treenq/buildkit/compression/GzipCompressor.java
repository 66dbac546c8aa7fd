// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.compression;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Semaphore;
import java.util.zip.CRC32;
import java.util.zip.Deflater;

/**
 * Compresses messages in memory to the gzip format. The number of messages that a JVM compresses at the same time is
 * limited, and with it the memory: a deflater uses a quarter of a megabyte outside of the heap.
 */
public final class GzipCompressor {
    /** The fastest level. Higher levels compress only slightly better and are too slow for many slow links. */
    private static final int LEVEL = Deflater.BEST_SPEED;

    /**
     * The largest size of a compressed message, as a fraction of its original size. Otherwise the message is sent
     * uncompressed.
     */
    private static final double WORTHWHILE = 0.9;

    private static final int MOST = Math.max(4, 2 * Runtime.getRuntime().availableProcessors());
    private static final Semaphore FREE = new Semaphore(MOST);
    private static final ConcurrentLinkedQueue<Deflater> DEFLATERS = new ConcurrentLinkedQueue<>();

    private static final byte[] HEADER = {0x1f, (byte) 0x8b, Deflater.DEFLATED, 0, 0, 0, 0, 0, 0, (byte) 0xff};
    private static final int TRAILER_BYTES = 8;

    private GzipCompressor() {}

    /** Returns the compressed message; empty if it would not become clearly smaller or all deflaters are in use. */
    public static Optional<byte[]> compress(byte[] message) {
        if (!FREE.tryAcquire()) {
            return Optional.empty();
        }
        try {
            Deflater deflater = DEFLATERS.poll();
            if (deflater == null) {
                deflater = new Deflater(LEVEL, true);
            }
            try {
                return compress(message, deflater);
            } finally {
                deflater.reset();
                DEFLATERS.add(deflater);
            }
        } finally {
            FREE.release();
        }
    }

    private static Optional<byte[]> compress(byte[] message, Deflater deflater) {
        byte[] result = new byte[(int) (message.length * WORTHWHILE)];
        int room = result.length - HEADER.length - TRAILER_BYTES;
        if (room <= 0) {
            return Optional.empty();
        }
        System.arraycopy(HEADER, 0, result, 0, HEADER.length);
        deflater.setInput(message);
        deflater.finish();
        int length = HEADER.length;
        while (!deflater.finished() && room > 0) {
            int count = deflater.deflate(result, length, room);
            length += count;
            room -= count;
        }
        if (!deflater.finished()) {
            return Optional.empty();
        }
        CRC32 sum = new CRC32();
        sum.update(message);
        ByteBuffer.wrap(result, length, TRAILER_BYTES)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt((int) sum.getValue())
                .putInt(message.length);

        return Optional.of(Arrays.copyOf(result, length + TRAILER_BYTES));
    }
}
