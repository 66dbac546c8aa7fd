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
 * A file or folder below a boundary. No symlink below the boundary is followed. A check before a build would not be
 * sufficient, because a build step or the result of another build may change the disk afterwards. Therefore each access
 * checks the path again, and where the system supports it, files are opened from folder to folder, with each folder
 * held open.
 *
 * <p>Only regular files are opened. Opening a FIFO would block until another process opens its other end, and Java has
 * no non-blocking way to open it. The type of a file is therefore checked in the same open folder immediately before
 * the file is opened.
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
     * @param path the boundary or a path below it
     * @param boundary the boundary, without symlinks; null if the user who named the path may access every file.
     *     Without a boundary, the symlinks in the path of a folder, or of the folder of a file, are followed
     * @throws IllegalArgumentException if the path is not below the boundary or contains ".."
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

    /** Returns the boundary, or null if there is none. */
    public Path boundary() {
        return boundary;
    }

    /** Returns the same folder with its symlinks resolved. A folder without a boundary becomes its own boundary. */
    public RootedPath resolved() throws IOException {
        Path folder = folder();
        return new RootedPath(folder, boundary == null ? folder : boundary);
    }

    /**
     * Returns the path of the folder without symlinks.
     *
     * @throws IOException if the folder does not exist, is not a folder, or is replaced by a symlink
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

    /** Returns the path of the folder like {@link #folder}, after creating it and its parents if they do not exist. */
    public Path madeFolder(FileAttribute<?>... attributes) throws IOException {
        if (boundary == null) {
            if (!Files.isDirectory(path)) {
                // Java may throw if the path is a symlink to a folder.
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
                // An existing folder is used. The check below rejects everything else.
            }
            requireFolder(at);
        }
        return at;
    }

    /** Returns a file or folder in this folder. */
    public RootedPath child(String name) throws IOException {
        RootedPath folder = resolved();
        return new RootedPath(folder.path.resolve(name), folder.boundary);
    }

    /**
     * Opens a regular file for reading.
     *
     * @throws FileSystemException if the path is not a regular file, such as a symlink or a FIFO, or contains a symlink
     */
    public SeekableByteChannel read() throws IOException {
        return open(READ);
    }

    /**
     * Reads the whole content of a regular file.
     *
     * @param maxBytes the maximum size in bytes
     * @throws FileSystemException if the file is larger
     */
    public byte[] readAll(int maxBytes) throws IOException {
        try (SeekableByteChannel content = read()) {
            long size = content.size();
            if (size > maxBytes) {
                throw new FileSystemException(path.toString(), null, "it is larger than " + maxBytes + " bytes");
            }
            ByteBuffer bytes = ByteBuffer.allocate((int) size);
            while (bytes.hasRemaining() && content.read(bytes) >= 0) {
                // The condition does the reading.
            }
            return Arrays.copyOf(bytes.array(), bytes.position());
        }
    }

    /** Opens a regular file for writing. The file is created if it does not exist; an existing content is discarded. */
    public SeekableByteChannel write() throws IOException {
        return open(WRITE);
    }

    /** Opens a regular file for writing like {@link #write}, but keeps its content. */
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

    /** Opens a file by its path, on systems that cannot hold folders open, such as Windows. */
    private SeekableByteChannel openByPath(Path file, Set<OpenOption> options) throws IOException {
        Path parent = file.getParent();
        if (boundary != null && parent != null) {
            new RootedPath(parent, boundary).folder();
        }
        requireRegular(file, Files.getFileAttributeView(file, BasicFileAttributeView.class, NOFOLLOW));
        return Files.newByteChannel(file, options);
    }

    /** Checks that the file is a regular file, or does not exist. */
    private static void requireRegular(Path file, BasicFileAttributeView view) throws IOException {
        try {
            if (!view.readAttributes().isRegularFile()) {
                throw notRegular(file);
            }
        } catch (NoSuchFileException e) {
            // Opening the file reports that it does not exist, or creates it.
        }
    }

    private static Path requireFolder(Path path) throws IOException {
        BasicFileAttributes found = Files.readAttributes(path, BasicFileAttributes.class, NOFOLLOW);
        // Java reports a junction of Windows as a folder with another type. The target of a junction is elsewhere.
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
