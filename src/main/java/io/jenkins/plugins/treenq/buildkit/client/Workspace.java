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
 * The files that a build may read and write. Paths in the parameters of a job are relative to the folder. The file or
 * folder that a path leads to, after links are resolved, must be inside of the boundary.
 */
public final class Workspace {
    private final Path folder;
    private final Path boundary;

    /**
     * @param folder folder that paths are relative to
     * @param boundary the folder or one of its ancestors; nothing outside of the boundary is read or written
     */
    public Workspace(Path folder, Path boundary) {
        this.folder = folder;
        this.boundary = boundary;
    }

    /** Returns whether there is a file or folder with this path, wherever links lead. */
    boolean has(String path, String what) throws BuildkitException.InvalidRequestException {
        return has(folder, path, what);
    }

    /** Returns whether there is a file or folder with this path, which is relative to another folder. */
    boolean has(Path start, String path, String what) throws BuildkitException.InvalidRequestException {
        return Files.exists(resolve(start, path, what));
    }

    /** Returns whether the folder exists. The folder does not exist before something was written to it. */
    boolean exists() {
        return Files.isDirectory(folder);
    }

    /**
     * Finds an existing file or folder.
     *
     * @param what name of the parameter, for error messages
     * @return the path with all links resolved
     */
    Path existing(String path, String what) throws BuildkitException.InvalidRequestException {
        return existing(folder, path, what);
    }

    /** Finds an existing file or folder, by a path that is relative to another folder of the workspace. */
    Path existing(Path start, String path, String what) throws BuildkitException.InvalidRequestException {
        return existing(resolve(start, path, what), what);
    }

    /**
     * Finds an existing file or folder by a {@link Path}, because not every file name can be converted to text in every
     * locale.
     */
    Path existing(Path named, String what) throws BuildkitException.InvalidRequestException {
        try {
            return within(named.toRealPath(), named, what);
        } catch (IOException e) {
            throw new BuildkitException.InvalidRequestException(
                    what + " '" + named + "' does not exist; check the path and whether the sources were checked out",
                    e);
        }
    }

    /**
     * Finds a file or folder that the build will write, and creates its parent folder if necessary.
     *
     * @param what name of the parameter, for error messages
     * @return the path with all links resolved
     */
    Path writable(String path, String what) throws BuildkitException.InvalidRequestException {
        Path named = resolve(folder, path, what).normalize();
        if (named.getParent() == null || named.getFileName() == null) {
            throw new BuildkitException.InvalidRequestException(
                    what + " '" + path + "' does not name a file or folder");
        }
        try {
            if (!Files.isDirectory(boundary)) {
                // The check for a folder comes first, because Java may refuse to create a folder in place of a link to
                // a folder.
                Files.createDirectories(boundary);
            }
            Path present = present(named);
            // The check comes before any folder is created, because a link in the path could lead to a folder outside
            // of the boundary.
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

    /** Returns the path if it exists, or else its nearest existing ancestor. */
    private static Path present(Path path) throws IOException {
        for (Path at = path; at != null; at = at.getParent()) {
            if (Files.exists(at, LinkOption.NOFOLLOW_LINKS)) {
                return at;
            }
        }
        throw new NoSuchFileException(path.toString());
    }

    /**
     * Returns the boundary with all links resolved. A workspace to which nothing was ever written does not exist; its
     * path is returned without resolving links, and nothing is read there.
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
            // The path is not normalized, because a link may precede "..".
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

    /** Reads a regular file of at most {@code maxBytes} bytes. */
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
