// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.vcs;

import java.io.IOException;
import org.eclipse.jgit.dircache.DirCache;
import org.eclipse.jgit.dircache.DirCacheEntry;
import org.eclipse.jgit.dircache.DirCacheIterator;
import org.eclipse.jgit.dircache.DirCacheTree;
import org.eclipse.jgit.lib.AnyObjectId;
import org.eclipse.jgit.lib.FileMode;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.lib.ObjectReader;
import org.eclipse.jgit.lib.Repository;
import org.eclipse.jgit.revwalk.RevWalk;
import org.eclipse.jgit.treewalk.TreeWalk;
import org.eclipse.jgit.treewalk.TreeWalk.OperationType;

/**
 * Determines whether the files that git tracks differ from the commit. A file whose size and modification time equal
 * those in the index is not read. Untracked files and the content of submodules are ignored.
 */
final class UncommittedChanges {
    private static final int INDEX = 0;
    private static final int FILES = 1;
    private static final int COMMITTED = 2;

    private UncommittedChanges() {}

    static boolean since(ObjectId commit, Repository repository) throws IOException {
        try (ObjectReader objects = repository.newObjectReader();
                RevWalk commits = new RevWalk(objects);
                TreeWalk walk = new TreeWalk(repository, objects)) {
            ObjectId committed = commits.parseCommit(commit).getTree();
            DirCache index = repository.readDirCache();
            walk.setOperationType(OperationType.CHECKIN_OP);
            walk.addTree(new DirCacheIterator(index));
            CheckedOutFiles files = new CheckedOutFiles(repository);
            walk.addTree(files);
            files.setDirCacheIterator(walk, INDEX);
            boolean staged = !isOf(index, committed);
            if (staged) {
                walk.addTree(committed);
            }
            while (walk.next()) {
                if (walk.isSubtree()) {
                    enter(walk, staged);
                } else if (changed(walk, staged, objects)) {
                    return true;
                }
            }
            return false;
        }
    }

    /** Whether the index equals the tree of the commit. Usually, git has stored the ID of the tree in the index. */
    private static boolean isOf(DirCache index, AnyObjectId tree) {
        DirCacheTree noted = index.getCacheTree(false);
        return noted != null && noted.isValid() && tree.equals(noted.getObjectId());
    }

    private static void enter(TreeWalk walk, boolean staged) throws IOException {
        boolean tracked = walk.getTree(INDEX, DirCacheIterator.class) != null;
        if (tracked || staged && walk.getRawMode(COMMITTED) != 0) {
            walk.enterSubtree();
        }
    }

    private static boolean changed(TreeWalk walk, boolean staged, ObjectReader objects) throws IOException {
        DirCacheIterator index = walk.getTree(INDEX, DirCacheIterator.class);
        if (staged && (walk.getRawMode(COMMITTED) != walk.getRawMode(INDEX) || !walk.idEqual(COMMITTED, INDEX))) {
            return true;
        }
        if (index == null || FileMode.GITLINK.equals(walk.getRawMode(INDEX))) {
            return false;
        }
        DirCacheEntry entry = index.getDirCacheEntry();
        if (entry.getStage() != DirCacheEntry.STAGE_0) {
            return true;
        }
        if (entry.isAssumeValid() || entry.isSkipWorkTree()) {
            return false;
        }
        CheckedOutFiles file = walk.getTree(FILES, CheckedOutFiles.class);
        return file == null || file.isModified(entry, true, objects);
    }
}
