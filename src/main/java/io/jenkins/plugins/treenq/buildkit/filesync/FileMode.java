// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.filesync;

/** Modes as Go's {@code io/fs.FileMode} has them: permissions as everywhere, everything else in bits of its own. */
final class FileMode {
    static final int FOLDER = 1 << 31;
    static final int SYMLINK = 1 << 27;
    static final int DEVICE = 1 << 26;
    static final int FIFO = 1 << 25;
    static final int SET_UID = 1 << 23;
    static final int SET_GID = 1 << 22;
    static final int CHARACTER_DEVICE = 1 << 21;
    static final int STICKY = 1 << 20;
    static final int IRREGULAR = 1 << 19;

    private static final int TYPE = FOLDER | SYMLINK | DEVICE | FIFO | CHARACTER_DEVICE | IRREGULAR;

    private FileMode() {}

    /** From {@code st_mode}. A socket looks like a regular file, for fsutil clears its bit ({@code stat.go}). */
    static int fromUnix(int mode) {
        int type =
                switch (mode & 0170000) {
                    case 0100000, 0140000 -> 0;
                    case 0040000 -> FOLDER;
                    case 0120000 -> SYMLINK;
                    case 0060000 -> DEVICE;
                    case 0020000 -> DEVICE | CHARACTER_DEVICE;
                    case 0010000 -> FIFO;
                    default -> IRREGULAR;
                };
        return type
                | mode & 0777
                | ((mode & 04000) != 0 ? SET_UID : 0)
                | ((mode & 02000) != 0 ? SET_GID : 0)
                | ((mode & 01000) != 0 ? STICKY : 0);
    }

    static boolean isFolder(int mode) {
        return (mode & FOLDER) != 0;
    }

    static boolean isSymlink(int mode) {
        return (mode & SYMLINK) != 0;
    }

    /** Whether the daemon may ask for its content. */
    static boolean hasContent(int mode) {
        return (mode & TYPE) == 0;
    }
}
