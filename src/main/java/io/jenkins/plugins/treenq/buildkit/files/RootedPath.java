// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.files;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.SecureDirectoryStream;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributeView;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileAttribute;
import java.util.Arrays;
import java.util.Set;

/**
 * A file or folder below a boundary. Nothing below the boundary is reached through a link, whoever put it there and
 * whenever: a path was checked before a build, and a step or a result of another build may have changed the disk since
 * then. So each use looks again, and files are opened from folder to folder, each held open, where the system has that.
 *
 * <p>Only regular files are opened. Opening a FIFO waits for somebody at its other end, and Java cannot open without
 * waiting. What is opened is therefore looked at in the same folder immediately before.
 */
public final class RootedPath {
    private static final LinkOption NOFOLLOW = LinkOption.NOFOLLOW_LINKS;
    private static final Set<OpenOption> READ = Set.of(StandardOpenOption.READ, NOFOLLOW);
    private static final Set<OpenOption> CHANGE = Set.of(StandardOpenOption.WRITE, StandardOpenOption.CREATE, NOFOLLOW);
    private static final Set<OpenOption> WRITE =
            Set.of(StandardOpenOption.WRITE, StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING, NOFOLLOW);

    private final Path path;
    private final Path boundary;

    /**
     * @param path below the boundary, or the boundary itself; no link in it leads from the boundary to it
     * @param boundary links resolved; or null, when whoever named the path may reach everything. Links on the way to a
     *     folder, or to the folder of a file, are followed then.
     * @throws IllegalArgumentException when the path is not below the boundary, or goes up
     */
    public RootedPath(Path path, Path boundary) {
        if (boundary != null && !(path.startsWith(boundary) && path.normalize().equals(path))) {
            throw new IllegalArgumentException(path + " is outside of " + boundary);
        }
        this.path = path;
        this.boundary = boundary;
    }

    public Path path() {
        return path;
    }

    /** Null when there is none. */
    public Path boundary() {
        return boundary;
    }

    /** The same folder, which is its own boundary if it had none. */
    public RootedPath resolved() throws IOException {
        Path folder = folder();
        return new RootedPath(folder, boundary == null ? folder : boundary);
    }

    /**
     * The folder's path, without links.
     *
     * @throws IOException when it is not there, or is no folder, or a link has taken the place of a folder
     */
    public Path folder() throws IOException {
        if (boundary == null) {
            return requireFolder(path.toRealPath());
        }
        Path at = requireFolder(boundary);
        for (int i = boundary.getNameCount(); i < path.getNameCount(); i++) {
            at = requireFolder(at.resolve(path.getName(i)));
        }
        return at;
    }

    /** The same for a folder that is made if it is missing, with those above it. */
    public Path madeFolder(FileAttribute<?>... attributes) throws IOException {
        if (boundary == null) {
            if (!Files.isDirectory(path)) {
                // Java may refuse it where a link leads to a folder.
                Files.createDirectories(path.toAbsolutePath(), attributes);
            }
            return requireFolder(path.toRealPath());
        }
        Path at = requireFolder(boundary);
        for (int i = boundary.getNameCount(); i < path.getNameCount(); i++) {
            at = at.resolve(path.getName(i));
            try {
                Files.createDirectory(at, attributes);
            } catch (FileAlreadyExistsException e) {
                // That is as good, if it is a folder.
            }
            requireFolder(at);
        }
        return at;
    }

    /** A file or folder in this folder. */
    public RootedPath child(String name) throws IOException {
        RootedPath folder = resolved();
        return new RootedPath(folder.path.resolve(name), folder.boundary);
    }

    /**
     * Opens a regular file.
     *
     * @throws FileSystemException when it is something else, such as a link or a FIFO, or a link is on the way
     */
    public SeekableByteChannel read() throws IOException {
        return open(READ);
    }

