// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.filesync;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.ReadableByteChannel;

/**
 * Reads the content of one file and fails unless its length is the announced one, because the daemon does not compare
 * sizes.
 */
final class FileContent implements Closeable {
    private final String path;
    private final ReadableByteChannel channel;
    private long remainingBytes;
    private boolean ended;

    private FileContent(String path, ReadableByteChannel channel, long bytes) {
        this.path = path;
        this.channel = channel;
        this.remainingBytes = bytes;
    }

    /**
     * @param bytes the announced size, or {@link Entry#HOLLOW} to send the content as empty
     * @throws IOException if the file cannot be opened or is no longer a regular file
     */
    static FileContent open(Tree tree, String path, long bytes) throws IOException {
        if (bytes == Entry.HOLLOW) {
            // fsutil, too, sends an empty content for a file that it cannot open (send.go).
            return new FileContent(path, Channels.newChannel(InputStream.nullInputStream()), 0);
        }
        return new FileContent(path, tree.open(path), bytes);
    }

    /**
     * Returns the next piece of the content. The piece is empty only at the end.
     *
     * @throws IOException if the file cannot be read, or is longer or shorter than announced
     */
    ByteBuffer read(int mostBytes) throws IOException {
        boolean last = remainingBytes <= mostBytes;
        int bytes = (int) Math.min(remainingBytes, mostBytes);
        // The buffer has room for one byte beyond the announced size, so that one read returns a small file and shows
        // that the file has ended.
        ByteBuffer piece = ByteBuffer.allocate(last && !ended ? bytes + 1 : bytes);
        fill(piece, bytes);
        if (piece.position() != bytes) {
            throw ReadErrors.changed(path);
        }
        ended = last;
        remainingBytes -= bytes;
        return piece.flip();
    }

    /**
     * Fills the buffer, because a channel may return fewer bytes than requested. A read that ends exactly at the
     * announced size shows that the file has ended, so there is no second read.
     */
    private void fill(ByteBuffer piece, int bytes) throws IOException {
        while (piece.hasRemaining() && channel.read(piece) >= 0 && piece.position() != bytes) {
            // The condition does the reading.
        }
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
