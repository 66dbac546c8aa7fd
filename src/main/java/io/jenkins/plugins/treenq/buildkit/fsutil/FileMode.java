// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.fsutil;

/**
 * Modes of files in the encoding of Go's {@code io/fs.FileMode}: the permissions have the bits of Unix, the type and
 * the special bits have bits of their own.
 */
public final class FileMode {
    public static final int FOLDER = 1 << 31;
    public static final int SYMLINK = 1 << 27;
    public static final int DEVICE = 1 << 26;
    public static final int FIFO = 1 << 25;
    public static final int SOCKET = 1 << 24;
    public static final int SET_UID = 1 << 23;
    public static final int SET_GID = 1 << 22;
    public static final int CHARACTER_DEVICE = 1 << 21;
    public static final int STICKY = 1 << 20;
    public static final int IRREGULAR = 1 << 19;

    private static final int TYPE = FOLDER | SYMLINK | DEVICE | FIFO | SOCKET | CHARACTER_DEVICE | IRREGULAR;

    private FileMode() {}

    /**
     * Converts {@code st_mode}. A socket becomes a regular file, because fsutil clears the bit of sockets
     * ({@code stat.go}).
     */
    public static int fromUnix(int mode) {
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

    /** Returns the permissions and special bits in the encoding of {@code chmod}. */
    public static int toUnixPermissions(int mode) {
        return mode & 0777
                | ((mode & SET_UID) != 0 ? 04000 : 0)
                | ((mode & SET_GID) != 0 ? 02000 : 0)
                | ((mode & STICKY) != 0 ? 01000 : 0);
    }

    public static boolean isFolder(int mode) {
        return (mode & FOLDER) != 0;
    }

    public static boolean isSymlink(int mode) {
        return (mode & SYMLINK) != 0;
    }

    public static boolean isSpecial(int mode) {
        return (mode & (DEVICE | FIFO)) != 0;
    }

    public static boolean isDevice(int mode) {
        return (mode & (DEVICE | CHARACTER_DEVICE)) != 0;
    }

    /** Whether the mode is that of a regular file. Only a regular file has content that the receiver may request. */
    public static boolean isRegular(int mode) {
        return (mode & TYPE) == 0;
    }

    /**
     * Whether the setuid or setgid bit is set, with which a process that runs the file gets the rights of the file's
     * owner or group.
     */
    public static boolean isSetId(int mode) {
        return (mode & (SET_UID | SET_GID)) != 0;
    }

    public static int withoutSetId(int mode) {
        return mode & ~(SET_UID | SET_GID);
    }
}
