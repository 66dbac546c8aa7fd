// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.client;

import io.jenkins.plugins.treenq.buildkit.BuildkitException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/**
 * The files that a build may touch. A name in a job's parameters is a path relative to the folder, and what it leads to,
 * links resolved, must lie below the boundary.
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
    Path existing(String path, String what) throws BuildkitException.InvalidRequest {
        return existing(folder, path, what);
    }

    /** The same for a path that is relative to another folder of the workspace. */
    Path existing(Path start, String path, String what) throws BuildkitException.InvalidRequest {
        Path named = resolve(start, path, what);
        try {
            return within(named.toRealPath(), named, what);
        } catch (IOException e) {
            throw new BuildkitException.InvalidRequest(
                    what + " '" + named + "' is not there; check the path and whether the sources were checked out", e);
        }
    }

    /**
     * Something that the build will write, whose folder is made if there is none.
     *
     * @param what the parameter that names it, for messages
     */
    Path writable(String path, String what) throws BuildkitException.InvalidRequest {
        Path named = resolve(folder, path, what).normalize();
        Path parent = named.getParent();
        if (parent == null || named.getFileName() == null) {
            throw new BuildkitException.InvalidRequest(what + " '" + path + "' does not name a file or folder");
        }
        try {
            // Asked before anything is made: a link on the way could lead a new folder outside.
            within(present(named).toRealPath(), named, what);
            Files.createDirectories(parent);
            return named;
        } catch (IOException e) {
            throw new BuildkitException.InvalidRequest(what + " '" + named + "' cannot be written: " + e, e);
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

    private static Path resolve(Path start, String path, String what) throws BuildkitException.InvalidRequest {
        try {
            // Not normalized, because a link may stand before "..".
            return path.equals(".") ? start : start.resolve(path);
        } catch (InvalidPathException e) {
            throw new BuildkitException.InvalidRequest(what + " '" + path + "' cannot be a path: " + e.getReason());
        }
    }

    private Path within(Path real, Path named, String what) throws BuildkitException.InvalidRequest, IOException {
        if (!real.startsWith(boundary.toRealPath())) {
            throw new BuildkitException.InvalidRequest(what + " '" + named + "' is outside of '" + boundary + "'");
        }
        return real;
    }

    /** The whole content of a file, of at most so many bytes. */
    public byte[] read(String path, String what, int maxBytes) throws BuildkitException.InvalidRequest {
        Path file = existing(path, what);
        try (var in = Files.newInputStream(file)) {
            byte[] content = in.readNBytes(maxBytes + 1);
            if (content.length > maxBytes) {
                throw new BuildkitException.InvalidRequest(
                        what + " '" + file + "' is larger than the " + maxBytes + " bytes that can be given");
            }
            return content;
        } catch (IOException e) {
            throw new BuildkitException.InvalidRequest(what + " '" + file + "' cannot be read: " + e, e);
        }
    }
}
