// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.filesync;

import io.jenkins.plugins.treenq.buildkit.BuildkitException;
import io.jenkins.plugins.treenq.buildkit.fsutil.NameBytes;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Parses a {@code .dockerignore} file as the Dockerfile frontend does (moby/patternmatcher's {@code ignorefile.go}).
 * The frontend then requests the context with these patterns as exclude patterns.
 */
public final class IgnoreFile {
    private static final byte[] BYTE_ORDER_MARK = {(byte) 0xef, (byte) 0xbb, (byte) 0xbf};

    /** The limit of a line in bytes, which is the limit of Go's scanner. */
    private static final int LONGEST_LINE = 64 * 1024;

    private IgnoreFile() {}

    /**
     * Returns the patterns of an ignore file.
     *
     * @param file the content of the file
     * @throws BuildkitException.InvalidRequestException if a line is too long; the daemon rejects the file, too
     */
    public static List<String> patterns(byte[] file) throws BuildkitException.InvalidRequestException {
        List<String> patterns = new ArrayList<>();
        byte[] beginning = Arrays.copyOf(file, BYTE_ORDER_MARK.length);
        int start = Arrays.equals(beginning, BYTE_ORDER_MARK) ? BYTE_ORDER_MARK.length : 0;
        for (int end = start; end <= file.length; end++) {
            if (end == file.length || file[end] == '\n') {
                if (end - start >= LONGEST_LINE) {
                    throw new BuildkitException.InvalidRequestException("the ignore file has a line that is too long");
                }
                add(NameBytes.text(Arrays.copyOfRange(file, start, end)), patterns);
                start = end + 1;
            }
        }
        return patterns;
    }

    private static void add(String line, List<String> patterns) {
        String pattern = PatternMatcher.trim(line);
        if (line.startsWith("#") || pattern.isEmpty()) {
            return;
        }
        boolean exception = pattern.startsWith("!");
        if (exception) {
            pattern = PatternMatcher.trim(pattern.substring(1));
        }
        if (!pattern.isEmpty()) {
            pattern = CleanPath.clean(pattern);
            if (pattern.length() > 1 && pattern.startsWith("/")) {
                pattern = pattern.substring(1);
            }
        }
        patterns.add(exception ? "!" + pattern : pattern);
    }
}
