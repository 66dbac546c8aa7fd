// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.filesync;

import io.jenkins.plugins.treenq.buildkit.BuildkitException;
import java.nio.file.FileSystems;
import java.util.List;
import java.util.Optional;

/** Tells which pattern of an ignore file leaves a path out of a context. */
public final class IgnoredPath {
    private IgnoredPath() {}

    /**
     * The last pattern that holds for the path or for a folder above it.
     *
     * @param ignoreFile content of the ignore file
     * @param path relative to the context
     * @return empty when the path is not left out, or when the file has something that is no pattern
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
            // The daemon, which was told the same patterns, has said so.
        }
        return Optional.empty();
    }
}
