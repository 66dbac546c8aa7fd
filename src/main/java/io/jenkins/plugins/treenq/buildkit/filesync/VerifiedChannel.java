// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.filesync;

import io.jenkins.plugins.treenq.buildkit.DigestComputation;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ReadableByteChannel;
import java.security.MessageDigest;

/**
 * Reads a file whose content is known by its hash. The read that returns the last byte fails if the content is another
 * one, so that no reader gets the whole of another content.
 */
final class VerifiedChannel implements ReadableByteChannel {
    private final String path;
    private final ReadableByteChannel channel;
    private final byte[] hash;
    private final DigestComputation computed = new DigestComputation("sha256");
    private long remainingBytes;

    /**
     * @param path the path, for messages
     * @param bytes the size of the content
     * @param hash the SHA-256 hash of the content
     */
    VerifiedChannel(String path, ReadableByteChannel channel, long bytes, byte[] hash) {
        this.path = path;
        this.channel = channel;
        this.remainingBytes = bytes;
        this.hash = hash;
    }

    @Override
    public int read(ByteBuffer target) throws IOException {
        ByteBuffer piece = target.duplicate();
        int bytes = channel.read(target);
        if (bytes > remainingBytes || bytes < 0 && remainingBytes > 0) {
            throw ReadErrors.changedSinceRecord(path);
        }
        if (bytes > 0) {
            remainingBytes -= bytes;
            computed.update(piece.limit(target.position()));
            if (remainingBytes == 0 && !MessageDigest.isEqual(computed.hash(), hash)) {
                throw ReadErrors.changedSinceRecord(path);
            }
        }
        return bytes;
    }

    @Override
    public boolean isOpen() {
        return channel.isOpen();
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
