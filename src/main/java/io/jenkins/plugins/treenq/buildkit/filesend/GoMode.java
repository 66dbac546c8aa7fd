// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.filesend;

/** Modes as Go's {@code io/fs.FileMode} has them: permissions as everywhere, everything else in bits of its own. */
final class GoMode {
    static final int FOLDER = 1 << 31;
    static final int SYMLINK = 1 << 27;
    static final int DEVICE = 1 << 26;
    static final int FIFO = 1 << 25;
    static final int SOCKET = 1 << 24;
    static final int SET_UID = 1 << 23;
    static final int SET_GID = 1 << 22;
    static final int CHARACTER_DEVICE = 1 << 21;
    static final int STICKY = 1 << 20;
    static final int IRREGULAR = 1 << 19;

    private static final int TYPE = FOLDER | SYMLINK | DEVICE | FIFO | SOCKET | CHARACTER_DEVICE | IRREGULAR;

    private GoMode() {}

    static boolean isFolder(int mode) {
        return (mode & FOLDER) != 0;
    }

    static boolean isSymlink(int mode) {
        return (mode & SYMLINK) != 0;
    }

    static boolean isSpecial(int mode) {
        return (mode & (DEVICE | FIFO)) != 0;
    }

    static boolean isDevice(int mode) {
        return (mode & (DEVICE | CHARACTER_DEVICE)) != 0;
    }

    /** Whether whoever runs such a file has the rights of its owner or group. */
    static boolean givesRights(int mode) {
        return (mode & (SET_UID | SET_GID)) != 0;
    }

    static int withoutRights(int mode) {
        return mode & ~(SET_UID | SET_GID);
    }

    /** Whether it has no type but that of a file; the sender gives content of nothing else. */
    static boolean isRegular(int mode) {
        return (mode & TYPE) == 0;
    }

    /** Permissions and special bits as {@code chmod} takes them. */
    static int permissions(int mode) {
        return mode & 0777
                | ((mode & SET_UID) != 0 ? 04000 : 0)
                | ((mode & SET_GID) != 0 ? 02000 : 0)
                | ((mode & STICKY) != 0 ? 01000 : 0);
    }
}
