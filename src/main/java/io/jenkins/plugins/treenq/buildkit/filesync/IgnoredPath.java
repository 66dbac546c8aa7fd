// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.filesync;

import io.jenkins.plugins.treenq.buildkit.BuildkitException;
import java.nio.file.FileSystems;
import java.util.List;
import java.util.Optional;

/** Finds the pattern of an ignore file that excludes a path from a build context. */
public final class IgnoredPath {
    private IgnoredPath() {}

    /**
     * Returns the last pattern that matches the path or a folder above it.
     *
     * @param ignoreFile the content of the ignore file
     * @param path the path, relative to the build context
     * @return empty if the path is not excluded, or if the file has a malformed pattern
     */
    public static Optional<String> pattern(byte[] ignoreFile, String path) {
        try {
            List<String> texts = IgnoreFile.patterns(ignoreFile);
            PatternMatcher matcher = new PatternMatcher(texts, PathRules.of(FileSystems.getDefault()));
            PatternMatcher.Match match = null;
            for (int end = path.indexOf('/'); end >= 0; end = path.indexOf('/', end + 1)) {
                match = matcher.match(path.substring(0, end), match);
            }
            match = matcher.match(path, match);
            for (int i = match.patterns().length - 1; match.matched() && i >= 0; i--) {
                if (match.patterns()[i] && !matcher.patterns().get(i).isException()) {
                    return Optional.of(matcher.patterns().get(i).text());
                }
            }
        } catch (InvalidPatternException | BuildkitException.InvalidRequestException e) {
            // The daemon has the same patterns and has already reported the malformed one.
        }
        return Optional.empty();
    }
}
