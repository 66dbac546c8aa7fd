// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.filesync;

import io.jenkins.plugins.treenq.buildkit.BuildkitException;
import io.jenkins.plugins.treenq.buildkit.LocalSource;
import io.jenkins.plugins.treenq.buildkit.files.RootedPath;
import java.io.IOException;
import java.nio.channels.ReadableByteChannel;
import java.nio.file.Path;

/**
 * A tree of files that are addressed by paths. A path is relative to the root of the tree, clean, and has "/" as
 * separator; the path of the root is empty.
 */
interface Tree extends AutoCloseable {
    /** Opens the tree of a source; see {@link #of}. */
    interface Opener {
        Tree open(String local, LocalSource source) throws BuildkitException.ContextUnreadableException;
    }

    /**
     * Opens the tree of a source.
     *
     * @param local the name of the tree, for messages
     * @param boundary the boundary of a folder; see {@link RootedPath}
     * @throws BuildkitException.ContextUnreadableException if the folder does not exist
     */
    static Tree of(String local, LocalSource source, Path boundary)
            throws BuildkitException.ContextUnreadableException {
        if (source instanceof LocalSource.Files files) {
            return new MemoryTree(files);
        }
        Path folder = ((LocalSource.OnDisk) source).path();
        try {
            FolderTree tree = new FolderTree(new RootedPath(folder, boundary));
            return source instanceof RecordedFolder recorded ? recorded.tree(tree) : tree;
        } catch (IOException e) {
            throw ReadErrors.folder(local, folder.toString(), e);
        }
    }

    /** Returns the rules for paths of the system on which the tree lies. */
    default PathRules rules() {
        return PathRules.UNIX;
    }

    /**
     * Returns the names in a folder in the order of {@link Utf8Order}.
     *
     * @throws java.nio.file.NoSuchFileException if the folder does not exist any more
     */
    String[] names(String folder) throws IOException;

    /**
     * Returns the attributes of the entry at a path. A symlink is not followed.
     *
     * @throws java.nio.file.NoSuchFileException if the path does not exist
     */
    Entry entry(String path) throws IOException;

    /**
     * Opens the content of a regular file, never through a symlink. An entry of any other type is not opened: to open a
     * pipe would block until another process writes to it.
     */
    ReadableByteChannel open(String path) throws IOException;

    /**
     * Closes what the tree holds open for the next file. No file may be opened afterwards; channels that are already
     * open stay open.
     */
    @Override
    default void close() {
        // Only trees that hold files open override this method.
    }
}
