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
 * A folder that results are written to, and every change to what is in it ({@code fsutil/diskwriter.go}).
 *
 * <p>Nothing is done through a symlink, be it one that was there or one that a transfer made: before a change, the
 * folders above it are looked at, and all transfers into the folder make their changes one after the other, so that
 * none can put a link into another one's way. A file that was there is never written to, but replaced, for it may have
 * other names elsewhere. Paths given to the methods must lie below the root.
 */
final class TargetFolder {
    private static final LinkOption NOFOLLOW = LinkOption.NOFOLLOW_LINKS;

    private static final boolean NAMES_ARE_EXACT = System.getProperty("os.name").equals("Linux");

    private final RootedPath folder;
    private Path root;

    /** No link is followed below it. */
    private Path boundary;

    private boolean unix;

    /** The folder whose way from the root was looked at last. */
    private Path verified;

    TargetFolder(RootedPath folder) {
        this.folder = folder;
    }

    /** The folder itself, made if it is missing. */
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
     * The name of what is at a path already, as the file system has it, which may not mind case or how characters are
     * composed; empty when nothing is there, or names always are what they seem.
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

    /** A folder, kept if it is one already; made so that files can be put into it. */
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

    /** A new and empty file, which nobody else may read before it has its mode. */
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

    /** One more name for a file that the same transfer made. */
    synchronized void hardLink(Path path, Path existing) throws IOException {
        verifyParents(existing);
        BasicFileAttributes attributes = attributes(existing);
        if (attributes == null || attributes.isDirectory() || attributes.isSymbolicLink()) {
            throw new FileSystemException(existing.toString(), null, "the file to link to has been replaced");
        }
        put(path, at -> Files.createLink(at, existing));
    }

    /** A device or a FIFO, as far as this process may make one. */
    synchronized void special(Path path, int mode, long major, long minor, long timeNanos) throws IOException {
        put(path, at -> SpecialFiles.make(at, mode, major, minor, timeNanos));
    }

    /** Opens a file that {@link #file} made; opening anything else could block or write elsewhere. */
    synchronized FileChannel open(Path path) throws IOException {
        verifyParents(path);
        BasicFileAttributes attributes = attributes(path);
        if (attributes == null || !attributes.isRegularFile()) {
            throw new FileSystemException(path.toString(), null, "it has been replaced while it was being written");
        }
        return FileChannel.open(path, StandardOpenOption.WRITE, NOFOLLOW);
    }

    /**
     * Gives a file or folder the mode and time that it shall have in the end. The time first: the mode may forbid it.
     */
    synchronized void finish(Path path, int goMode, long timeNanos) throws IOException {
        verifyParents(path);
        setTimes(path, timeNanos);
        if (unix) {
            Files.setAttribute(path, "unix:mode", FileMode.toUnixPermissions(goMode), NOFOLLOW);
        }
    }

    /** As far as Java can; BuildKit's own client does not mind either when one cannot be set. */
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
                    // The file is complete without it.
                }
            }
        }
    }

    /** What is in a folder now. */
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

    /** Removes a file, a link or a folder with everything in it. */
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

    private interface Making {
        void at(Path path) throws IOException;
    }

    /** Makes something that is no folder, in place of whatever is there. */
    private void put(Path path, Making making) throws IOException {
        verifyParents(path);
        BasicFileAttributes old = attributes(path);
        if (old == null) {
            making.at(path);
            return;
        }
        Path fresh = path.resolveSibling(
                ".tmp." + Long.toString(ThreadLocalRandom.current().nextLong() & Long.MAX_VALUE, Character.MAX_RADIX));
        try {
            making.at(fresh);
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
            throw new FileSystemException(path.toString(), null, "it is not below the output");
        }
        Path at = boundary;
        for (int i = boundary.getNameCount(); i < parent.getNameCount(); i++) {
            at = at.resolve(parent.getName(i));
            BasicFileAttributes attributes = attributes(at);
            if (attributes == null || !isFolder(attributes)) {
                throw new FileSystemException(at.toString(), null, "something else has taken the place of a folder");
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

    /** A junction of Windows is a folder and something else; what is behind it is elsewhere. */
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
