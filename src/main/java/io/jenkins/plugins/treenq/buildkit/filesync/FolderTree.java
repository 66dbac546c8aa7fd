// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.filesync;

import io.jenkins.plugins.treenq.buildkit.files.RootedPath;
import io.jenkins.plugins.treenq.buildkit.fsutil.FileMode;
import io.jenkins.plugins.treenq.buildkit.fsutil.FileNames;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.ReadableByteChannel;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.DosFileAttributes;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.TimeUnit;

/**
 * The tree of a folder on this machine. No file is read through a symlink, not even through one whose target is inside
 * the folder.
 */
final class FolderTree implements Tree {
    private static final String ATTRIBUTES = "unix:mode,size,lastModifiedTime,nlink,dev,ino,rdev";

    private static final long NANOS_PER_SECOND = TimeUnit.SECONDS.toNanos(1);

    /** The folder below which no symlink is followed. */
    private final Path boundary;

    private final Path root;
    private final PathRules rules;
    private final boolean unix;
    private final Class<? extends BasicFileAttributes> otherAttributes;
    private final boolean secure;

    /**
     * The unused open folders. Each thread that opens a file takes one of them, so there are as many as threads that
     * open files at the same time.
     */
    private final Deque<OpenFolders> folders = new ConcurrentLinkedDeque<>();

    private volatile boolean closed;

    /** @throws IOException if the folder does not exist */
    FolderTree(RootedPath folder) throws IOException {
        RootedPath resolved = folder.resolved();
        root = resolved.path();
        boundary = resolved.boundary();
        rules = PathRules.of(root.getFileSystem());
        Set<String> views = root.getFileSystem().supportedFileAttributeViews();
        unix = views.contains("unix");
        otherAttributes = views.contains("dos") ? DosFileAttributes.class : BasicFileAttributes.class;
        secure = OpenFolders.areSupported(boundary);
    }

    @Override
    public PathRules rules() {
        return rules;
    }

    @Override
    public String[] names(String folder) throws IOException {
        List<String> names = new ArrayList<>();
        try (DirectoryStream<Path> paths = Files.newDirectoryStream(unlinked(FileNames.resolve(root, folder)))) {
            for (Path path : paths) {
                names.add(FileNames.name(path));
            }
        } catch (DirectoryIteratorException e) {
            throw e.getCause();
        }
        names.sort(Utf8Order.INSTANCE);
        return names.toArray(String[]::new);
    }

    @Override
    public Entry entry(String path) throws IOException {
        if (!rules.canBeSent(path)) {
            throw new FileSystemException(path, null, "its name is not valid UTF-16");
        }
        Path file = FileNames.resolve(root, path);
        return unix ? unixEntry(file) : otherEntry(file);
    }

    @Override
    public ReadableByteChannel open(String path) throws IOException {
        Path file = FileNames.resolve(root, path);
        Path folder = file.getParent();
        if (folder == null) {
            throw new NoSuchFileException(path);
        }
        if (secure) {
            return openInOpenFolder(boundary.relativize(file));
        }
        unlinked(folder);
        if (!Files.readAttributes(file, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS)
                .isRegularFile()) {
            throw ReadErrors.changed(file.toString());
        }
        return FileChannel.open(file, StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS);
    }

    private ReadableByteChannel openInOpenFolder(Path file) throws IOException {
        OpenFolders last = folders.poll();
        OpenFolders taken = last == null ? new OpenFolders(boundary) : last;
        try {
            return taken.open(file);
        } finally {
            folders.push(taken);
            if (closed) {
                close();
            }
        }
    }

    @Override
    public void close() {
        closed = true;
        for (OpenFolders each = folders.poll(); each != null; each = folders.poll()) {
            each.close();
        }
    }

    /** Reads all attributes in one call, because a tree can have a hundred thousand files. */
    private Entry unixEntry(Path file) throws IOException {
        Map<String, Object> found = Files.readAttributes(file, ATTRIBUTES, LinkOption.NOFOLLOW_LINKS);
        int unixMode = (Integer) found.get("mode");
        int mode = FileMode.fromUnix(unixMode);
        boolean folder = FileMode.isFolder(mode);
        boolean symlink = FileMode.isSymlink(mode);
        Entry.Inode inode = null;
        if (!folder && !symlink && (Integer) found.get("nlink") > 1) {
            inode = new Entry.Inode((Long) found.get("dev"), (Long) found.get("ino"));
        }
        return new Entry(
                mode,
                folder ? 0 : (Long) found.get("size"),
                nanos((FileTime) found.get("lastModifiedTime")),
                symlink ? target(file) : "",
                inode,
                (mode & FileMode.DEVICE) != 0 ? Entry.Device.of((Long) found.get("rdev")) : null,
                (unixMode & 0170000) == 0140000);
    }

    /** Reads the attributes as fsutil does on Windows, where every file is executable ({@code stat.go}). */
    private Entry otherEntry(Path file) throws IOException {
        BasicFileAttributes found = Files.readAttributes(file, otherAttributes, LinkOption.NOFOLLOW_LINKS);
        int type = 0;
        if (found.isSymbolicLink()) {
            type = FileMode.SYMLINK;
        } else if (found.isDirectory()) {
            // Java reports a junction as a folder with another type. The target of a junction is outside of the tree.
            type = found.isOther() ? FileMode.IRREGULAR : FileMode.FOLDER;
        }
        boolean readOnly = found instanceof DosFileAttributes dos && dos.isReadOnly();
        return new Entry(
                type | (readOnly ? 0555 : 0755),
                type == FileMode.FOLDER ? 0 : found.size(),
                nanos(found.lastModifiedTime()),
                found.isSymbolicLink() ? target(file) : "",
                null,
                null,
                false);
    }

    /**
     * Returns the time in nanoseconds since the epoch. A time beyond the range overflows as in Go ({@code stat.go}),
     * and the daemon puts the overflowed time into the image.
     */
    private static long nanos(FileTime time) {
        Instant instant = time.toInstant();
        return instant.getEpochSecond() * NANOS_PER_SECOND + instant.getNano();
    }

    private String target(Path link) throws IOException {
        String target = rules.slashed(FileNames.target(Files.readSymbolicLink(link)));
        if (!rules.canBeSent(target)) {
            throw new FileSystemException(link.toString(), null, "its target is not valid UTF-16");
        }
        return target;
    }

    /** Returns the folder after a check that a symlink has not replaced it since the walk. */
    private Path unlinked(Path folder) throws IOException {
        if (folder.toRealPath().equals(folder)) {
            return folder;
        }
        // On a file system that ignores case, the real path may differ from the given path in case only.
        return new RootedPath(folder, boundary).folder();
    }
}
