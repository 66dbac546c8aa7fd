// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.filesync;

import io.jenkins.plugins.treenq.buildkit.BuildkitException;
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
 * Finds what has to be sent so that some paths can be followed through symlinks: the links on the way and what they
 * lead to, never outside the root. The rules are those of {@code fsutil/followlinks.go}.
 */
final class FollowLinks {
    private final String local;
    private final Tree tree;
    private final Set<String> resolved = new TreeSet<>(Utf8Order.INSTANCE);
    /** What is left to follow. A stack of our own: links can lead from one to the next further than Java's is deep. */
    private final Deque<String> paths = new ArrayDeque<>();

    private FollowLinks(String local, Tree tree) {
        this.local = local;
        this.tree = tree;
    }

    /**
     * @param local the tree's name, for messages
     * @return patterns in the order of {@link Utf8Order}, or null when everything has to be sent
     */
    static List<String> resolve(String local, Tree tree, List<String> paths)
            throws BuildkitException.ContextUnreadableException {
        FollowLinks links = new FollowLinks(local, tree);
        for (String path : paths) {
            links.paths.push(tree.rules().slashed(path));
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
    private void follow(String path) throws BuildkitException.ContextUnreadableException {
        String rest = CleanPath.join(".", tree.rules().withoutVolume(path));
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
    private List<String> targets(String path) throws BuildkitException.ContextUnreadableException {
        List<String> targets = new ArrayList<>();
        String name = CleanPath.name(path);
        String folder = CleanPath.parent(path);
        if (!hasWildcard(name)) {
            addTarget(path, targets);
            return targets;
        }
        Glob glob = new Glob(name);
        for (String found : names(folder)) {
            // A name that cannot be sent is the walk's business, if it is wanted at all.
            if (tree.rules().canBeSent(found) && matches(glob, found)) {
                addTarget(CleanPath.join(folder, found), targets);
            }
        }
        return targets;
    }

    private static boolean matches(Glob glob, String name) {
        try {
            return glob.matches(name);
        } catch (InvalidPatternException e) {
            return false;
        }
    }

    private void addTarget(String path, List<String> targets) throws BuildkitException.ContextUnreadableException {
        if (path.equals(".") || !isInside(path)) {
            return;
        }
        Entry entry = entry(path);
        if (entry != null && entry.isSymlink()) {
            String link = CleanPath.clean(entry.target());
            targets.add(
                    tree.rules().isAbsolute(link) ? link : CleanPath.clean("/" + CleanPath.parent(path) + "/" + link));
        }
    }

    private String[] names(String folder) throws BuildkitException.ContextUnreadableException {
        boolean root = folder.equals(".");
        if (!root && !isInside(folder + "/")) {
            return new String[0];
        }
        try {
            return tree.names(root ? "" : folder);
        } catch (NoSuchFileException | NotDirectoryException e) {
            return new String[0];
        } catch (IOException e) {
            throw ReadErrors.folder(local, folder, e);
        }
    }

    /**
     * Whether every folder on the way is one. Go would look outside the root where the daemon's path starts with ".."
     * or a link's name looks like a wildcard, though it sends nothing from there.
     */
    private boolean isInside(String path) throws BuildkitException.ContextUnreadableException {
        if (path.equals("..") || path.startsWith("../")) {
            return false;
        }
        for (int slash = path.indexOf('/'); slash >= 0; slash = path.indexOf('/', slash + 1)) {
            Entry folder = entry(path.substring(0, slash));
            if (folder == null || !folder.isFolder()) {
                return false;
            }
        }
        return true;
    }

    /** Null if there is nothing. */
    private Entry entry(String path) throws BuildkitException.ContextUnreadableException {
        try {
            return tree.entry(path);
        } catch (NoSuchFileException e) {
            return null;
        } catch (IOException e) {
            throw ReadErrors.file(local, path, e);
        }
    }

    private static boolean hasWildcard(String name) {
        for (int i = 0; i < name.length(); i++) {
            char c = name.charAt(i);
            if (c == '\\') {
                i++;
            } else if (c == '*' || c == '?' || c == '[') {
                return true;
            }
        }
        return false;
    }
}
