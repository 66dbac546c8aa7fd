// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.filesync;

import io.jenkins.plugins.treenq.buildkit.BuildkitException;
import io.jenkins.plugins.treenq.buildkit.LocalSource;
import io.jenkins.plugins.treenq.buildkit.files.RootedPath;
import java.io.IOException;
import java.nio.channels.ReadableByteChannel;
import java.nio.file.Path;

/** Files by their paths: relative to the tree's root, clean, with "/" between the names, and empty for the root. */
interface Tree extends AutoCloseable {
    /** How the tree of a source is opened; see {@link #of}. */
    interface Opener {
        Tree open(String local, LocalSource source) throws BuildkitException.ContextUnreadableException;
    }

    /**
     * @param local the tree's name, for messages
     * @param boundary of a folder; see {@link RootedPath}
     * @throws BuildkitException.ContextUnreadableException if there is no such folder
     */
    static Tree of(String local, LocalSource source, Path boundary)
            throws BuildkitException.ContextUnreadableException {
        if (source instanceof LocalSource.Files files) {
            return new MemoryTree(files);
        }
        Path folder = ((LocalSource.Folder) source).path();
        try {
            return new FolderTree(new RootedPath(folder, boundary));
        } catch (IOException e) {
            throw ReadErrors.folder(local, folder.toString(), e);
        }
    }

    /** Of the system that it lies on. */
    default PathRules rules() {
        return PathRules.UNIX;
    }

    /**
     * The names in a folder in the order of {@link Utf8Order}.
     *
     * @throws java.nio.file.NoSuchFileException if there is no such folder any more
     */
    String[] names(String folder) throws IOException;

    /**
     * What is there itself, which may be a symlink.
     *
     * @throws java.nio.file.NoSuchFileException if there is nothing
     */
    Entry entry(String path) throws IOException;

    /**
     * The content of a regular file, never through a symlink. Nothing else is opened: with a pipe, that would wait for
     * somebody to write into it.
     */
    ReadableByteChannel open(String path) throws IOException;

    /** Gives back what is held for the next file; no other one is opened then. What was opened stays so. */
    @Override
    default void close() {
        // Most hold nothing.
    }
}
