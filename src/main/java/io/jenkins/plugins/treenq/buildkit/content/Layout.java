// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.content;

import io.jenkins.plugins.treenq.buildkit.Digest;
import io.jenkins.plugins.treenq.buildkit.files.RootedPath;
import java.io.IOException;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFilePermission;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

/**
 * The blobs of an OCI layout, which are the files {@code blobs/<algorithm>/<hexadecimal>} in a folder. No other file in
 * the folder is accessed, and no symlink is followed. A blob is always complete: content that is being written is in
 * the folder {@code ingest}, as in containerd ({@code plugins/content/local/store.go}).
 */
final class Layout {
    private static final List<String> ALGORITHMS = List.of("sha256", "sha384", "sha512");
    private static final LinkOption NOFOLLOW = LinkOption.NOFOLLOW_LINKS;
    private static final Set<PosixFilePermission> READ =
            EnumSet.of(PosixFilePermission.OWNER_READ, PosixFilePermission.GROUP_READ, PosixFilePermission.OTHERS_READ);

    private final RootedPath folder;

    Layout(RootedPath folder) {
        this.folder = folder;
    }

    /** The attributes of a blob. */
    record Blob(Digest digest, long sizeBytes, Instant created) {}

    Optional<Blob> find(Digest digest) throws IOException {
        try {
            Path path = file(algorithmFolder(digest.algorithm()), digest);
            BasicFileAttributes attributes = Files.readAttributes(path, BasicFileAttributes.class, NOFOLLOW);
            return attributes.isRegularFile()
                    ? Optional.of(new Blob(
                            digest,
                            attributes.size(),
                            attributes.lastModifiedTime().toInstant()))
                    : Optional.empty();
        } catch (NoSuchFileException | NotDirectoryException e) {
            return Optional.empty();
        }
    }

    SeekableByteChannel open(Digest digest) throws IOException {
        return folder.child("blobs/" + digest.algorithm() + "/" + digest.hex()).read();
    }

    List<Blob> list() throws IOException {
        List<Blob> blobs = new ArrayList<>();
        for (String algorithm : ALGORITHMS) {
            try (DirectoryStream<Path> files = Files.newDirectoryStream(algorithmFolder(algorithm))) {
                for (Path file : files) {
                    digest(algorithm, file).flatMap(this::findIfReadable).ifPresent(blobs::add);
                }
            } catch (NoSuchFileException | NotDirectoryException e) {
                // The layout has no blobs with this algorithm.
            }
        }
        return blobs;
    }

    private static Optional<Digest> digest(String algorithm, Path file) {
        try {
            return Optional.of(new Digest(algorithm + ":" + file.getFileName()));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    private Optional<Blob> findIfReadable(Digest digest) {
        try {
            return find(digest);
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    void delete(Digest digest) throws IOException {
        Files.deleteIfExists(file(algorithmFolder(digest.algorithm()), digest));
    }

    /**
     * Returns the path of a new file for content whose digest is not known yet. No other writer uses the path, not even
     * in another process.
     */
    Path newFile() throws IOException {
        Path ingest = madeFolder("ingest");
        return ingest.resolve(UUID.randomUUID().toString());
    }

    /**
     * Moves a complete file of {@link #newFile} to its place as a blob, and makes it read-only.
     *
     * @return false if the layout already has the blob; the file is then not moved
     */
    boolean commit(Path file, Digest digest) throws IOException {
        Path target = file(madeFolder("blobs", digest.algorithm()), digest);
        if (Files.exists(target, NOFOLLOW)) {
            return false;
        }
        PosixFileAttributeView view = Files.getFileAttributeView(file, PosixFileAttributeView.class, NOFOLLOW);
        if (view != null) {
            Set<PosixFilePermission> permissions = view.readAttributes().permissions();
            permissions.retainAll(READ);
            view.setPermissions(permissions);
        }
        Files.move(file, target, StandardCopyOption.ATOMIC_MOVE);
        return true;
    }

    private static Path file(Path algorithmFolder, Digest digest) {
        return algorithmFolder.resolve(digest.hex());
    }

    private Path algorithmFolder(String algorithm) throws IOException {
        return unlinked(unlinked(folder.folder().resolve("blobs")).resolve(algorithm));
    }

    private static Path unlinked(Path path) throws IOException {
        BasicFileAttributes attributes = Files.readAttributes(path, BasicFileAttributes.class, NOFOLLOW);
        if (!attributes.isDirectory() || attributes.isOther()) {
            throw new NotDirectoryException(path.toString());
        }
        return path;
    }

    private Path madeFolder(String... names) throws IOException {
        Path path = folder.madeFolder();
        for (String name : names) {
            path = path.resolve(name);
            try {
                Files.createDirectory(path);
            } catch (FileAlreadyExistsException e) {
                // An existing folder is used. The check below rejects everything else.
            }
            unlinked(path);
        }
        return path;
    }
}
