// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.solve;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Recognizes, from the text of the daemon's error, that the daemon's disk is full or broken, or that its store has lost
 * a part of the cache, so that the build itself has not failed. The patterns match the first error in the daemon, which
 * Go's errors have at the end of their text.
 */
final class StorageFailures {
    /** Errors of the daemon's own system calls. */
    private static final Pattern FULL = Pattern.compile(": (?:no space left on device|disk quota exceeded)$");

    private static final Pattern BROKEN = Pattern.compile(
            ": (?:read-only file system|input/output error|structure needs cleaning|stale (?:NFS )?file handle)$"
                    // A network connection can have this error, too, but no path.
                    + "| /\\S*: transport endpoint is not connected$");

    /**
     * Snapshots, blobs and leases that the daemon's databases refer to, and that are not there. A disk that was full
     * while a snapshot was committed leaves such a reference, until the daemon is started again: containerd commits the
     * snapshot in two databases, one after the other ({@code core/metadata/snapshot.go},
     * {@code core/snapshots/storage/bolt.go}, {@code core/metadata/content.go}, {@code core/metadata/leases.go},
     * {@code plugins/content/local/store.go} in containerd; {@code cache/refs.go} and
     * {@code snapshot/localmounter_linux.go} in BuildKit).
     */
    private static final Pattern INCOMPLETE = Pattern.compile("(?:^|: )(?:"
            + "(?:(?:parent )?snapshot(?: \\S*)? does not exist"
            + "|missing parent \"[^\"]*\"(?: bucket| of snapshot \"[^\"]*\")|parent does not exist"
            + "|failed to get active snapshot \"[^\"]*\""
            + "|content digest sha256:\\w+"
            + "|blob \\S+ expected at \\S+: blob not found"
            + "|lease (?:\"[^\"]*\"|does not exist)): not found"
            + "|failed to restore missing snapshot \\S+: no blob available"
            + "|failed to mount \\S+: \\[\\{Type:[^\"]*\\}\\]: no such file or directory"
            + "|database not open|invalid database)$");

    /** What an administrator is told, in which {@code %s} is the daemon. */
    private static final Map<Pattern, String> LINES = new LinkedHashMap<>();

    static {
        LINES.put(FULL, "the disk of %s is full; prune its cache or enlarge the disk");
        LINES.put(BROKEN, "the disk of %s is broken or read-only; check the disk and the kernel's log there");
        LINES.put(INCOMPLETE, "the cache of %s is incomplete; restart the daemon, or prune its cache");
    }

    private StorageFailures() {}

    /** Returns the message about a failure of the storage; empty if it did not fail. */
    static Optional<String> line(String text, String daemon) {
        return LINES.entrySet().stream()
                .filter(entry -> entry.getKey().matcher(text).find())
                .map(entry -> String.format(entry.getValue(), daemon) + " (" + text + ")")
                .findFirst();
    }
}
