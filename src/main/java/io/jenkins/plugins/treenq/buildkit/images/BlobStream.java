// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.images;

import io.jenkins.plugins.treenq.buildkit.BuildkitException;
import io.jenkins.plugins.treenq.buildkit.DigestComputation;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;

/**
 * Reads a blob from a registry. Every byte is hashed, and reading continues after a broken connection. The last bytes
 * are returned only if the size and the digest of the whole blob are right. One thread at a time may read; any thread
 * may close the stream.
 */
final class BlobStream extends InputStream {
    private final PullRepository source;
    private final Descriptor blob;
    private final DigestComputation hash;
    private final RetryPolicy retries;
    private volatile long position;
    private volatile boolean closed;

    /** The current response; null before the first byte and after a broken connection. */
    private volatile ResponseBody body;

    /** The failure to read the blob; null if there was none. */
    private volatile Exception failure;

    BlobStream(PullRepository source, Descriptor blob) {
        this.source = source;
        this.blob = blob;
        this.retries = source.host().transferRetryPolicy();
        this.hash = new DigestComputation(blob.digest().algorithm());
    }

    /** Returns the number of bytes that were read. */
    long position() {
        return position;
    }

    /**
     * Throws the exception that ended the reading, if reading from the source failed. Returns if it was the consumer of
     * the bytes that failed.
     */
    void throwFailure() throws BuildkitException, InterruptedException {
        if (failure instanceof BuildkitException refused) {
            throw refused;
        }
        if (failure instanceof InterruptedException) {
            throw new InterruptedException();
        }
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
        if (length == 0) {
            return 0;
        }
        if (position == blob.sizeBytes()) {
            return -1;
        }
        try {
            int count = some(target, offset, (int) Math.min(length, blob.sizeBytes() - position));
            hash.update(target, offset, count);
            position += count;
            if (position == blob.sizeBytes()) {
                checkEnd();
            }
            return count;
        } catch (BuildkitException | InterruptedException e) {
            failure = e;
            throw new IOException(e);
        }
    }

    /** Reads at least one byte, and reconnects after a broken connection as often as the retry policy allows. */
    private int some(byte[] target, int offset, int length)
            throws IOException, BuildkitException, InterruptedException {
        while (true) {
            try {
                int count = body().read(target, offset, length);
                if (count > 0) {
                    return count;
                }
                if (!closed) {
                    throw refused("it has " + position + " bytes instead of " + blob.sizeBytes());
                }
                throw new IOException("closed");
            } catch (InterruptedIOException e) {
                throw new InterruptedException();
            } catch (IOException e) {
                drop();
                if (closed) {
                    throw e;
                }
                if (!retries.again()) {
                    throw source.failure(e);
                }
            }
            retries.pause();
        }
    }

    private ResponseBody body() throws IOException, BuildkitException, InterruptedException {
        ResponseBody current = body;
        if (current == null) {
            current = source.open(blob, position);
            body = current;
            if (closed) {
                current.close();
            }
        }
        return current;
    }

    private void checkEnd() throws BuildkitException, InterruptedException {
        boolean more;
        try {
            more = body().read() >= 0;
        } catch (IOException e) {
            // All bytes were received; their digest decides whether they are right.
            more = false;
        }
        if (more) {
            throw refused("it has more than " + blob.sizeBytes() + " bytes");
        }
        if (!hash.digest().equals(blob.digest())) {
            throw refused("the received content has a different digest");
        }
    }

    private BuildkitException refused(String what) {
        return source.unreadable(blob.digest().value(), new IllegalArgumentException(what + ", so it is refused"));
    }

    private synchronized void drop() {
        if (body != null) {
            body.close();
            body = null;
        }
    }

    @Override
    public void close() {
        closed = true;
        drop();
    }
}
