// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.filesync;

import io.jenkins.plugins.treenq.buildkit.BuildkitException;
import io.jenkins.plugins.treenq.buildkit.DigestComputation;
import io.jenkins.plugins.treenq.buildkit.LocalSource;
import io.jenkins.plugins.treenq.buildkit.fsutil.NameBytes;
import io.jenkins.plugins.treenq.buildkit.threads.CancellableWork;
import io.jenkins.plugins.treenq.buildkit.wire.filetransfer.Stat;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * Reads the data of a local source that would be sent to the daemon: names, modes and content, without modification
 * times.
 */
public final class SourceContent implements AutoCloseable {
    private static final int BUFFER_BYTES = 64 * 1024;

    /** The value that is hashed after the last entry, in place of a length. */
    private static final long END = -1;

    private final String local;
    private final Tree tree;

    /**
     * Opens the source.
     *
     * @param local the name of the source, for messages
     * @param boundary the boundary of a folder; see
     *     {@link io.jenkins.plugins.treenq.buildkit.session.SessionContent#boundary}
     * @throws BuildkitException.ContextUnreadableException if the folder does not exist
     */
    public SourceContent(String local, LocalSource source, Path boundary)
            throws BuildkitException.ContextUnreadableException {
        this.local = local;
        this.tree = Tree.of(local, source, boundary);
    }

    /**
     * Reads a small file.
     *
     * @param path the path, relative to the source
     * @param mostBytes the largest allowed size in bytes
     * @return empty if the path does not exist
     * @throws BuildkitException.ContextUnreadableException if the file is larger, is not a regular file (such as a
     *     symlink), or cannot be read
     */
    public Optional<byte[]> file(String path, int mostBytes) throws BuildkitException.ContextUnreadableException {
        try {
            Entry entry = tree.entry(path);
            if (entry.contentBytes() < 0 || entry.contentBytes() > mostBytes) {
                throw new IOException("it is not a file of at most " + mostBytes + " bytes");
            }
            try (FileContent content = FileContent.open(tree, path, entry.contentBytes())) {
                ByteBuffer bytes = content.read(mostBytes);
                return Optional.of(Arrays.copyOf(bytes.array(), bytes.limit()));
            }
        } catch (NoSuchFileException | NotDirectoryException e) {
            return Optional.empty();
        } catch (IOException e) {
            throw ReadErrors.file(local, path, e);
        }
    }

    /**
     * Adds the stat, without the modification time, and the content of each entry to a hash, each stat preceded by its
     * length.
     *
     * @param excludes the exclude patterns
     * @throws BuildkitException.InvalidRequestException if a pattern is malformed
     */
    public void hash(List<String> excludes, DigestComputation hash) throws BuildkitException, InterruptedException {
        FolderRequest everything = new FolderRequest(local, List.of(), excludes, List.of());
        try {
            ContextWalker walker =
                    new ContextWalker(local, tree, new ContextFilter(everything, tree), CancellableWork::isCancelled);
            ByteBuffer length = ByteBuffer.allocate(Long.BYTES);
            for (ContextWalker.Walked next = walker.next(); next != null; next = walker.next()) {
                byte[] stat = next.stat().toBuilder().clearModTime().build().toByteArray();
                hash.update(length.clear().putLong(stat.length).flip());
                hash.update(stat);
                content(next.stat(), next.sizeBytes(), hash);
            }
            hash.update(length.clear().putLong(END).flip());
        } catch (InvalidPatternException e) {
            throw new BuildkitException.InvalidRequestException(e.getMessage(), e);
        } finally {
            // An interrupt closes the file that is being read and sets the interrupt status. InterruptedException then
            // replaces the exception of the read.
            CancellableWork.check();
        }
    }

    /** Adds the content of an entry to a hash. The stat has the length of the content. */
    private void content(Stat stat, long sizeBytes, DigestComputation hash)
            throws BuildkitException.ContextUnreadableException {
        if (sizeBytes < 0) {
            return;
        }
        String path = NameBytes.text(stat.getPath().toByteArray());
        try (FileContent content = FileContent.open(tree, path, sizeBytes)) {
            for (ByteBuffer piece = content.read(BUFFER_BYTES);
                    piece.hasRemaining() && !CancellableWork.isCancelled();
                    piece = content.read(BUFFER_BYTES)) {
                hash.update(piece);
            }
        } catch (IOException e) {
            throw ReadErrors.file(local, path, e);
        }
    }

    @Override
    public void close() {
        tree.close();
    }
}
