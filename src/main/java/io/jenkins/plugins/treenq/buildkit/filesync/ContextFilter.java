// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.filesync;

import io.jenkins.plugins.treenq.buildkit.BuildkitException;
import java.util.ArrayList;
import java.util.List;

/**
 * Decides which paths of a tree the daemon requested, by the rules of {@code fsutil/filter.go}. Instances are not
 * thread-safe.
 */
final class ContextFilter {
    /**
     * The decision on one path.
     *
     * @param wanted whether the entry itself is sent
     * @param beneath whether entries below this path can be wanted
     * @param included the result of the include patterns, or null if there are none
     * @param excluded the result of the exclude patterns, or null if there are none or they were not evaluated
     */
    record Answer(boolean wanted, boolean beneath, PatternMatcher.Match included, PatternMatcher.Match excluded) {
        /** The decision on the root, which is the parent of the entries at the top of the tree. */
        static final Answer ROOT = new Answer(true, true, null, null);
    }

    /** The include patterns; null if everything is included. */
    private final PatternMatcher includes;
    /** The exclude patterns; null if nothing is excluded. */
    private final PatternMatcher excludes;
    /**
     * The paths below which wanted entries can lie, for a folder that matches no include pattern. Null if the patterns
     * do not restrict where wanted entries lie.
     */
    private final List<String> includedPrefixes;
    /**
     * The paths below which wanted entries can lie, for an excluded folder. Null if the patterns do not restrict where
     * wanted entries lie.
     */
    private final List<String> exceptionPrefixes;

    /**
     * @throws InvalidPatternException if a pattern is malformed
     * @throws BuildkitException.ContextUnreadableException if an entry on the way of a path to follow cannot be read
     */
    ContextFilter(FolderRequest request, Tree tree)
            throws InvalidPatternException, BuildkitException.ContextUnreadableException {
        List<String> all = new ArrayList<>(request.includes());
        if (!request.followPaths().isEmpty()) {
            List<String> followed = FollowLinks.resolve(request.folder(), tree, request.followPaths());
            if (followed != null) {
                all.addAll(followed);
                all = FollowLinks.withoutNested(all);
            }
        }
        this.includes = all == null || all.isEmpty() ? null : new PatternMatcher(all, tree.rules());
        this.excludes = request.excludes().isEmpty() ? null : new PatternMatcher(request.excludes(), tree.rules());
        this.includedPrefixes = prefixes(this.includes, false, tree.rules());
        this.exceptionPrefixes = prefixes(this.excludes, true, tree.rules());
    }

    /**
     * Decides on one path.
     *
     * @param path clean and relative to the root
     * @param parent the decision on the folder that contains the path
     * @throws InvalidPatternException if a pattern that had to be evaluated is malformed
     */
    Answer decide(String path, Answer parent) throws InvalidPatternException {
        boolean wanted = true;
        PatternMatcher.Match included = null;
        PatternMatcher.Match excluded = null;
        if (includes != null) {
            included = includes.match(path, parent.included);
            if (!included.matched()) {
                if (!canLieBeneath(path, includedPrefixes)) {
                    return new Answer(false, false, included, null);
                }
                wanted = false;
            }
        }
        if (excludes != null) {
            excluded = excludes.match(path, parent.excluded);
            if (excluded.matched()) {
                if (!canLieBeneath(path, exceptionPrefixes)) {
                    return new Answer(false, false, included, excluded);
                }
                wanted = false;
            }
        }
        return new Answer(wanted, true, included, excluded);
    }

    /** Whether {@link #withholds} can return true for any entry in a folder. */
    boolean mayWithhold(String folder, Answer answer) {
        try {
            return includes != null && includes.overlooked(folder, answer.included)
                    || excludes != null && excludes.overlooked(folder, answer.excluded);
        } catch (InvalidPatternException e) {
            return true;
        }
    }

    /**
     * Whether the content of a wanted file is sent as empty. Before fsutil opens a file, it evaluates the patterns a
     * second time, on the path alone (Open in {@code filter.go}). The patterns {@code *}, {@code !a/b}, {@code a}, for
     * example, announce {@code a/b} and withhold its content.
     */
    boolean withholds(String path) {
        try {
            return includes != null && !includes.matchesAlone(path) || excludes != null && excludes.matchesAlone(path);
        } catch (InvalidPatternException e) {
            return true;
        }
    }

    private static boolean canLieBeneath(String folder, List<String> prefixes) {
        if (prefixes == null) {
            return true;
        }
        String inside = folder + "/";
        return prefixes.stream().anyMatch(prefix -> prefix.startsWith(inside));
    }

    /**
     * Returns the path prefixes of the patterns, each with a slash at its end, or null if one of the patterns has a
     * wildcard and can match several paths.
     */
    private static List<String> prefixes(PatternMatcher matcher, boolean exceptions, PathRules rules) {
        if (matcher == null) {
            return null;
        }
        List<String> prefixes = new ArrayList<>();
        for (PatternMatcher.Pattern pattern : matcher.patterns()) {
            if (pattern.isException() == exceptions) {
                String prefix = withoutEnd(withoutEnd(pattern.text(), "/**"), "/*");
                if (rules.isPattern(prefix)) {
                    return null;
                }
                prefixes.add(prefix + "/");
            }
        }
        return prefixes;
    }

    private static String withoutEnd(String text, String end) {
        return text.endsWith(end) ? text.substring(0, text.length() - end.length()) : text;
    }
}
