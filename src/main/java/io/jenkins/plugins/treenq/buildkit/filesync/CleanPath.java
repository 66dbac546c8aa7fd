// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.filesync;

import java.util.ArrayDeque;
import java.util.Deque;

/**
 * Operations on paths as text, by the rules of Go's {@code path/filepath}. The separator is always "/", and no
 * operation accesses a file system.
 */
final class CleanPath {
    private CleanPath() {}

    /**
     * Returns the shortest path with the same meaning. It has no empty names and no ".", and has ".." only at its
     * beginning. A path of which nothing is left is returned as ".".
     */
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

    /**
     * Joins two paths and cleans the result. An empty parent or child is ignored, and the leading "/" of the child is
     * dropped.
     */
    static String join(String parent, String child) {
        if (parent.isEmpty()) {
            return child.isEmpty() ? "" : clean(child);
        }
        return clean(child.isEmpty() ? parent : parent + "/" + child);
    }

    /** Returns everything before the last name of a clean path, or "." if the path has one name only. */
    static String parent(String path) {
        int slash = path.lastIndexOf('/');
        return slash < 0 ? "." : slash == 0 ? "/" : path.substring(0, slash);
    }

    /** Returns the last name of a clean path. */
    static String name(String path) {
        return path.equals("/") ? path : path.substring(path.lastIndexOf('/') + 1);
    }
}
