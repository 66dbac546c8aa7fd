// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.filesync;

import java.io.IOException;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.channels.ReadableByteChannel;
import java.nio.file.FileSystemException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.concurrent.TimeUnit;

/**
 * Times that stand for content. The daemon compares size, mode and time with what it kept and never content
 * ({@code fsutil/diff.go}), so a fresh checkout, all of whose times are new, would travel whole. With these, the same
 * content has the same time wherever and whenever it is read, and other content another one.
 *
 * <p>A time has 54 bits of a SHA-256: nanoseconds, and an offset of up to 194 days. Content is read for each build and
 * nothing is remembered between two of them, since no attribute of a file tells reliably that it was not written. What is
 * sent is hashed once more, so that a file that changes after it was announced fails the build instead of being kept by
 * the daemon under the wrong time.
 */
final class ContentTimes implements ModificationTimes {
    private static final BigInteger NANOS = BigInteger.valueOf(TimeUnit.SECONDS.toNanos(1));
    private static final BigInteger SPREAD_SECONDS = BigInteger.ONE.shiftLeft(24);
    private static final int BUFFER_BYTES = 64 * 1024;

    private final long fromSeconds;
    private final ByteBuffer buffer = ByteBuffer.allocate(BUFFER_BYTES);
    private final MessageDigest sha256 = sha256();

    /** @param fromSeconds since the epoch; the earliest time there is */
    ContentTimes(long fromSeconds) {
        this.fromSeconds = fromSeconds;
    }

    /** What has no content of its own to read is compared by its kind and target alone. */
    @Override
    public long nanos(Tree tree, String path, Entry entry) throws IOException {
        if (!FileMode.hasContent(entry.mode()) || entry.hollow()) {
            return TimeUnit.SECONDS.toNanos(fromSeconds);
        }
        long bytes = 0;
        try (ReadableByteChannel content = tree.open(path)) {
            while (content.read(buffer.clear()) >= 0) {
                bytes += buffer.position();
                if (bytes > entry.sizeBytes()) {
                    break;
                }
                sha256.update(buffer.flip());
            }
        }
        long nanos = time(sha256.digest());
        if (bytes != entry.sizeBytes()) {
            throw new FileSystemException(path, null, "it was changed while it was being read");
        }
        return nanos;
    }

    @Override
    public Content content() {
        MessageDigest sent = sha256();
        return new Content() {
            @Override
            public void update(ByteBuffer bytes) {
                sent.update(bytes);
            }

            @Override
            public long nanos() {
                return time(sent.digest());
            }
        };
    }

    private long time(byte[] hash) {
        BigInteger[] parts = new BigInteger(1, hash).divideAndRemainder(NANOS);
        long seconds = fromSeconds + parts[0].mod(SPREAD_SECONDS).longValue();
        return TimeUnit.SECONDS.toNanos(seconds) + parts[1].longValue();
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }
}
