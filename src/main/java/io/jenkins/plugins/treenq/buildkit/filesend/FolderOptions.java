// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.filesend;

/**
 * What a folder of results may become.
 *
 * @param mirrored whether it shall have nothing but the result in the end ({@code mode=delete})
 * @param setuid whether files keep their setuid and setgid bits. They would belong to the user of this process, and
 *     whoever ran one would have that user's rights.
 * @param devices whether devices are made. They give access to this machine's disks and memory.
 */
public record FolderOptions(boolean mirrored, boolean setuid, boolean devices) {
    /** Merged into what is there, and nothing in it that gives rights on this machine. */
    public static final FolderOptions DEFAULT = new FolderOptions(false, false, false);
}
