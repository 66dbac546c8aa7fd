// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.filesend;

import com.google.protobuf.ByteString;
import io.jenkins.plugins.treenq.buildkit.files.RootedPath;
import io.jenkins.plugins.treenq.buildkit.fsutil.FileMode;
import io.jenkins.plugins.treenq.buildkit.fsutil.FileNames;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileSystemException;
import java.nio.file.FileSystems;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributeView;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.nio.file.attribute.UserDefinedFileAttributeView;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;

/**
 * A folder that receives results, and the changes to its entries ({@code fsutil/diskwriter.go}).
 *
 * <p>No change is made through a symlink, neither one that existed before nor one that a transfer created. Before a
 * change, the parent folders are checked, and all transfers into the folder make their changes one after the other, so
 * that no transfer can place a symlink into the path of another one. Existing files are replaced, never overwritten,
 * because they may have hard links elsewhere. The paths that are passed to the methods must be below the root.
 */
final class TargetFolder {
    private static final LinkOption NOFOLLOW = LinkOption.NOFOLLOW_LINKS;

    private static final boolean NAMES_ARE_EXACT = System.getProperty("os.name").equals("Linux");

    private final RootedPath folder;
    private Path root;

    /** The folder below which no symlink is followed. */
    private Path boundary;

    private boolean unix;

    /** The folder whose parents were checked last. */
    private Path verified;

    TargetFolder(RootedPath folder) {
        this.folder = folder;
    }

    /** Returns the folder, which is created if it does not exist. */
    synchronized Path root() throws IOException {
        if (root == null) {
            unix = folder.path().getFileSystem().supportedFileAttributeViews().contains("unix");
            Path made = folder.madeFolder(readableByOwner("rwx------"));
            boundary = folder.boundary() == null ? made : folder.boundary();
            root = made;
        }
        return root;
    }

    /**
     * Returns the name that the file system has for an existing path, because some file systems ignore case or the
     * normalization form of characters. Empty if the path does not exist, or if names are always exact on this file
     * system.
     */
    synchronized Optional<String> nameOnDisk(Path path) throws IOException {
        if (NAMES_ARE_EXACT && path.getFileSystem() == FileSystems.getDefault()) {
            return Optional.empty();
        }
        try {
            return Optional.of(path.toRealPath(NOFOLLOW)).map(Path::getFileName).map(Path::toString);
        } catch (NoSuchFileException e) {
            return Optional.empty();
        }
    }

    /** Creates a folder, or keeps an existing one. The folder's permissions allow this process to add files. */
    synchronized void folder(Path path) throws IOException {
        verifyParents(path);
        BasicFileAttributes old = attributes(path);
        if (old != null && !isFolder(old)) {
            Files.delete(path);
            old = null;
        }
        if (old == null) {
            Files.createDirectory(path, readableByOwner("rwx------"));
        } else if (unix) {
            int mode = (Integer) Files.getAttribute(path, "unix:mode", NOFOLLOW);
            if ((mode & 0700) != 0700) {
                Files.setAttribute(path, "unix:mode", mode & 07777 | 0700, NOFOLLOW);
            }
        }
    }

    /** Creates an empty file, which only its owner can read until its mode is set. */
    synchronized void file(Path path) throws IOException {
        put(path, at -> Files.createFile(at, readableByOwner("rw-------")));
    }

    synchronized void symlink(Path path, ByteString target, long timeNanos) throws IOException {
        put(path, at -> {
            Path written = FileNames.newTarget(root.getFileSystem(), target);
            if (written == null) {
                SpecialFiles.symlink(at, target);
            } else {
                Files.createSymbolicLink(at, written);
            }
            setTimes(at, timeNanos);
        });
    }

    /** Creates a hard link to a file of the same transfer. */
    synchronized void hardLink(Path path, Path existing) throws IOException {
        verifyParents(existing);
        BasicFileAttributes attributes = attributes(existing);
        if (attributes == null || attributes.isDirectory() || attributes.isSymbolicLink()) {
            throw new FileSystemException(existing.toString(), null, "the file to link to has been replaced");
        }
        put(path, at -> Files.createLink(at, existing));
    }

    /** Creates a device or a FIFO, if this process has the permission. */
    synchronized void special(Path path, int mode, long major, long minor, long timeNanos) throws IOException {
        put(path, at -> SpecialFiles.make(at, mode, major, minor, timeNanos));
    }

