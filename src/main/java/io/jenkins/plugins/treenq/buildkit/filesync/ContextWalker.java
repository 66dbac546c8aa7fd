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
 * Walks a tree depth first and says of each wanted entry what fsutil would say ({@code fsutil/filter.go},
 * {@code stat.go}, {@code hardlinks.go}). Holds the names of the folders on the way down to the current one, and of
 * files with several names where each was first seen. One thread at a time.
 */
final class ContextWalker {
    /** A folder on the way down. */
    private static final class Level {
        final Level parent;
        final String path;
        final ContextFilter.Answer answer;
        /** Whether the content of something in it may be withheld. */
        final boolean doubtful;

        /** What to say of the folder itself once something below it is wanted; null when that is done. */
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

    /** @param sizeBytes of the content that can be fetched, or {@link Entry#HOLLOW}, or -1 if there is none */
    record Walked(Stat stat, long sizeBytes) {}

    /**
     * @param local the tree's name, for messages
     * @param stopped asked often, because a folder of excluded files can take long
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
     * The next entry, or null at the end or once stopped.
     *
     * @throws BuildkitException.ContextUnreadableException naming the file or folder that is to blame
     * @throws InvalidPatternException for a pattern that had to be asked and makes no sense
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
            // Gone since its folder was listed, so it was not there.
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
            // Gone since it was looked at; an empty folder is what remains.
            return;
        } catch (AccessDeniedException e) {
            if (answer.wanted()) {
                throw ReadErrors.folder(local, path, e);
            }
        } catch (IOException e) {
            throw ReadErrors.folder(local, path, e);
        }
    }

    /** Folders that are not wanted themselves go before the first thing in them that is. */
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
