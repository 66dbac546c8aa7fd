// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.filesync;

import io.jenkins.plugins.treenq.buildkit.BuildkitException;
import io.jenkins.plugins.treenq.buildkit.fsutil.NameBytes;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Reads {@code .dockerignore} as the Dockerfile frontend does (moby/patternmatcher's {@code ignorefile.go}), which then
 * asks for the context with these patterns excluded.
 */
public final class IgnoreFile {
    private static final byte[] BYTE_ORDER_MARK = {(byte) 0xef, (byte) 0xbb, (byte) 0xbf};

    /** What Go's scanner takes for a line. */
    private static final int LONGEST_LINE = 64 * 1024;

    private IgnoreFile() {}

    /** @throws BuildkitException.InvalidRequestException when the daemon would not take it either */
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
