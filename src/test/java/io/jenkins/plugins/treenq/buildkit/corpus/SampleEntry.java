// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.corpus;

/**
 * One entry in a generated context.
 *
 * @param path with "/" between the names; see {@link RawText} for names that are not UTF-8
 * @param target of a symlink as it is written, or the path of the file that a hard link names; else empty
 * @param bytes of a file's content, or the length of a sparse one
 * @param mode the lower twelve bits of {@code st_mode}
 * @param seconds modification time since the epoch
 * @param nanos of the modification time
 */
record SampleEntry(Kind kind, String path, String target, int bytes, int mode, long seconds, int nanos) {
    enum Kind {
        FILE,
        SPARSE,
        FOLDER,
        SYMLINK,
        HARDLINK,
        PIPE,
        SOCKET,
        DEVICE
    }

    boolean isFolder() {
        return kind == Kind.FOLDER;
    }

    boolean isBeneath(SampleEntry folder) {
        return path.startsWith(folder.path + "/");
    }

    SampleEntry withMode(int other) {
        return new SampleEntry(kind, path, target, bytes, other, seconds, nanos);
    }

    @Override
    public String toString() {
        String text = "%s %s".formatted(kind.name().toLowerCase(java.util.Locale.ROOT), RawText.quoted(path));
        if (!target.isEmpty()) {
            text += " -> " + RawText.quoted(target);
        }
        return "%s, mode %04o, %d bytes, time %d.%09d".formatted(text, mode, bytes, seconds, nanos);
    }
}
