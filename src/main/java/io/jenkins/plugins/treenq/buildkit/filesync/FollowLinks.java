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
 * Finds the paths that have to be sent so that the daemon can follow some paths through symlinks: the symlinks on the
 * way and their targets, never outside of the root. The rules are those of {@code fsutil/followlinks.go}.
 */
final class FollowLinks {
    private final String local;
    private final Tree tree;
    private final Set<String> resolved = new TreeSet<>(Utf8Order.INSTANCE);
    /**
     * The paths that remain to be followed. The stack is on the heap, because a chain of symlinks can be longer than
     * the Java stack is deep.
     */
    private final Deque<String> paths = new ArrayDeque<>();

    private FollowLinks(String local, Tree tree) {
        this.local = local;
        this.tree = tree;
    }

    /**
     * Follows the paths.
     *
     * @param local the name of the tree, for messages
     * @return patterns in the order of {@link Utf8Order}, or null if the whole tree has to be sent
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
     * Omits a path that lies below the previous one. Only neighbours are compared, so "a", "a-b", "a/b" are all kept,
     * as in Go.
     *
     * @return null if one of the paths is the root
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

    /** Follows a path name by name until it ends or a symlink leads to another path. */
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

    /**
     * Returns the target of the symlink at the path, or the targets of all symlinks that its wildcard matches. The list
     * is empty if there is no symlink.
     */
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
            // A name that cannot be sent is skipped here; the walk reports it if it is wanted.
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
     * Whether every parent of the path is a folder inside of the root. Go would access files outside of the root if the
     * daemon's path starts with ".." or if a symlink's name looks like a wildcard, though Go sends nothing from there.
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

    /** Returns the entry at the path, or null if the path does not exist. */
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
