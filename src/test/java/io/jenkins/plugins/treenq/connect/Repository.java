// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.connect;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A bare repository that a server has, and a clone in which a test commits and pushes. */
public final class Repository {
    private final Path bare;
    private final Path clone;

    /** @param bare folder of the repository, such as {@code web.git} */
    public Repository(Path bare) throws Exception {
        this.bare = bare;
        Path parent = Files.createDirectories(bare.getParent());
        clone = Files.createTempDirectory(parent, "clone");
        run(parent, "init", "--quiet", "--bare", "--initial-branch=main", bare.toString());
        run(clone, "init", "--quiet", "--initial-branch=main", ".");
        run(clone, "remote", "add", "origin", bare.toString());
    }

    /** Commits a file on the current branch, and returns the commit. */
    public String commit(String file, String text) throws Exception {
        Path path = clone.resolve(file);
        Files.createDirectories(path.getParent());
        Files.writeString(path, text);
        run(clone, "add", "--all");
        run(clone, "commit", "--quiet", "--allow-empty", "--message", "a change of " + file);
        return run(clone, "rev-parse", "HEAD");
    }

    /** Pushes the current branch, as it is. */
    public Repository push() throws Exception {
        run(clone, "push", "--quiet", "--force", "origin", "HEAD");
        return this;
    }

    /** Creates a branch, or switches to one. */
    public Repository branch(String name) throws Exception {
        run(clone, "checkout", "--quiet", "-B", name);
        return this;
    }

    public Repository git(String... arguments) throws Exception {
        run(clone, arguments);
        return this;
    }

    /**
     * Commits a submodule, whose address is relative to the address of this repository.
     *
     * @param library folder of the submodule's repository, next to that of this one
     */
    Repository submodule(Path library, String path) throws Exception {
        git("-c", "protocol.file.allow=always", "submodule", "--quiet", "add", library.toString(), path);
        git("config", "--file", ".gitmodules", "submodule." + path + ".url", "../" + library.getFileName());
        return git("commit", "--quiet", "--all", "--message", "adds " + path);
    }

    /** Removes the commits that belong to no branch from the server. */
    Repository forget() throws Exception {
        run(bare, "gc", "--quiet", "--prune=now");
        return this;
    }

    private static String run(Path folder, String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(
                List.of("git", "-c", "user.name=A", "-c", "user.email=a@example.com", "-c", "commit.gpgsign=false"));
        command.addAll(List.of(arguments));
        Process process = new ProcessBuilder(command)
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).trim();
        assertEquals(0, process.waitFor(), () -> command + ": " + output);
        return output;
    }
}
