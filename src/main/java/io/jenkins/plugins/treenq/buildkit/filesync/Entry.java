// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.filesync;

import io.jenkins.plugins.treenq.buildkit.fsutil.FileMode;

/**
 * The attributes of one file, folder or symlink of a tree.
 *
 * @param mode type and permissions as Go encodes them, see {@link FileMode}
 * @param sizeBytes the size; 0 for a folder, the length of the target for a symlink
 * @param modificationTimeNanos the modification time in nanoseconds since the epoch
 * @param target the unresolved target of a symlink; empty for other entries
 * @param inode the inode of a file with several hard links; null for other entries
 * @param device the number of a device; null for other entries
 * @param hollow whether the content is sent as empty, independently of the size: the entry is a socket, or the filter
 *     withholds its content
 */
record Entry(
        int mode,
        long sizeBytes,
        long modificationTimeNanos,
        String target,
        Inode inode,
        Device device,
        boolean hollow) {

    /** The identity of a file that has several hard links. */
    record Inode(long device, long number) {}

    /** The major and minor number of a device, as Linux splits them. */
    record Device(long major, long minor) {
        /** @param number the value of {@code st_rdev} */
        static Device of(long number) {
            return new Device(number >>> 8 & 0xfff, number & 0xff | number >>> 12 & 0xfff00);
        }
    }

    /** The content size of an entry that is announced as a file and whose content is sent as empty. */
    static final long HOLLOW = 1L << 62;

    /**
     * Returns the number of bytes that the daemon can request, {@link #HOLLOW} if the content is sent as empty, or -1
     * if the entry is not a regular file and the daemon must not request it.
     */
    long contentBytes() {
        if (!FileMode.isRegular(mode)) {
            return -1;
        }
        return hollow ? HOLLOW : sizeBytes;
    }

    /** Returns a copy of this entry whose content is sent as empty. */
    Entry emptied() {
        return new Entry(mode, sizeBytes, modificationTimeNanos, target, inode, device, true);
    }

    boolean isFolder() {
        return FileMode.isFolder(mode);
    }

    boolean isSymlink() {
        return FileMode.isSymlink(mode);
    }
}
