// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.vcs;

import io.jenkins.plugins.treenq.buildkit.files.FileErrors;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitOption;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.EnumSet;
import java.util.List;
import org.eclipse.jgit.errors.ConfigInvalidException;
import org.eclipse.jgit.lib.Config;
import org.eclipse.jgit.lib.ConfigConstants;
import org.eclipse.jgit.lib.Constants;
import org.eclipse.jgit.lib.Repository;
import org.eclipse.jgit.storage.file.FileRepositoryBuilder;

/**
 * Finds and opens the repository of a working tree. Build steps may have written the repository's files, so the files
 * that are read must be regular files inside of the boundary.
 */
final class WorkTree {
    private static final int MAX_CONFIG_BYTES = 1 << 20;

    /** The limit of nested alternates, which equals JGit's. */
    private static final int MAX_ALTERNATES = 5;

    private static final List<String> OWN_FILES = List.of(Constants.HEAD, "index", "commondir", "config.worktree");
    private static final List<String> COMMON_FILES = List.of(
            Constants.CONFIG, Constants.PACKED_REFS, Constants.INFO_ATTRIBUTES, Constants.INFO_EXCLUDE, "shallow");

    private WorkTree() {}

    /** Returns the nearest folder that contains {@code .git}, or null if there is none. */
    static Path around(Path folder, Path boundary) {
        for (Path at = folder; at != null && at.startsWith(boundary); at = at.getParent()) {
            if (Files.exists(at.resolve(Constants.DOT_GIT))) {
                return at;
            }
        }
        return null;
    }

    static Repository open(Path tree, Path boundary) throws IOException {
        check(tree.resolve(Constants.DOT_GIT), boundary);
        // The working tree is set explicitly, so that core.worktree has no effect.
        FileRepositoryBuilder builder = new FileRepositoryBuilder()
                .setWorkTree(tree.toFile())
                .setMustExist(true)
                .setup();
        Path own = inside(boundary, builder.getGitDir());
        Path common = inside(boundary, builder.getGitCommonDir());
        for (String file : OWN_FILES) {
            check(own.resolve(file), boundary);
        }
        for (String file : COMMON_FILES) {
            check(common.resolve(file), boundary);
        }
        for (Path refs : new Path[] {own.resolve(Constants.R_REFS), common.resolve(Constants.R_REFS)}) {
            walk(refs, file -> check(file, boundary));
        }
        checkObjects(builder.getObjectDirectory().toPath(), MAX_ALTERNATES);
        checkConfig(common.resolve(Constants.CONFIG));
        Repository repository = builder.build();
        repository
                .getConfig()
                .unset(ConfigConstants.CONFIG_CORE_SECTION, null, ConfigConstants.CONFIG_KEY_ATTRIBUTESFILE);
        return repository;
    }

    private static Path inside(Path boundary, File folder) throws IOException {
        Path real = folder.toPath().toRealPath();
        if (!real.startsWith(boundary)) {
            throw new UnreadableRepositoryException("the Git repository " + real + " is outside of " + boundary);
        }
        return real;
    }

    /**
     * Checks that a file is a regular file or folder and inside of the boundary. Reading a pipe or device would not
     * end, and JGit's messages quote files that it cannot parse.
     */
    private static void check(Path file, Path boundary) throws IOException {
        if (!Files.exists(file)) {
            return;
        }
        checkType(file);
        if (!file.toRealPath().startsWith(boundary)) {
            throw new UnreadableRepositoryException(file + " leads out of " + boundary);
        }
    }

    private static void checkType(Path file) throws UnreadableRepositoryException {
        if (!Files.isRegularFile(file) && !Files.isDirectory(file)) {
            throw new UnreadableRepositoryException(file + " is not a file");
        }
    }

    private interface Check {
        void of(Path file) throws IOException;
    }

    /** Checks all files in a folder, and follows symlinks. */
    private static void walk(Path folder, Check check) throws IOException {
        if (!Files.isDirectory(folder)) {
            return;
        }
        Files.walkFileTree(
                folder, EnumSet.of(FileVisitOption.FOLLOW_LINKS), Integer.MAX_VALUE, new SimpleFileVisitor<>() {
                    @Override
                    public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                        // A symlink without a target has no content to read.
                        if (!attributes.isSymbolicLink()) {
                            check.of(file);
                        }
                        return FileVisitResult.CONTINUE;
                    }

                    @Override
                    public FileVisitResult visitFileFailed(Path file, IOException failure) throws IOException {
                        throw new UnreadableRepositoryException(
                                file + " cannot be read: " + FileErrors.reason(failure));
                    }
                });
    }

    /**
     * Checks the files of the object database. Objects may be outside of the boundary, such as those of a reference
     * repository that several clones on a machine share. Objects are addressed by their hashes, so the only check is
     * that each can be read to its end.
     */
    private static void checkObjects(Path objects, int alternatesLeft) throws IOException {
        walk(objects, WorkTree::checkType);
        Path alternates = objects.resolve(Constants.INFO_ALTERNATES.replaceFirst("^objects/", ""));
        if (!Files.exists(alternates)) {
            return;
        }
        if (alternatesLeft == 0) {
            throw new UnreadableRepositoryException("its objects are in too many places");
        }
        for (String line : text(alternates).split("\n")) {
            if (!line.isBlank() && !line.startsWith("#")) {
                try {
                    checkObjects(objects.resolve(line), alternatesLeft - 1);
                } catch (InvalidPathException e) {
                    throw new UnreadableRepositoryException(alternates + " contains an invalid path");
                }
            }
        }
    }

    private static String text(Path file) throws IOException {
        try (InputStream in = Files.newInputStream(file)) {
            byte[] bytes = in.readNBytes(MAX_CONFIG_BYTES + 1);
            if (bytes.length > MAX_CONFIG_BYTES) {
                throw new UnreadableRepositoryException(file + " is too large for a git configuration");
            }
            return new String(bytes, StandardCharsets.UTF_8);
        }
    }

    private static void checkConfig(Path file) throws IOException {
        if (!Files.exists(file)) {
            return;
        }
        Config config = new Config();
        try {
            config.fromText(text(file));
        } catch (ConfigInvalidException e) {
            throw new UnreadableRepositoryException(file + " is not a git configuration");
        }
        if (config.getString("include", null, "path") != null) {
            throw new UnreadableRepositoryException(file + " includes another file, which is not read here");
        }
        String objects = config.getString("extensions", null, "objectformat");
        if (objects != null && !objects.equalsIgnoreCase("sha1")) {
            throw new UnreadableRepositoryException("its object format " + objects + " is not supported");
        }
    }
}
