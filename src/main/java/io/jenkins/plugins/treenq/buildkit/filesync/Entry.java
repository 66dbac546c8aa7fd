// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.filesync;

/**
 * What a tree knows about one of its files, folders or links.
 *
 * @param mode see {@link FileMode}
 * @param sizeBytes 0 for a folder; of a symlink, that of its target's name
 * @param modificationTimeNanos since the epoch
 * @param target of a symlink as it is written, else empty
 * @param inode null unless it goes by several names
 * @param device major and minor number of a device, else null
 * @param socket whether it has a size but no content to read
 */
record Entry(
        int mode,
        long sizeBytes,
        long modificationTimeNanos,
        String target,
        Inode inode,
        Device device,
        boolean socket) {

    /** The same file under all its names. */
    record Inode(long device, long number) {}

    /** Numbered as Linux does. */
    record Device(long major, long minor) {
        /** @param number {@code st_rdev} */
        static Device of(long number) {
            return new Device(number >>> 8 & 0xfff, number & 0xff | number >>> 12 & 0xfff00);
        }
    }

    /** Of what the daemon can fetch, which is nothing for a socket; -1 if it may not even ask. */
    long contentBytes() {
        if (!FileMode.hasContent(mode)) {
            return -1;
        }
        return socket ? 0 : sizeBytes;
    }

    boolean isFolder() {
        return FileMode.isFolder(mode);
    }

    boolean isSymlink() {
        return FileMode.isSymlink(mode);
    }
}
