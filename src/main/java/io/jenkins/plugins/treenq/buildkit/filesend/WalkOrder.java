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
 * Checks that entries are announced in the order of a walk ({@code fsutil/validator.go}): paths are clean and relative,
 * a folder precedes its entries, and the names within a folder strictly increase by their bytes, so that no entry is
 * announced twice. Every path that passes the check is below the root.
 */
final class WalkOrder {
    /** A folder between the root and the current entry. */
    static final class Folder {
        final int id;
        final ByteString path;
        final Path local;

        /** The entries that existed before the transfer and have not been announced; null if such entries may stay. */
        Set<Path> leftovers;

        private ByteString lastName = ByteString.EMPTY;

        /**
         * @param id the ID of the folder
         * @param path the announced path; empty for the root
         * @param local the path on this machine
         */
        Folder(int id, ByteString path, Path local) {
            this.id = id;
            this.path = path;
            this.local = local;
        }
    }

    /** Receives every folder that the walk has left. */
    interface Leaving {
        void leave(Folder folder) throws BuildkitException;
    }

    private final Deque<Folder> folders = new ArrayDeque<>();
    private final Leaving leaving;

    WalkOrder(Leaving leaving) {
        this.leaving = leaving;
    }

    /** Enters a folder. The first one is the root. */
    void enter(Folder folder) {
        folders.push(folder);
    }

    /** Ends the walk and leaves all folders. */
    void end() throws BuildkitException {
        while (!folders.isEmpty()) {
            leaving.leave(folders.pop());
        }
    }

    /**
     * Checks the path of the next entry.
     *
     * @return the folder that contains the entry
     */
    Folder next(ByteString path) throws BuildkitException {
        check(path);
        int slash = EntryPath.lastSlash(path);
        ByteString parent = slash < 0 ? ByteString.EMPTY : path.substring(0, slash);
        while (!folders.peek().path.equals(parent)) {
            if (folders.size() == 1) {
                throw ReceiveErrors.refused("entry " + ReceiveErrors.quoted(path) + " is out of order");
            }
            leaving.leave(folders.pop());
        }
        Folder folder = folders.peek();
        ByteString name = path.substring(slash + 1);
        if (EntryPath.ORDER.compare(folder.lastName, name) >= 0) {
            throw ReceiveErrors.refused("entry " + ReceiveErrors.quoted(path) + " is out of order or twice");
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
                        "entry " + ReceiveErrors.quoted(path) + " is not a clean path inside of the output");
            }
            start = i + 1;
        }
    }
}
