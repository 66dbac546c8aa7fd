// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.vcs;

import java.io.File;
import java.io.IOException;
import org.eclipse.jgit.dircache.DirCacheEntry;
import org.eclipse.jgit.lib.FileMode;
import org.eclipse.jgit.lib.ObjectReader;
import org.eclipse.jgit.lib.Repository;
import org.eclipse.jgit.treewalk.AbstractTreeIterator;
import org.eclipse.jgit.treewalk.FileTreeIterator;
import org.eclipse.jgit.treewalk.FileTreeIterator.FileEntry;
import org.eclipse.jgit.treewalk.WorkingTreeIterator;
import org.eclipse.jgit.treewalk.WorkingTreeOptions;
import org.eclipse.jgit.util.FS;

/**
 * Walks a working tree as JGit does, but opens regular files only and never runs the filters of the repository's
 * configuration.
 */
final class CheckedOutFiles extends WorkingTreeIterator {
    /** Skips nested repositories and special files, such as pipes. */
    private static final FileTreeIterator.FileModeStrategy MODES = (file, attributes) -> {
        boolean plain = attributes.isRegularFile() || attributes.isSymbolicLink() || attributes.isDirectory();
        return plain ? FileTreeIterator.NoGitlinksStrategy.INSTANCE.getMode(file, attributes) : FileMode.MISSING;
    };

    private final FS fileSystem;

    CheckedOutFiles(Repository repository) {
        super(repository.getConfig().get(WorkingTreeOptions.KEY));
        fileSystem = repository.getFS();
        init(entries(repository.getWorkTree()));
        initRootIterator(repository);
    }

    private CheckedOutFiles(CheckedOutFiles parent, File folder) {
        super(parent);
        fileSystem = parent.fileSystem;
        init(entries(folder));
    }

    private Entry[] entries(File folder) {
        Entry[] entries = fileSystem.list(folder, MODES);
        for (int i = 0; i < entries.length; i++) {
            if (entries[i].getMode() == FileMode.MISSING) {
                entries[i] = null;
            }
        }
        return entries;
    }

    @Override
    public AbstractTreeIterator createSubtreeIterator(ObjectReader reader) {
        return new CheckedOutFiles(this, ((FileEntry) current()).getFile());
    }

    /** Returns null, because the filter would be a program to run. */
    @Override
    public String getCleanFilterCommand() {
        return null;
    }

    /** The output of a filter is not known, so a file with a filter counts as modified only if its size differs. */
    @Override
    public boolean isModified(DirCacheEntry entry, boolean forceContentCheck, ObjectReader reader) throws IOException {
        return switch (compareMetadata(entry)) {
            case DIFFER_BY_TIMESTAMP, SMUDGED ->
                super.getCleanFilterCommand() == null && super.isModified(entry, forceContentCheck, reader);
            default -> super.isModified(entry, forceContentCheck, reader);
        };
    }
}
