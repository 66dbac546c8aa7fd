// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.connect;

import java.util.ArrayDeque;
import java.util.Deque;

/** Paths within the tree of a repository, which have no dots and no slash at either end. */
final class SubfolderPath {
    private SubfolderPath() {}

    /**
     * Returns the path that the names lead to, one after another; empty for the root of the tree. A path cannot lead
     * out of the tree.
     */
    static String of(String... names) {
        Deque<String> path = new ArrayDeque<>();
        for (String name : String.join("/", names).split("/+")) {
            if (name.equals("..")) {
                path.pollLast();
            } else if (!name.isEmpty() && !name.equals(".")) {
                path.addLast(name);
            }
        }
        return String.join("/", path);
    }
}