    /**
     * Opens a file that {@link #file} created. Other types are rejected, because opening them could block or write
     * elsewhere.
     */
    synchronized FileChannel open(Path path) throws IOException {
        verifyParents(path);
        BasicFileAttributes attributes = attributes(path);
        if (attributes == null || !attributes.isRegularFile()) {
            throw new FileSystemException(path.toString(), null, "it has been replaced while it was being written");
        }
        return FileChannel.open(path, StandardOpenOption.WRITE, NOFOLLOW);
    }

    /** Sets the final time and mode of a file or folder. The time is set first, because the mode may forbid it. */
    synchronized void finish(Path path, int goMode, long timeNanos) throws IOException {
        verifyParents(path);
        setTimes(path, timeNanos);
        if (unix) {
            Files.setAttribute(path, "unix:mode", FileMode.toUnixPermissions(goMode), NOFOLLOW);
        }
    }

    /**
     * Sets the extended attributes that Java can set. Like BuildKit's own client, this method ignores attributes that
     * cannot be set.
     */
    synchronized void setExtendedAttributes(Path path, Map<String, ByteString> attributes) throws IOException {
        verifyParents(path);
        UserDefinedFileAttributeView view =
                Files.getFileAttributeView(path, UserDefinedFileAttributeView.class, NOFOLLOW);
        for (Map.Entry<String, ByteString> attribute : attributes.entrySet()) {
            if (view != null && attribute.getKey().startsWith("user.")) {
                try {
                    view.write(
                            attribute.getKey().substring("user.".length()),
                            ByteBuffer.wrap(attribute.getValue().toByteArray()));
                } catch (IOException e) {
                    // The file is complete without the attribute.
                }
            }
        }
    }

    /** Returns the entries of a folder. */
    synchronized Set<Path> list(Path path) throws IOException {
        if (!path.equals(root)) {
            verifyParents(path);
        }
        Set<Path> found = new HashSet<>();
        try (var paths = Files.newDirectoryStream(path)) {
            paths.forEach(found::add);
        }
        return found;
    }

    /** Deletes a file, a symlink, or a folder with all of its content. */
    synchronized void delete(Path path) throws IOException {
        verifyParents(path);
        verified = null;
        Files.walkFileTree(path, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                Files.delete(file);
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult postVisitDirectory(Path visited, IOException failure) throws IOException {
                if (failure != null) {
                    throw failure;
                }
                Files.delete(visited);
                return FileVisitResult.CONTINUE;
            }
        });
    }

    private interface EntryCreation {
        void at(Path path) throws IOException;
    }

    /** Creates an entry that is not a folder, and replaces an existing entry. */
    private void put(Path path, EntryCreation creation) throws IOException {
        verifyParents(path);
        BasicFileAttributes old = attributes(path);
        if (old == null) {
            creation.at(path);
            return;
        }
        Path fresh = path.resolveSibling(
                ".tmp." + Long.toString(ThreadLocalRandom.current().nextLong() & Long.MAX_VALUE, Character.MAX_RADIX));
        try {
            creation.at(fresh);
            if (isFolder(old)) {
                delete(path);
            }
            Files.move(fresh, path, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } finally {
            Files.deleteIfExists(fresh);
        }
    }

    private void verifyParents(Path path) throws IOException {
        Path parent = path.getParent();
        if (verified != null && verified.equals(parent)) {
            return;
        }
        if (parent == null || !parent.startsWith(root)) {
            throw new FileSystemException(path.toString(), null, "it is outside of the output");
        }
        Path at = boundary;
        for (int i = boundary.getNameCount(); i < parent.getNameCount(); i++) {
            at = at.resolve(parent.getName(i));
            BasicFileAttributes attributes = attributes(at);
            if (attributes == null || !isFolder(attributes)) {
                throw new FileSystemException(at.toString(), null, "a folder was replaced during the transfer");
            }
        }
        verified = parent;
    }

    private static BasicFileAttributes attributes(Path path) throws IOException {
        try {
            return Files.readAttributes(path, BasicFileAttributes.class, NOFOLLOW);
        } catch (NoSuchFileException e) {
            return null;
        }
    }

    /**
     * Whether the entry is a folder. Java reports a junction of Windows as a folder with another type; the target of a
     * junction is elsewhere.
     */
    private static boolean isFolder(BasicFileAttributes attributes) {
        return attributes.isDirectory() && !attributes.isOther();
    }

    private static void setTimes(Path path, long nanos) throws IOException {
        FileTime time = FileTime.from(nanos, TimeUnit.NANOSECONDS);
        Files.getFileAttributeView(path, BasicFileAttributeView.class, NOFOLLOW).setTimes(time, time, null);
    }

    private FileAttribute<?>[] readableByOwner(String permissions) {
        return unix
                ? new FileAttribute<?>[] {
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(permissions))
                }
                : new FileAttribute<?>[0];
    }
}
