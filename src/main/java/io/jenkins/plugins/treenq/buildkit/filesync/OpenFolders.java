// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.filesync;

import java.io.IOException;
import java.nio.channels.ReadableByteChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.SecureDirectoryStream;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributeView;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Set;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * Holds open the folder of the last opened file, and the folders above it. The next file is usually in the same folder,
 * whose path is then not resolved again. Because files are opened relative to the open folder, a symlink that has
 * replaced the folder in the meantime has no effect. Instances are not thread-safe.
 */
final class OpenFolders {
    private static final Logger LOGGER = Logger.getLogger(OpenFolders.class.getName());
    private static final Set<OpenOption> OPTIONS = Set.of(StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS);

    /**
     * An open folder.
     *
     * @param name the name, which is compared by its bytes, not as the text that the locale decodes; null for the root
     */
    private record Open(Path name, SecureDirectoryStream<Path> stream) {}

    private final Path root;

    /** The open folders from the root to the deepest. */
    private final Deque<Open> open = new ArrayDeque<>();

    OpenFolders(Path root) {
        this.root = root;
    }

    /** Whether the file system can open files relative to an open folder. Windows cannot. */
    static boolean areSupported(Path root) throws IOException {
        try (DirectoryStream<Path> folder = Files.newDirectoryStream(root)) {
            return folder instanceof SecureDirectoryStream;
        }
    }

    /**
     * Opens a file.
     *
     * @param file the path relative to the root
     * @throws IOException also if a symlink has replaced a folder of the path, or if the file is not a regular file
     */
    ReadableByteChannel open(Path file) throws IOException {
        enter(file);
        SecureDirectoryStream<Path> folder = open.getLast().stream;
        Path name = file.getFileName();
        // The type is checked first, because opening a pipe would block until another process writes to it.
        BasicFileAttributes found = folder.getFileAttributeView(
                        name, BasicFileAttributeView.class, LinkOption.NOFOLLOW_LINKS)
                .readAttributes();
        if (!found.isRegularFile()) {
            throw ReadErrors.changed(file.toString());
        }
        return folder.newByteChannel(name, OPTIONS);
    }

    /** Closes the folders that do not contain the file, and opens the remaining folders of its path. */
    private void enter(Path file) throws IOException {
        int depth = file.getNameCount();
        int common = 0;
        for (Open folder : open) {
            if (common > 0 && (common == depth || !file.getName(common - 1).equals(folder.name))) {
                break;
            }
            common++;
        }
        leave(common);
        if (open.isEmpty()) {
            open.add(new Open(null, (SecureDirectoryStream<Path>) Files.newDirectoryStream(root)));
        }
        while (open.size() < depth) {
            Path name = file.getName(open.size() - 1);
            open.add(new Open(name, open.getLast().stream.newDirectoryStream(name, LinkOption.NOFOLLOW_LINKS)));
        }
    }

    private void leave(int kept) {
        while (open.size() > kept) {
            try {
                open.removeLast().stream.close();
            } catch (IOException e) {
                LOGGER.log(Level.FINE, e, () -> "a folder below " + root + " cannot be closed");
            }
        }
    }

    void close() {
        leave(0);
    }
}
