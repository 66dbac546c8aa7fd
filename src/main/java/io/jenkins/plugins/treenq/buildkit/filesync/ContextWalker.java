// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.filesync;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import io.jenkins.plugins.treenq.buildkit.BuildkitException;
import io.jenkins.plugins.treenq.buildkit.fsutil.NameBytes;
import io.jenkins.plugins.treenq.buildkit.wire.filetransfer.Stat;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;
import java.util.Queue;
import java.util.function.BooleanSupplier;

/**
 * Walks a tree depth first and produces the stat that fsutil would send for each wanted entry
 * ({@code fsutil/filter.go}, {@code stat.go}, {@code hardlinks.go}). In memory are the names in the folders from the
 * root to the current one, and the first path of each file that has several hard links. Instances are not thread-safe.
 */
final class ContextWalker {
    /** A folder between the root and the current entry, which is being listed. */
    private static final class Level {
        final Level parent;
        final String path;
        final ContextFilter.Answer answer;
        /** Whether the filter may withhold the content of a file in this folder. */
        final boolean doubtful;

        /** The stat of the folder, which is sent as soon as an entry below it is wanted. Null once it has been sent. */
        Stat unannounced;

        final String[] names;
        int next;

        Level(
                Level parent,
                String path,
                ContextFilter.Answer answer,
                boolean doubtful,
                Stat unannounced,
                String[] names) {
            this.parent = parent;
            this.path = path;
            this.answer = answer;
            this.doubtful = doubtful;
            this.unannounced = unannounced;
            this.names = names;
        }
    }

    private final String local;
    private final Tree tree;
    private final ContextFilter filter;
    private final BooleanSupplier stopped;
    private final Map<Entry.Inode, String> links = new HashMap<>();
    private final Queue<Walked> ready = new ArrayDeque<>();
    private Level level;

    /**
     * One wanted entry.
     *
     * @param sizeBytes the size of the content that the daemon can request, {@link Entry#HOLLOW} if the content is sent
     *     as empty, or -1 if the entry has no content
     */
    record Walked(Stat stat, long sizeBytes) {}

    /**
     * @param local the name of the tree, for messages
     * @param stopped whether the walk should end; evaluated for each entry, because a folder of excluded files can take
     *     long
     * @throws BuildkitException.ContextUnreadableException if the root cannot be listed
     */
    ContextWalker(String local, Tree tree, ContextFilter filter, BooleanSupplier stopped)
            throws BuildkitException.ContextUnreadableException {
        this.local = local;
        this.tree = tree;
        this.filter = filter;
        this.stopped = stopped;
        try {
            level = new Level(null, "", ContextFilter.Answer.ROOT, false, null, tree.names(""));
        } catch (IOException e) {
            throw ReadErrors.folder(local, ".", e);
        }
    }

    /**
     * Returns the next entry, or null at the end of the walk and after it was stopped.
     *
     * @throws BuildkitException.ContextUnreadableException if a file or folder cannot be read; the message names its
     *     path
     * @throws InvalidPatternException if a pattern that had to be evaluated is malformed
     */
    Walked next() throws BuildkitException.ContextUnreadableException, InvalidPatternException {
        while (ready.isEmpty() && level != null && !stopped.getAsBoolean()) {
            if (level.next == level.names.length) {
                level = level.parent;
            } else {
                visit(level.names[level.next++]);
            }
        }
        return ready.poll();
    }

    private void visit(String name) throws BuildkitException.ContextUnreadableException, InvalidPatternException {
        String path = level.path.isEmpty() ? name : level.path + "/" + name;
        ContextFilter.Answer answer = filter.decide(path, level.answer);
        if (!answer.wanted() && !answer.beneath()) {
            return;
        }
        Entry entry;
        Stat stat;
        try {
            entry = tree.entry(path);
            if (!answer.wanted() && !entry.isFolder()) {
                return;
            }
            if (level.doubtful && !entry.isFolder() && filter.withholds(path)) {
                entry = entry.emptied();
            }
            stat = stat(path, entry);
        } catch (NoSuchFileException e) {
            // The entry was deleted after its folder was listed. The walk treats it as if it had never existed.
            return;
        } catch (AccessDeniedException e) {
            if (!answer.wanted()) {
                return;
            }
            throw ReadErrors.file(local, path, e);
        } catch (IOException e) {
            throw ReadErrors.file(local, path, e);
        }
        if (answer.wanted()) {
            announceFolders(level);
            ready.add(new Walked(stat, entry.contentBytes()));
        }
        if (entry.isFolder()) {
            descend(path, answer, answer.wanted() ? null : stat);
        }
    }

    private void descend(String path, ContextFilter.Answer answer, Stat unannounced)
            throws BuildkitException.ContextUnreadableException {
        try {
            boolean doubtful = level.doubtful || filter.mayWithhold(path, answer);
            level = new Level(level, path, answer, doubtful, unannounced, tree.names(path));
        } catch (NoSuchFileException | NotDirectoryException e) {
            // The folder was deleted after its attributes were read. The daemon gets an empty folder.
            return;
        } catch (AccessDeniedException e) {
            if (answer.wanted()) {
                throw ReadErrors.folder(local, path, e);
            }
        } catch (IOException e) {
            throw ReadErrors.folder(local, path, e);
        }
    }

    /**
     * Adds the folders from the root to this one that are not wanted themselves, because the daemon needs them before
     * the first wanted entry below them.
     */
    private void announceFolders(Level inner) {
        if (inner.parent != null) {
            announceFolders(inner.parent);
        }
        if (inner.unannounced != null) {
            ready.add(new Walked(inner.unannounced, -1));
            inner.unannounced = null;
        }
    }

    private Stat stat(String path, Entry entry) {
        Stat.Builder stat = Stat.newBuilder()
                .setPath(bytes(path))
                .setMode(entry.mode())
                .setSize(entry.sizeBytes())
                .setModTime(entry.modificationTimeNanos())
                .setLinkname(bytes(entry.target()));
        if (entry.inode() != null) {
            String first = links.putIfAbsent(entry.inode(), path);
            if (first != null) {
                stat.setLinkname(bytes(first));
            }
        }
        if (entry.device() != null) {
            stat.setDevmajor(entry.device().major()).setDevminor(entry.device().minor());
        }
        return stat.build();
    }

    private static ByteString bytes(String name) {
        return UnsafeByteOperations.unsafeWrap(NameBytes.of(name));
    }
}
