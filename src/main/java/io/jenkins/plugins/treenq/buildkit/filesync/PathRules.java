// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.filesync;

import io.jenkins.plugins.treenq.buildkit.fsutil.NameBytes;
import java.nio.file.FileSystem;

/** The rules for paths of the system on which a tree lies. Paths within a tree always have "/" as separator. */
enum PathRules {
    /** A backslash escapes the next character in patterns and is an ordinary character in names. */
    UNIX("*[]?^\\"),

    /** A backslash is a separator, and an absolute path has a volume. */
    WINDOWS("*[]?^");

    private final String patternCharacters;

    PathRules(String patternCharacters) {
        this.patternCharacters = patternCharacters;
    }

    static PathRules of(FileSystem system) {
        return system.getSeparator().equals("\\") ? WINDOWS : UNIX;
    }

    /** Returns a path or pattern with "/" as its separator. */
    String slashed(String text) {
        return this == WINDOWS ? text.replace('\\', '/') : text;
    }

    /** Whether a pattern has characters of wildcards ({@code fsutil/filter.go}). */
    boolean isPattern(String text) {
        return text.chars().anyMatch(c -> patternCharacters.indexOf(c) >= 0);
    }

    /**
     * Removes the volume of a path that {@link #slashed} returned, if Go regards the path as absolute
     * ({@code fsutil/followlinks.go}).
     */
    String withoutVolume(String path) {
        return hasVolume(path) ? path.substring(2) : path;
    }

    /** Whether the target of a symlink is absolute. On Windows, Go regards a path without a volume as relative. */
    boolean isAbsolute(String target) {
        return this == WINDOWS ? hasVolume(target) || target.startsWith("//") : target.startsWith("/");
    }

    private boolean hasVolume(String path) {
        return this == WINDOWS && path.matches("[A-Za-z]:/.*");
    }

    /**
     * Whether a name can be sent to the daemon. Windows allows names with half of a surrogate pair, which have no
     * encoding in UTF-8.
     */
    boolean canBeSent(String name) {
        return this == UNIX || NameBytes.isUtf8(name);
    }
}
