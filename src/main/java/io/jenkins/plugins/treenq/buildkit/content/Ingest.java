// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.content;

import com.google.protobuf.ByteString;
import io.grpc.StatusException;
import io.jenkins.plugins.treenq.buildkit.Digest;
import io.jenkins.plugins.treenq.buildkit.DigestComputation;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;

/**
 * A blob that is being written. It never has more bytes than announced, and becomes a blob of the layout only if its
 * content has the expected digest. One thread at a time may use an instance.
 */
final class Ingest {
    private final Layout layout;
    private final Path file;
    private final FileChannel content;
    private final Instant started = Instant.now();
    private final String algorithm;
    private DigestComputation hash;
    private long offset;

    /** @param algorithm the algorithm of the digest, unless the digest of the commit has another one */
    Ingest(Layout layout, String algorithm) throws IOException {
        this.layout = layout;
        this.algorithm = algorithm;
        this.hash = new DigestComputation(algorithm);
        this.file = layout.newFile();
        this.content = FileChannel.open(
                file,
                StandardOpenOption.CREATE_NEW,
                StandardOpenOption.READ,
                StandardOpenOption.WRITE,
                LinkOption.NOFOLLOW_LINKS);
    }

    Instant started() {
        return started;
    }

    /** Returns the number of bytes that were written. */
    long offset() {
        return offset;
    }

    /** Discards the content and starts again. */
    void reset() throws IOException {
        content.truncate(0);
        hash = new DigestComputation(algorithm);
        offset = 0;
    }

    void append(ByteString data) throws IOException {
        for (ByteBuffer buffer : data.asReadOnlyByteBufferList()) {
            hash.update(buffer.duplicate());
            while (buffer.hasRemaining()) {
                content.write(buffer);
            }
        }
        offset += data.size();
    }

    /**
     * Makes the content a blob of the layout.
     *
     * @param expected the expected digest, or null to accept any
     * @return the digest of the content
     * @throws StatusException if the digest differs from the expected one, or the layout already has the blob
     */
    Digest commit(Digest expected) throws IOException, StatusException {
        if (expected != null && !expected.algorithm().equals(algorithm)) {
            rehash(expected.algorithm());
        }
        Digest digest = hash.digest();
        if (expected != null && !expected.equals(digest)) {
            throw ContentErrors.unfulfilled("unexpected commit digest " + digest + ", expected " + expected);
        }
        content.force(true);
        content.close();
        if (!layout.commit(file, digest)) {
            throw ContentErrors.exists(digest);
        }
        return digest;
    }

    private void rehash(String other) throws IOException {
        hash = new DigestComputation(other);
        ByteBuffer buffer = ByteBuffer.allocate(1 << 16);
        content.position(0);
        while (content.read(buffer.clear()) >= 0) {
            hash.update(buffer.flip());
        }
    }

    /** Closes the file and deletes it unless it became a blob. */
    void close() throws IOException {
        try {
            content.close();
        } finally {
            Files.deleteIfExists(file);
        }
    }
}
