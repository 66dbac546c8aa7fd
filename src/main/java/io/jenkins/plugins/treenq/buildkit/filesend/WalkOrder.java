// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.filesend;

import com.google.protobuf.ByteString;
import io.jenkins.plugins.treenq.buildkit.BuildkitException;
import io.jenkins.plugins.treenq.buildkit.fsutil.EntryPath;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Set;

/**
 * Checks that entries come as a walk tells them ({@code fsutil/validator.go}): clean relative paths, a folder before
 * what is in it, and within a folder names that only grow, by their bytes, so that none comes twice. Every path that
 * passed lies below the root.
 */
final class WalkOrder {
    /** A folder that the walk is in. */
    static final class Folder {
        final int id;
        final ByteString path;
        final Path local;

        /** What was in it before and has not been announced again; null when it may stay. */
        Set<Path> leftovers;

        private ByteString lastName = ByteString.EMPTY;

        /**
         * @param path as announced; empty for the root
         * @param local where it is on this machine
         */
        Folder(int id, ByteString path, Path local) {
            this.id = id;
            this.path = path;
            this.local = local;
        }
    }

    /** Told of every folder when the walk has left it. */
    interface Leaving {
        void leave(Folder folder) throws BuildkitException;
    }

    private final Deque<Folder> folders = new ArrayDeque<>();
    private final Leaving leaving;

    WalkOrder(Leaving leaving) {
        this.leaving = leaving;
    }

    /** The walk goes into a folder; the first one is the root. */
    void enter(Folder folder) {
        folders.push(folder);
    }

    /** The walk is over. */
    void end() throws BuildkitException {
        while (!folders.isEmpty()) {
            leaving.leave(folders.pop());
        }
    }

    /**
     * Checks the path of the next entry.
     *
     * @return the folder that it is in
     */
    Folder next(ByteString path) throws BuildkitException {
        check(path);
        int slash = EntryPath.lastSlash(path);
        ByteString parent = slash < 0 ? ByteString.EMPTY : path.substring(0, slash);
        while (!folders.peek().path.equals(parent)) {
            if (folders.size() == 1) {
                throw ReceiveErrors.refused("entry " + ReceiveErrors.quoted(path) + " comes out of order");
            }
            leaving.leave(folders.pop());
        }
        Folder folder = folders.peek();
        ByteString name = path.substring(slash + 1);
        if (EntryPath.ORDER.compare(folder.lastName, name) >= 0) {
            throw ReceiveErrors.refused("entry " + ReceiveErrors.quoted(path) + " comes out of order or twice");
        }
        folder.lastName = name;
        return folder;
    }

    private static void check(ByteString path) throws BuildkitException.DaemonFailedException {
        int start = 0;
        for (int i = 0; i <= path.size(); i++) {
            if (i < path.size() && path.byteAt(i) != '/') {
                continue;
            }
            int length = i - start;
            boolean dots = length > 0 && length <= 2;
            for (int at = start; dots && at < i; at++) {
                dots = path.byteAt(at) == '.';
            }
            if (length == 0 || dots) {
                throw ReceiveErrors.refused(
                        "entry " + ReceiveErrors.quoted(path) + " is no clean path below the output");
            }
            start = i + 1;
        }
    }
}
