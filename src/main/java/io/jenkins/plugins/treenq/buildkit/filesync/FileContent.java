// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.filesync;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.ReadableByteChannel;

/** The content of one file, which must be exactly what was announced: the daemon does not compare sizes. */
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
     * @param bytes that were announced, or {@link Entry#HOLLOW}
     * @throws IOException if it cannot be read, or is no longer a regular file
     */
    static FileContent open(Tree tree, String path, long bytes) throws IOException {
        if (bytes == Entry.HOLLOW) {
            // As from fsutil, which does not mind what it cannot open (send.go).
            return new FileContent(path, Channels.newChannel(InputStream.nullInputStream()), 0);
        }
        return new FileContent(path, tree.open(path), bytes);
    }

    /**
     * The next piece, which is empty at the end only.
     *
     * @throws IOException if there is more or less than was announced, too
     */
    ByteBuffer read(int mostBytes) throws IOException {
        boolean last = remainingBytes <= mostBytes;
        int bytes = (int) Math.min(remainingBytes, mostBytes);
        // Room for one byte that must not be there, so that a small file is read at once and known to have ended.
        ByteBuffer piece = ByteBuffer.allocate(last && !ended ? bytes + 1 : bytes);
        fill(piece, bytes);
        if (piece.position() != bytes) {
            throw ReadErrors.changed(path);
        }
        ended = last;
        remainingBytes -= bytes;
        return piece.flip();
    }

    /** Short reads are allowed to a channel; one that ends where the file has to end needs no other to show it. */
    private void fill(ByteBuffer piece, int bytes) throws IOException {
        while (piece.hasRemaining() && channel.read(piece) >= 0 && piece.position() != bytes) {
            // Goes on.
        }
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
