// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.images;

import io.jenkins.plugins.treenq.buildkit.BuildkitException;
import io.jenkins.plugins.treenq.buildkit.DigestComputation;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;

/**
 * A blob on its way from a registry: every byte is hashed as it passes, and reading goes on where a connection broke.
 * The last bytes are given only when all were right. One thread at a time reads; any may close.
 */
final class BlobStream extends InputStream {
    private final PullRepository source;
    private final Descriptor blob;
    private final DigestComputation hash;
    private final RetryPolicy patience = RetryPolicy.usual();
    private volatile long position;
    private volatile boolean closed;

    /** Null before the first byte, and after a break. */
    private volatile ResponseBody body;

    /** Why it ended early; null as long as it did not. */
    private volatile Exception failure;

    BlobStream(PullRepository source, Descriptor blob) {
        this.source = source;
        this.blob = blob;
        this.hash = new DigestComputation(blob.digest().algorithm());
    }

    /** How many bytes have passed. */
    long position() {
        return position;
    }

    /** Whether the reading failed, and not what was done with it; then the exception is thrown here. */
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

    /** At least one byte, however often the connection breaks within limits. */
    private int some(byte[] target, int offset, int length)
            throws IOException, BuildkitException, InterruptedException {
        while (true) {
            try {
                int count = body().read(target, offset, length);
                if (count > 0) {
                    return count;
                }
                if (!closed) {
                    throw refused("it has " + position + " bytes and not " + blob.sizeBytes());
                }
                throw new IOException("closed");
            } catch (InterruptedIOException e) {
                throw new InterruptedException();
            } catch (IOException e) {
                drop();
                if (closed) {
                    throw e;
                }
                if (!patience.again()) {
                    throw source.failure(e);
                }
            }
            patience.pause();
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
            // All bytes came; it is for their digest to say whether they are right.
            more = false;
        }
        if (more) {
            throw refused("it has more than " + blob.sizeBytes() + " bytes");
        }
        if (!hash.digest().equals(blob.digest())) {
            throw refused("what came has another digest");
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
