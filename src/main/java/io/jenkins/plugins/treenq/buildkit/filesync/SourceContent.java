// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.filesync;

import io.jenkins.plugins.treenq.buildkit.BuildkitException;
import io.jenkins.plugins.treenq.buildkit.Digest;
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
    private final LocalSource source;
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
        this(local, source, Tree.of(local, source, boundary));
    }

    /** @param tree the opened tree of the source */
    SourceContent(String local, LocalSource source, Tree tree) {
        this.local = local;
        this.source = source;
        this.tree = tree;
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
     * A source, and the hash of the names, modes and content of its files.
     *
     * @param source the files that the hash covers, which a later change of the folder does not affect
     */
    public record Recorded(Digest hash, LocalSource source) {}

    /**
     * Computes the hash of all files that the patterns do not exclude: of the stat of each entry, without the
     * modification time, and of the hash of its content.
     *
     * @param excludes the exclude patterns
     * @param ignoreFile the name of a file that the daemon reads although the patterns may exclude it; null if there is
     *     none
     * @param ignored the content of that file; null if the file did not exist
     * @throws BuildkitException.InvalidRequestException if a pattern is malformed
     * @throws BuildkitException.ContextUnreadableException if a file cannot be read, or changes while it is read
     */
    public Recorded recorded(List<String> excludes, String ignoreFile, byte[] ignored)
            throws BuildkitException, InterruptedException {
        FolderRequest everything = new FolderRequest(local, List.of(), excludes, List.of());
        DigestComputation hash = new DigestComputation("sha256");
        RecordedEntries entries = new RecordedEntries();
        try {
            ContextWalker walker =
                    new ContextWalker(local, tree, new ContextFilter(everything, tree), CancellableWork::isCancelled);
            ByteBuffer length = ByteBuffer.allocate(Long.BYTES);
            for (ContextWalker.Walked next = walker.next(); next != null; next = walker.next()) {
                byte[] stat = next.stat().toBuilder().clearModTime().build().toByteArray();
                hash.update(length.clear().putLong(stat.length).flip());
                hash.update(stat);
                byte[] content = next.sizeBytes() < 0 ? null : contentHash(next.stat(), next.sizeBytes());
                if (content != null) {
                    hash.update(content);
                }
                entries.add(next, content);
            }
            hash.update(length.clear().putLong(END).flip());
        } catch (InvalidPatternException e) {
            throw new BuildkitException.InvalidRequestException(e.getMessage(), e);
        } finally {
            // An interrupt closes the file that is being read and sets the interrupt status. InterruptedException then
            // replaces the exception of the read.
            CancellableWork.check();
        }
        if (!(source instanceof LocalSource.Folder folder)) {
            return new Recorded(hash.digest(), source);
        }
        RecordedFolder recorded = new RecordedFolder(local, folder.path(), entries);
        return new Recorded(hash.digest(), ignoreFile == null ? recorded : recorded.with(ignoreFile, ignored));
    }

    /**
     * Returns the hash of the content of an entry.
     *
     * @throws BuildkitException.ContextUnreadableException also if the stat is not that of the content. The daemon,
     *     which keeps files of earlier builds, does not request a file whose stat it knows
     */
    private byte[] contentHash(Stat stat, long sizeBytes) throws BuildkitException.ContextUnreadableException {
        String path = NameBytes.text(stat.getPath().toByteArray());
        DigestComputation hash = new DigestComputation("sha256");
        try (FileContent content = FileContent.open(tree, path, sizeBytes)) {
            for (ByteBuffer piece = content.read(BUFFER_BYTES);
                    piece.hasRemaining() && !CancellableWork.isCancelled();
                    piece = content.read(BUFFER_BYTES)) {
                hash.update(piece);
            }
            Entry after = tree.entry(path);
            if (source instanceof LocalSource.Folder
                    && (after.mode() != stat.getMode()
                            || after.sizeBytes() != stat.getSize()
                            || after.modificationTimeNanos() != stat.getModTime())) {
                throw ReadErrors.changedWhileRead(path);
            }
        } catch (IOException e) {
            throw ReadErrors.file(local, path, e);
        }
        return hash.hash();
    }

    @Override
    public void close() {
        tree.close();
    }
}
