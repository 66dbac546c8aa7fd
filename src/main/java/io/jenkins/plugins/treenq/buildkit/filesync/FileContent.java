// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.filesync;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.ReadableByteChannel;
import java.nio.file.FileSystemException;

/** The content of one file, which must be exactly what was announced: the daemon does not compare sizes. */
final class FileContent implements Closeable {
    private final String path;
    private final ReadableByteChannel channel;
    private final ModificationTimes.Content hash;
    private final long nanos;
    private long remainingBytes;

    private FileContent(
            String path, ReadableByteChannel channel, long bytes, ModificationTimes.Content hash, long nanos) {
        this.path = path;
        this.channel = channel;
        this.remainingBytes = bytes;
        this.hash = hash;
        this.nanos = nanos;
    }

    /**
     * @param bytes that were announced, or {@link Entry#HOLLOW}
     * @param hash sees the content, which then must have the announced time; null if times say nothing of content
     * @param nanos the time that was announced
     * @throws IOException if it cannot be read, or is no longer a file of that size. A pipe is not opened: that would
     *     wait for somebody to write into it.
     */
    static FileContent open(Tree tree, String path, long bytes, ModificationTimes.Content hash, long nanos)
            throws IOException {
        if (bytes == Entry.HOLLOW) {
            // As from fsutil, which does not mind what it cannot open (send.go). No time can stand for such content.
            return new FileContent(path, Channels.newChannel(InputStream.nullInputStream()), 0, null, nanos);
        }
        if (tree.entry(path).contentBytes() != bytes) {
            throw changed(path);
        }
        return new FileContent(path, tree.open(path), bytes, hash, nanos);
    }

    /**
     * The next piece, which is empty at the end only.
     *
     * @throws IOException if there is more or less than was announced, too
     */
    byte[] read(int mostBytes) throws IOException {
        boolean end = remainingBytes == 0;
        // One byte more must not be there at the end.
        ByteBuffer buffer = ByteBuffer.allocate(end ? 1 : (int) Math.min(remainingBytes, mostBytes));
        while (buffer.hasRemaining() && channel.read(buffer) >= 0) {
            // Short reads are allowed to a channel.
        }
        if (end ? buffer.position() > 0 : buffer.hasRemaining()) {
            throw changed(path);
        }
        if (end) {
            if (hash != null && hash.nanos() != nanos) {
                throw changed(path);
            }
            return new byte[0];
        }
        if (hash != null) {
            hash.update(buffer.flip());
        }
        remainingBytes -= buffer.capacity();
        return buffer.array();
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }

    private static FileSystemException changed(String path) {
        return new FileSystemException(path, null, "it was changed while it was being sent");
    }
}
