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
 * The folder in which a file was last opened, and those above it, held open. The next file is most often in the same
 * one, which then need not be looked for; and it is opened in that very folder, whatever somebody has put in its place
 * meanwhile. Not for concurrent use.
 */
final class OpenFolders {
    private static final Logger LOGGER = Logger.getLogger(OpenFolders.class.getName());
    private static final Set<OpenOption> OPTIONS = Set.of(StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS);

    /** @param name whose bytes count, not the text that a locale makes of them; null for the root */
    private record Open(Path name, SecureDirectoryStream<Path> stream) {}

    private final Path root;

    /** The root and what is below it; the deepest comes last. */
    private final Deque<Open> open = new ArrayDeque<>();

    OpenFolders(Path root) {
        this.root = root;
    }

    /** Whether the folder's system has such folders; Windows has nothing of the kind. */
    static boolean areSupported(Path root) throws IOException {
        try (DirectoryStream<Path> folder = Files.newDirectoryStream(root)) {
            return folder instanceof SecureDirectoryStream;
        }
    }

    /**
     * @param file relative to the root
     * @throws IOException also when a symlink has taken the place of a folder, or something else that of the file
     */
    ReadableByteChannel open(Path file) throws IOException {
        enter(file);
        SecureDirectoryStream<Path> folder = open.getLast().stream;
        Path name = file.getFileName();
        // To open a pipe would be to wait for somebody who writes into it.
        BasicFileAttributes found = folder.getFileAttributeView(
                        name, BasicFileAttributeView.class, LinkOption.NOFOLLOW_LINKS)
                .readAttributes();
        if (!found.isRegularFile()) {
            throw ReadErrors.changed(file.toString());
        }
        return folder.newByteChannel(name, OPTIONS);
    }

    /** Leaves what the file is not in, and opens the rest of its way. */
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
