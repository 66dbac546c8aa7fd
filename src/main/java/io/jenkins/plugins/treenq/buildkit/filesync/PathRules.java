// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.filesync;

import io.jenkins.plugins.treenq.buildkit.fsutil.NameBytes;
import java.nio.file.FileSystem;

/** How paths are read on the system that a tree lies on; the tree itself always has them with "/". */
enum PathRules {
    /** A backslash escapes in patterns and is a character like others in names. */
    UNIX("*[]?^\\"),

    /** A backslash separates names, and an absolute path has a volume. */
    WINDOWS("*[]?^");

    private final String patternCharacters;

    PathRules(String patternCharacters) {
        this.patternCharacters = patternCharacters;
    }

    static PathRules of(FileSystem system) {
        return system.getSeparator().equals("\\") ? WINDOWS : UNIX;
    }

    /** A path or pattern with "/" between its names, however they were separated. */
    String slashed(String text) {
        return this == WINDOWS ? text.replace('\\', '/') : text;
    }

    /** Whether a pattern names more than one path ({@code fsutil/filter.go}). */
    boolean isPattern(String text) {
        return text.chars().anyMatch(c -> patternCharacters.indexOf(c) >= 0);
    }

    /**
     * A path of {@link #slashed} without its volume, where Go takes it for absolute ({@code fsutil/followlinks.go}).
     */
    String withoutVolume(String path) {
        return hasVolume(path) ? path.substring(2) : path;
    }

    /** Whether a symlink leads on from the root. On Windows, Go takes a path without a volume for a relative one. */
    boolean isAbsolute(String target) {
        return this == WINDOWS ? hasVolume(target) || target.startsWith("//") : target.startsWith("/");
    }

    private boolean hasVolume(String path) {
        return this == WINDOWS && path.matches("[A-Za-z]:/.*");
    }

    /** Whether the daemon can be told this name. Half a character, which Windows allows, is neither bytes nor text. */
    boolean canBeSent(String name) {
        return this == UNIX || NameBytes.isUtf8(name);
    }
}
