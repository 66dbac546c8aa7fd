// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.filesync;

import io.jenkins.plugins.treenq.buildkit.fsutil.FileMode;

/**
 * What a tree knows about one of its files, folders or links.
 *
 * @param mode see {@link FileMode}
 * @param sizeBytes 0 for a folder; of a symlink, that of its target's name
 * @param modificationTimeNanos since the epoch
 * @param target of a symlink as it is written, else empty
 * @param inode null unless it goes by several names
 * @param device major and minor number of a device, else null
 * @param hollow whether it arrives empty, whatever its size: a socket, or what the filter withholds
 */
record Entry(
        int mode,
        long sizeBytes,
        long modificationTimeNanos,
        String target,
        Inode inode,
        Device device,
        boolean hollow) {

    /** The same file under all its names. */
    record Inode(long device, long number) {}

    /** Numbered as Linux does. */
    record Device(long major, long minor) {
        /** @param number {@code st_rdev} */
        static Device of(long number) {
            return new Device(number >>> 8 & 0xfff, number & 0xff | number >>> 12 & 0xfff00);
        }
    }

    /** Of what is announced as a file and arrives empty. */
    static final long HOLLOW = 1L << 62;

    /** Of what the daemon can fetch, or {@link #HOLLOW}; -1 if it may not even ask. */
    long contentBytes() {
        if (!FileMode.isRegular(mode)) {
            return -1;
        }
        return hollow ? HOLLOW : sizeBytes;
    }

    /** The same with nothing in it. */
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
