// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.client;

import io.jenkins.plugins.treenq.buildkit.BuildkitException;
import io.jenkins.plugins.treenq.buildkit.files.FileErrors;
import io.jenkins.plugins.treenq.buildkit.files.RootedPath;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/**
 * The files that a build may touch. A name in a job's parameters is a path relative to the folder, and what it leads
 * to, links resolved, must lie below the boundary.
 */
public final class Workspace {
    private final Path folder;
    private final Path boundary;

    /**
     * @param folder that paths are relative to
     * @param boundary an ancestor of the folder, or the folder itself; nothing outside of it is read or written
     */
    public Workspace(Path folder, Path boundary) {
        this.folder = folder;
        this.boundary = boundary;
    }

    /** Whether anything was ever written into the folder. */
    boolean isThere() {
        return Files.isDirectory(folder);
    }

    /**
     * Something that is there already.
     *
     * @param what the parameter that names it, for messages
     * @return its path with all links resolved
     */
    Path existing(String path, String what) throws BuildkitException.InvalidRequestException {
        return existing(folder, path, what);
    }

    /** The same for a path that is relative to another folder of the workspace. */
    Path existing(Path start, String path, String what) throws BuildkitException.InvalidRequestException {
        return existing(resolve(start, path, what), what);
    }

    /** The same for a path as it is: not every name on a disk can be written as text in every locale. */
    Path existing(Path named, String what) throws BuildkitException.InvalidRequestException {
        try {
            return within(named.toRealPath(), named, what);
        } catch (IOException e) {
            throw new BuildkitException.InvalidRequestException(
                    what + " '" + named + "' is not there; check the path and whether the sources were checked out", e);
        }
    }

    /**
     * Something that the build will write, whose folder is made if there is none.
     *
     * @param what the parameter that names it, for messages
     * @return its path with all links resolved
     */
    Path writable(String path, String what) throws BuildkitException.InvalidRequestException {
        Path named = resolve(folder, path, what).normalize();
        if (named.getParent() == null || named.getFileName() == null) {
            throw new BuildkitException.InvalidRequestException(
                    what + " '" + path + "' does not name a file or folder");
        }
        try {
            if (!Files.isDirectory(boundary)) {
                // Java may refuse it where a link leads to a folder.
                Files.createDirectories(boundary);
            }
            Path present = present(named);
            // Asked before anything is made: a link on the way could lead a new folder outside.
            Path real = within(present.toRealPath(), named, what).resolve(present.relativize(named));
            if (!real.equals(boundary())) {
                new RootedPath(real.getParent(), boundary()).madeFolder();
            }
            return real;
        } catch (IOException e) {
            throw new BuildkitException.InvalidRequestException(
                    what + " '" + named + "' cannot be written: " + FileErrors.fileAndReason(e), e);
        }
    }

    /** The path, or the nearest of its ancestors that is there. */
    private static Path present(Path path) throws IOException {
        for (Path at = path; at != null; at = at.getParent()) {
            if (Files.exists(at, LinkOption.NOFOLLOW_LINKS)) {
                return at;
            }
        }
        throw new NoSuchFileException(path.toString());
    }

    /**
     * The folder outside of which nothing is read or written, with all links resolved. A workspace into which nothing
     * was ever written is not there, and nothing is read in it.
     */
    Path boundary() throws BuildkitException.InvalidRequestException {
        try {
            return boundary.toRealPath();
        } catch (NoSuchFileException e) {
            return boundary.toAbsolutePath();
        } catch (IOException e) {
            throw new BuildkitException.InvalidRequestException(
                    "the workspace '" + boundary + "' cannot be read: " + FileErrors.reason(e), e);
        }
    }

    private static Path resolve(Path start, String path, String what) throws BuildkitException.InvalidRequestException {
        try {
            // Not normalized, because a link may stand before "..".
            return path.equals(".") ? start : start.resolve(path);
        } catch (InvalidPathException e) {
            throw new BuildkitException.InvalidRequestException(
                    what + " '" + path + "' cannot be a path: " + e.getReason());
        }
    }

    private Path within(Path real, Path named, String what) throws BuildkitException.InvalidRequestException {
        if (!real.startsWith(boundary())) {
            throw new BuildkitException.InvalidRequestException(
                    what + " '" + named + "' is outside of '" + boundary + "'");
        }
        return real;
    }

    /** The whole content of a regular file, of at most so many bytes. */
    public byte[] read(String path, String what, int maxBytes) throws BuildkitException.InvalidRequestException {
        Path file = existing(path, what);
        try {
            return new RootedPath(file, boundary()).readAll(maxBytes);
        } catch (IOException e) {
            throw new BuildkitException.InvalidRequestException(
                    what + " '" + file + "' cannot be read: " + FileErrors.reason(e), e);
        }
    }
}
