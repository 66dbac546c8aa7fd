// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.eclipse.jgit.api.Git;
import org.eclipse.jgit.api.errors.GitAPIException;

/** A bare repository for a plain web server: {@code git update-server-info} writes the list of branches. */
public final class GitRepository {
    private GitRepository() {}

    /** Creates a repository whose branch {@code main} has one commit with the files of a folder. */
    public static void create(Path repository, Path files) throws IOException, GitAPIException {
        try (Git git = Git.init()
                .setGitDir(repository.toFile())
                .setDirectory(files.toFile())
                .setInitialBranch("main")
                .call()) {
            git.add().addFilepattern(".").call();
            String commit = git.commit()
                    .setMessage("a commit")
                    .setAuthor("A", "a@example.com")
                    .setSign(false)
                    .call()
                    .name();
            Files.createDirectories(repository.resolve("info"));
            Files.writeString(repository.resolve("info/refs"), commit + "\trefs/heads/main\n");
        }
    }
}
