// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.filesync;

import io.jenkins.plugins.treenq.buildkit.BuildkitException;
import io.jenkins.plugins.treenq.buildkit.DigestComputation;
import io.jenkins.plugins.treenq.buildkit.LocalSource;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;

/**
 * The files of a folder that a hash covers, as they were when the hash was computed. A transfer sends their names,
 * modes and times from this record, and compares the content of each file that it reads with the hash of the content.
 * The daemon therefore never gets other files than those that the hash covers, whatever happens to the folder.
 */
public final class RecordedFolder implements LocalSource.Recorded {
    private final String local;
    private final Path path;
    private final RecordedEntries entries;
    private final LocalSource.Files added;

    /** @param added files in the root of the folder that are not among the entries */
    private RecordedFolder(String local, Path path, RecordedEntries entries, LocalSource.Files added) {
        this.local = local;
        this.path = path;
        this.entries = entries;
        this.added = added;
    }

    /** @param local the name of the source, for messages */
    RecordedFolder(String local, Path path, RecordedEntries entries) {
        this(local, path, entries, new LocalSource.Files(Map.of()));
    }

    @Override
    public Path path() {
        return path;
    }

    /**
     * Returns the same record with a file that was read separately and that the hash covers, too. It is added if the
     * exclude patterns apply to it.
     *
     * @param content the content; null if the file did not exist
     * @throws BuildkitException.ContextUnreadableException if the file has changed in between
     */
    RecordedFolder with(String name, byte[] content) throws BuildkitException.ContextUnreadableException {
        int id = entries.find(name);
        if (id < 0) {
            return content == null
                    ? this
                    : new RecordedFolder(local, path, entries, new LocalSource.Files(Map.of(name, content)));
        }
        if (content == null
                || entries.entry(id).contentBytes() != content.length
                || !Arrays.equals(
                        entries.hash(id),
                        new DigestComputation("sha256").update(content).hash())) {
            throw ReadErrors.file(local, name, ReadErrors.changedWhileRead(name));
        }
        return this;
    }

    /** @param folder the tree of the folder on the disk, which is closed with the returned tree */
    Tree tree(FolderTree folder) {
        return new RecordedTree(entries, new MemoryTree(added), folder);
    }

    @Override
    public String toString() {
        return "RecordedFolder[" + path + "]";
    }
}
