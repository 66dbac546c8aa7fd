// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.filesync;

import java.io.File;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * Finds what has to be sent so that some paths can be followed through symlinks: the links on the way and what they lead
 * to, never outside the root. The rules are those of {@code fsutil/followlinks.go}.
 */
final class FollowLinks {
    private final Tree tree;
    private final Set<String> resolved = new TreeSet<>(Utf8Order.INSTANCE);
    /** What is left to follow. A stack of our own: links can lead from one to the next further than Java's is deep. */
    private final Deque<String> paths = new ArrayDeque<>();

    private FollowLinks(Tree tree) {
        this.tree = tree;
    }

    /** @return patterns in the order of {@link Utf8Order}, or null when everything has to be sent */
    static List<String> resolve(Tree tree, List<String> paths) throws IOException {
        FollowLinks links = new FollowLinks(tree);
        for (String path : paths) {
            links.paths.push(path);
            while (!links.paths.isEmpty()) {
                links.follow(links.paths.pop());
            }
        }
        return withoutNested(links.resolved);
    }

    /**
     * Leaves out a path that lies below the one before it. Only neighbours are compared, so "a", "a-b", "a/b" stay.
     *
     * @return null if one of them is the root
     */
    static List<String> withoutNested(Iterable<String> paths) {
        List<String> outer = new ArrayList<>();
        String last = "";
        for (String path : paths) {
            if (path.equals(".")) {
                return null;
            }
            if (!path.startsWith(last + "/")) {
                outer.add(path);
                last = path;
            }
        }
        return outer;
    }

    /** Goes along a path name by name until it ends or a link leads elsewhere. */
    private void follow(String path) throws IOException {
        String rest = CleanPath.join(".", path);
        String current = ".";
        while (true) {
            int slash = rest.indexOf('/');
            current = CleanPath.join(current, slash < 0 ? rest : rest.substring(0, slash));
            rest = slash < 0 ? "" : rest.substring(slash + 1);
            List<String> targets = targets(current);
            if (targets.isEmpty() && !rest.isEmpty()) {
                continue;
            }
            if (resolved.add(current)) {
                Collections.reverse(targets);
                for (String target : targets) {
                    paths.push(CleanPath.join(target, rest));
                }
            }
            return;
        }
    }

    /** Where the link, or the links that the wildcard names, lead to; empty if there is none. */
    private List<String> targets(String path) throws IOException {
        List<String> targets = new ArrayList<>();
        String name = CleanPath.name(path);
        String folder = CleanPath.parent(path);
        if (!hasWildcard(name)) {
            addTarget(path, targets);
            return targets;
        }
        Glob glob = new Glob(name);
        for (String found : names(folder)) {
            if (matches(glob, found)) {
                addTarget(CleanPath.join(folder, found), targets);
            }
        }
        return targets;
    }

    private static boolean matches(Glob glob, String name) {
        try {
            return glob.matches(name);
        } catch (InvalidPattern e) {
            return false;
        }
    }

    private void addTarget(String path, List<String> targets) throws IOException {
        if (!isInside(path)) {
            return;
        }
        Entry entry;
        try {
            entry = tree.entry(path);
        } catch (NoSuchFileException | NotDirectoryException e) {
            return;
        }
        if (entry.isSymlink()) {
            String link = CleanPath.clean(entry.target());
            targets.add(link.startsWith("/") ? link : CleanPath.clean("/" + CleanPath.parent(path) + "/" + link));
        }
    }

    private String[] names(String folder) throws IOException {
        boolean root = folder.equals(".") || folder.equals("/");
        try {
            if (root || isInside(folder) && tree.entry(folder).isFolder()) {
                return tree.names(root ? "" : folder);
            }
        } catch (NoSuchFileException | NotDirectoryException e) {
            // It has nothing that could be a link.
        }
        return new String[0];
    }

    /**
     * Whether every folder on the way is one. Go would look outside the root where the daemon's path starts with ".." or
     * a folder's name looks like a wildcard, though it sends nothing from there.
     */
    private boolean isInside(String path) throws IOException {
        if (path.equals(".") || path.equals("..") || path.startsWith("../") || path.startsWith("/")) {
            return false;
        }
        for (int slash = path.indexOf('/'); slash >= 0; slash = path.indexOf('/', slash + 1)) {
            try {
                if (!tree.entry(path.substring(0, slash)).isFolder()) {
                    return false;
                }
            } catch (NoSuchFileException | NotDirectoryException e) {
                return false;
            }
        }
        return true;
    }

    private static boolean hasWildcard(String name) {
        for (int i = 0; i < name.length(); i++) {
            char c = name.charAt(i);
            if (c == '\\' && File.separatorChar != '\\') {
                i++;
            } else if (c == '*' || c == '?' || c == '[') {
                return true;
            }
        }
        return false;
    }
}
