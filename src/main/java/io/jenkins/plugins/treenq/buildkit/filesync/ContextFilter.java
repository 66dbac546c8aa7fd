// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.filesync;

import io.jenkins.plugins.treenq.buildkit.BuildkitException;
import java.util.ArrayList;
import java.util.List;

/** Which paths of a tree the daemon wants, with the rules of {@code fsutil/filter.go}. One thread at a time. */
final class ContextFilter {
    /**
     * The answer for one path.
     *
     * @param wanted whether it is sent for its own sake
     * @param beneath whether anything below it can be wanted
     * @param included what the include patterns say about it; null if there are none
     * @param excluded what the exclude patterns say about it; null if there are none or they were not asked
     */
    record Answer(boolean wanted, boolean beneath, PatternMatcher.Match included, PatternMatcher.Match excluded) {
        /** For what is at the top of the tree. */
        static final Answer ROOT = new Answer(true, true, null, null);
    }

    /** Null if everything is included. */
    private final PatternMatcher includes;
    /** Null if nothing is excluded. */
    private final PatternMatcher excludes;
    /** Where wanted things can lie below a folder that matches no include; null if the patterns do not tell. */
    private final List<String> includedPrefixes;
    /** Where wanted things can lie below an excluded folder; null if the patterns do not tell. */
    private final List<String> exceptionPrefixes;

    /**
     * @throws InvalidPatternException for one that is none
     * @throws BuildkitException.ContextUnreadableException if links have to be followed where nothing can be read
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
     * @param path clean, relative to the root
     * @param parent the answer for the folder that holds it
     * @throws InvalidPatternException for a pattern that had to be asked and makes no sense
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

    /** Whether {@link #withholds} can be true of anything in a folder. */
    boolean mayWithhold(String folder, Answer answer) {
        try {
            return includes != null && includes.overlooked(folder, answer.included)
                    || excludes != null && excludes.overlooked(folder, answer.excluded);
        } catch (InvalidPatternException e) {
            return true;
        }
    }

    /**
     * Whether a file that is wanted may not be opened: fsutil asks once more then, and of the path alone (Open in
     * {@code filter.go}). Patterns such as {@code *}, {@code !a/b}, {@code a} announce {@code a/b} and withhold its
     * content.
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

    /** The patterns as far as they name one place each, with a slash at the end; null if one of them names many. */
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