    /** The whole content of a regular file, of at most so many bytes. */
    public byte[] readAll(int maxBytes) throws IOException {
        try (SeekableByteChannel content = read()) {
            long size = content.size();
            if (size > maxBytes) {
                throw new FileSystemException(path.toString(), null, "it is larger than " + maxBytes + " bytes");
            }
            ByteBuffer bytes = ByteBuffer.allocate((int) size);
            while (bytes.hasRemaining() && content.read(bytes) >= 0) {
                // Goes on.
            }
            return Arrays.copyOf(bytes.array(), bytes.position());
        }
    }

    /** Opens a regular file, made if it is missing, to be written anew. */
    public SeekableByteChannel write() throws IOException {
        return open(WRITE);
    }

    /** The same for a file that keeps what is in it. */
    public SeekableByteChannel change() throws IOException {
        return open(CHANGE);
    }

    private SeekableByteChannel open(Set<OpenOption> options) throws IOException {
        Path named = path.toAbsolutePath();
        Path parent = named.getParent();
        if (parent == null || named.equals(boundary)) {
            throw notRegular(named);
        }
        Path top = boundary == null ? parent.toRealPath() : boundary;
        Path file = boundary == null ? top.resolve(named.getFileName()) : named;
        DirectoryStream<Path> folder = Files.newDirectoryStream(requireFolder(top));
        try {
            if (!(folder instanceof SecureDirectoryStream)) {
                return openByPath(file, options);
            }
            for (int i = top.getNameCount(); i < file.getNameCount() - 1; i++) {
                DirectoryStream<Path> next = below(folder, file, i);
                folder.close();
                folder = next;
            }
            SecureDirectoryStream<Path> last = (SecureDirectoryStream<Path>) folder;
            requireRegular(file, last.getFileAttributeView(file.getFileName(), BasicFileAttributeView.class, NOFOLLOW));
            return last.newByteChannel(file.getFileName(), options);
        } finally {
            folder.close();
        }
    }

    private static DirectoryStream<Path> below(DirectoryStream<Path> folder, Path file, int name) throws IOException {
        try {
            return ((SecureDirectoryStream<Path>) folder).newDirectoryStream(file.getName(name), NOFOLLOW);
        } catch (NoSuchFileException e) {
            throw new NoSuchFileException(file.toString());
        } catch (AccessDeniedException e) {
            throw e;
        } catch (FileSystemException e) {
            throw noFolder(file.subpath(0, name + 1));
        }
    }

    /** Where folders cannot be held open, as on Windows. */
    private SeekableByteChannel openByPath(Path file, Set<OpenOption> options) throws IOException {
        Path parent = file.getParent();
        if (boundary != null && parent != null) {
            new RootedPath(parent, boundary).folder();
        }
        requireRegular(file, Files.getFileAttributeView(file, BasicFileAttributeView.class, NOFOLLOW));
        return Files.newByteChannel(file, options);
    }

    /** Nothing is as good where a file can be made. */
    private static void requireRegular(Path file, BasicFileAttributeView view) throws IOException {
        try {
            if (!view.readAttributes().isRegularFile()) {
                throw notRegular(file);
            }
        } catch (NoSuchFileException e) {
            // Opening it says so, or makes it.
        }
    }

    private static Path requireFolder(Path path) throws IOException {
        BasicFileAttributes found = Files.readAttributes(path, BasicFileAttributes.class, NOFOLLOW);
        // A junction of Windows is a folder and something else; what is behind it is elsewhere.
        if (!found.isDirectory() || found.isOther()) {
            throw noFolder(path);
        }
        return path;
    }

    private static FileSystemException notRegular(Path file) {
        return new FileSystemException(file.toString(), null, "it is not a regular file");
    }

    private static FileSystemException noFolder(Path path) {
        return new FileSystemException(path.toString(), null, "it is not a folder; links are not followed here");
    }

    @Override
    public String toString() {
        return path.toString();
    }
}
