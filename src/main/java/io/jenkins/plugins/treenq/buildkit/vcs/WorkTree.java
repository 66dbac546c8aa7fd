// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.vcs;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.eclipse.jgit.errors.ConfigInvalidException;
import org.eclipse.jgit.lib.Config;
import org.eclipse.jgit.lib.ConfigConstants;
import org.eclipse.jgit.lib.Constants;
import org.eclipse.jgit.lib.Repository;
import org.eclipse.jgit.storage.file.FileRepositoryBuilder;

/**
 * Finds and opens the repository that a folder is checked out from. Steps of the build may have written what is read
 * here, so it must be plain files, and lead nowhere else.
 */
final class WorkTree {
    private static final long MAX_CONFIG_BYTES = 1 << 20;

    private WorkTree() {}

    /** The nearest folder with a {@code .git}; null without one. */
    static Path around(Path folder, Path boundary) {
        for (Path at = folder; at != null && at.startsWith(boundary); at = at.getParent()) {
            if (Files.exists(at.resolve(Constants.DOT_GIT))) {
                return at;
            }
        }
        return null;
    }

    static Repository open(Path tree, Path boundary) throws IOException {
        check(tree.resolve(Constants.DOT_GIT));
        // Given, so that no core.worktree leads elsewhere.
        FileRepositoryBuilder builder =
                new FileRepositoryBuilder().setWorkTree(tree.toFile()).setMustExist(true).setup();
        Path own = inside(boundary, builder.getGitDir());
        Path common = inside(boundary, builder.getGitCommonDir());
        for (String file : new String[] {Constants.HEAD, "index", "commondir"}) {
            check(own.resolve(file));
        }
        for (String file : new String[] {Constants.CONFIG, Constants.PACKED_REFS, Constants.INFO_ATTRIBUTES}) {
            check(common.resolve(file));
        }
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
            throw new IOException("the git repository " + real + " is outside of " + boundary);
        }
        return real;
    }

    /** Reading a pipe or a device would not end. */
    private static void check(Path file) throws IOException {
        if (Files.exists(file) && !Files.isRegularFile(file) && !Files.isDirectory(file)) {
            throw new IOException(file + " is not a file");
        }
    }

    private static void checkConfig(Path file) throws IOException {
        if (!Files.exists(file)) {
            return;
        }
        if (Files.size(file) > MAX_CONFIG_BYTES) {
            throw new IOException(file + " is larger than a git configuration is");
        }
        Config config = new Config();
        try {
            config.fromText(new String(Files.readAllBytes(file), StandardCharsets.UTF_8));
        } catch (ConfigInvalidException e) {
            throw new IOException(file + " is not a git configuration", e);
        }
        if (config.getString("include", null, "path") != null) {
            throw new IOException(file + " includes another file, which is not read here");
        }
        String objects = config.getString("extensions", null, "objectformat");
        if (objects != null && !objects.equalsIgnoreCase("sha1")) {
            throw new IOException("it names objects by " + objects + ", which is not known here");
        }
    }
}
