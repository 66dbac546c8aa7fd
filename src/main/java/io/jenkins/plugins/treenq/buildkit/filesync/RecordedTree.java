// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.filesync;

import io.jenkins.plugins.treenq.buildkit.fsutil.EntryTable;
import java.io.IOException;
import java.nio.channels.ReadableByteChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.util.ArrayList;
import java.util.List;

/** The tree of a {@link RecordedFolder}: its entries are those of the record, and only contents come from the disk. */
final class RecordedTree implements Tree {
    private final RecordedEntries entries;

    /** Files in the root that are not among the entries. */
    private final MemoryTree added;

    private final FolderTree folder;

    RecordedTree(RecordedEntries entries, MemoryTree added, FolderTree folder) {
        this.entries = entries;
        this.added = added;
        this.folder = folder;
    }

    @Override
    public PathRules rules() {
        return folder.rules();
    }

    @Override
    public String[] names(String path) throws IOException {
        if (path.isEmpty()) {
            List<String> names = new ArrayList<>(entries.names(EntryTable.ROOT));
            names.addAll(List.of(added.names("")));
            names.sort(Utf8Order.INSTANCE);
            return names.toArray(String[]::new);
        }
        int id = id(path);
        if (!entries.isFolder(id)) {
            throw new NotDirectoryException(path);
        }
        return entries.names(id).toArray(String[]::new);
    }

    @Override
    public Entry entry(String path) throws IOException {
        return added.has(path) ? added.entry(path) : entries.entry(id(path));
    }

    @Override
    public ReadableByteChannel open(String path) throws IOException {
        if (added.has(path)) {
            return added.open(path);
        }
        int id = id(path);
        try {
            return new VerifiedChannel(
                    path, folder.open(path), entries.entry(id).sizeBytes(), entries.hash(id));
        } catch (AccessDeniedException e) {
            throw e;
        } catch (FileSystemException e) {
            // The file or one of its folders was deleted, or is something else now.
            FileSystemException changed = ReadErrors.changedSinceRecord(path);
            changed.initCause(e);
            throw changed;
        }
    }

    private int id(String path) throws NoSuchFileException {
        int id = entries.find(path);
        if (id < 0) {
            throw new NoSuchFileException(path);
        }
        return id;
    }

    @Override
    public void close() {
        folder.close();
    }
}
