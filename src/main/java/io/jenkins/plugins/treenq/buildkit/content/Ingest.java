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
 * One blob being written. It has no more bytes than were announced, and becomes a blob only when its content has the
 * digest that it was asked for. Used by one thread at a time.
 */
final class Ingest {
    private final Layout layout;
    private final Path file;
    private final FileChannel content;
    private final Instant started = Instant.now();
    private final String algorithm;
    private DigestComputation hash;
    private long offset;

    /** @param algorithm that its digest will have, unless the commit names another one */
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

    /** How many bytes there are. */
    long offset() {
        return offset;
    }

    /** Begins again. */
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
     * Makes it a blob.
     *
     * @param expected null for whatever its digest is
     * @throws StatusException if it is not what was expected, or there already
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

    /** Leaves nothing behind, unless it became a blob. */
    void close() throws IOException {
        try {
            content.close();
        } finally {
            Files.deleteIfExists(file);
        }
    }
}
