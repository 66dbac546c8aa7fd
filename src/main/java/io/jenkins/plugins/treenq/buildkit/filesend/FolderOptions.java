// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.filesend;

/**
 * The options of a folder that receives a result.
 *
 * @param mirrored whether the folder contains only the result in the end ({@code mode=delete})
 * @param setuid whether files keep their setuid and setgid bits. The files belong to the user of this process, so any
 *     user who runs such a file gets the rights of that user
 * @param devices whether devices are created. Devices give access to the disks and the memory of this machine
 */
public record FolderOptions(boolean mirrored, boolean setuid, boolean devices) {
    /** The result is merged into the folder, without devices and without setuid and setgid bits. */
    public static final FolderOptions DEFAULT = new FolderOptions(false, false, false);
}
