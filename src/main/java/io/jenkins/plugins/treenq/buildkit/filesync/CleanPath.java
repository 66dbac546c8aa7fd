// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.filesync;

import java.util.ArrayDeque;
import java.util.Deque;

/** Paths as text with "/" between the names, by the rules of Go's {@code path/filepath}; nothing asks a disk. */
final class CleanPath {
    private CleanPath() {}

    /** The shortest path with the same meaning: no empty names, no ".", ".." only in front; "." if nothing is left. */
    static String clean(String path) {
        boolean rooted = path.startsWith("/");
        Deque<String> names = new ArrayDeque<>();
        for (String name : path.split("/")) {
            if (name.isEmpty() || name.equals(".")) {
                continue;
            }
            if (!name.equals("..")) {
                names.addLast(name);
            } else if (!names.isEmpty() && !names.getLast().equals("..")) {
                names.removeLast();
            } else if (!rooted) {
                names.addLast(name);
            }
        }
        String joined = String.join("/", names);
        if (rooted) {
            return "/" + joined;
        }
        return joined.isEmpty() ? "." : joined;
    }

    /** Clean; an empty part counts for nothing, and a rooted child loses its root. */
    static String join(String parent, String child) {
        if (parent.isEmpty()) {
            return child.isEmpty() ? "" : clean(child);
        }
        return clean(child.isEmpty() ? parent : parent + "/" + child);
    }

    /** Everything before the last name of a clean path; "." when there is nothing. */
    static String parent(String path) {
        int slash = path.lastIndexOf('/');
        return slash < 0 ? "." : slash == 0 ? "/" : path.substring(0, slash);
    }

    /** The last name of a clean path. */
    static String name(String path) {
        return path.equals("/") ? path : path.substring(path.lastIndexOf('/') + 1);
    }
}
