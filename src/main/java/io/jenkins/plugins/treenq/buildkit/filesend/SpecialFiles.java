// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.filesend;

import com.google.protobuf.ByteString;
import io.jenkins.plugins.treenq.buildkit.fsutil.FileMode;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.FileSystems;
import java.nio.file.Path;
import java.time.Instant;
import java.util.concurrent.TimeUnit;

/**
 * Creates files that Java cannot create, with commands that every Unix has: devices, FIFOs, and symlinks whose target
 * Java would change. Results rarely contain such files.
 */
final class SpecialFiles {
    private static final long TIMEOUT_SECONDS = 30;
    private static final long NANOS = 1_000_000_000;

    private SpecialFiles() {}

    static void make(Path path, int goMode, long major, long minor, long timeNanos) throws IOException {
        requireUnix(path);
        String mode = Integer.toOctalString(FileMode.toUnixPermissions(goMode) & 0777);
        boolean device = (goMode & FileMode.DEVICE) != 0;
        String type = (goMode & FileMode.CHARACTER_DEVICE) != 0 ? "c" : "b";
        boolean made = device
                ? run("mknod", "-m", mode, path.toString(), type, Long.toString(major), Long.toString(minor))
                : run("mkfifo", "-m", mode, path.toString());
        if (!made) {
            throw new FileSystemException(
                    path.toString(), null, device ? "only root can create a device" : "a FIFO cannot be created here");
        }
        // Java would open the file to set its time, and opening a FIFO blocks until another process opens its other
        // end. If touch does not support this form of the time, the current time remains.
        Instant time = Instant.ofEpochSecond(Math.floorDiv(timeNanos, NANOS), Math.floorMod(timeNanos, NANOS));
        run("touch", "-c", "-d", time.toString(), path.toString());
    }

    static void symlink(Path path, ByteString target) throws IOException {
        requireUnix(path);
        String text = target.toStringUtf8();
        if (!target.isValidUtf8() || text.indexOf('\0') >= 0) {
            throw new FileSystemException(path.toString(), null, "its target is not a valid path on this system");
        }
        if (!run("ln", "-s", "--", text, path.toString())) {
            throw new FileSystemException(path.toString(), null, "a symbolic link cannot be created here");
        }
    }

    /** Rejects files of other systems than Unix and of file systems in memory, which commands cannot access. */
    private static void requireUnix(Path path) throws IOException {
        if (path.getFileSystem() != FileSystems.getDefault()
                || !path.getFileSystem().getSeparator().equals("/")) {
            throw new FileSystemException(path.toString(), null, "the file system does not support this kind of file");
        }
    }

    private static boolean run(String... command) throws IOException {
        Process process = new ProcessBuilder(command)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        try {
            process.getOutputStream().close();
            return process.waitFor(TIMEOUT_SECONDS, TimeUnit.SECONDS) && process.exitValue() == 0;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        } finally {
            process.destroy();
        }
    }
}
