// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.vcs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.jenkins.plugins.treenq.buildkit.LocalSource;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.Map;
import java.util.stream.Stream;
import org.eclipse.jgit.api.Git;
import org.eclipse.jgit.lib.StoredConfig;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(300)
class VcsOptionsTest {
    @TempDir
    Path workspace;

    private Path tree;
    private Git git;

    @BeforeEach
    void clone_() throws Exception {
        tree = Files.createDirectory(workspace.toRealPath().resolve("tree"));
        git = Git.init().setDirectory(tree.toFile()).setInitialBranch("main").call();
        Files.createDirectory(tree.resolve("app"));
        Files.writeString(tree.resolve("app/Dockerfile"), "FROM scratch\n");
        Files.writeString(tree.resolve("text"), "one\ntwo\n");
        git.add().addFilepattern(".").call();
    }

    @AfterEach
    void close() {
        git.close();
    }

    private String commit() throws Exception {
        return git.commit()
                .setMessage("a commit")
                .setAuthor("A", "a@example.com")
                .setSign(false)
                .call()
                .name();
    }

    private void configure(String section, String name, String key, String value) throws IOException {
        StoredConfig config = git.getRepository().getConfig();
        config.setString(section, name, key, value);
        config.save();
    }

    private Map<String, String> options() throws IOException {
        return VcsOptions.of(tree, workspace, Map.of());
    }

    private String revision() throws IOException {
        return options().get("vcs:revision");
    }

    /** Changes the modification time, so that git has to compare the content. */
    private static void touch(Path file) throws IOException {
        Files.setLastModifiedTime(file, FileTime.from(Instant.ofEpochSecond(1_000_000_000)));
    }

    private void assertUnreadable(String expected) {
        IOException failure = assertThrows(IOException.class, this::options);
        assertTrue(failure.getMessage().contains(expected), failure.getMessage());
    }

    @Test
    void commitRemoteAndFoldersAreRead() throws Exception {
        String commit = commit();
        configure("remote", "origin", "url", "https://example.com/shop/web.git");
        assertEquals(
                Map.of(
                        "vcs:revision", commit,
                        "vcs:source", "https://example.com/shop/web.git",
                        "vcs:localdir:context", "app",
                        "vcs:localdir:dockerfile", "."),
                VcsOptions.of(
                        tree.resolve("app"),
                        workspace,
                        Map.of(
                                "context", new LocalSource.Folder(tree.resolve("app")),
                                "dockerfile", new LocalSource.Folder(tree),
                                "elsewhere", new LocalSource.Folder(workspace),
                                "memory", new LocalSource.Files(Map.of()))));
    }

    @Test
    void withoutARepositoryThereAreNoOptions() throws Exception {
        assertEquals(Map.of(), VcsOptions.of(workspace, workspace, Map.of()));
        commit();
        assertEquals(Map.of(), VcsOptions.of(tree.resolve("app"), tree.resolve("app"), Map.of()));
    }

    @Test
    void aRepositoryWithoutACommitHasOnlyARemote() throws Exception {
        assertEquals(Map.of(), options());
        configure("remote", "upstream", "url", "git@example.com:shop/web.git");
        assertEquals(Map.of("vcs:source", "git@example.com:shop/web.git"), options());
    }

    @Test
    void theRemoteOfTheBranchTakesPrecedence() throws Exception {
        String commit = commit();
        configure("remote", "origin", "url", "https://example.com/origin");
        configure("remote", "fork", "url", "https://example.com/fork");
        assertEquals("https://example.com/origin", options().get("vcs:source"));
        configure("branch", "main", "remote", "fork");
        assertEquals("https://example.com/fork", options().get("vcs:source"));
        git.checkout().setName(commit).call();
        assertEquals(Map.of("vcs:source", "https://example.com/origin", "vcs:revision", commit), options());
    }

    @ParameterizedTest
    @CsvSource({
        "https://user:secret@example.com/a.git, https://example.com/a.git",
        "https://secret@example.com:8443/a%20b.git, https://example.com:8443/a%20b.git",
        "https://user:sec#ret@example.com/@scope/a.git, https://example.com/@scope/a.git",
        "https://example.com/a.git?private_token=secret, https://example.com/a.git",
        "http://:secret@example.com/a, http://example.com/a",
        "ssh://git:secret@example.com:22/a.git, ssh://git@example.com:22/a.git",
        "ssh://git@example.com/a.git, ssh://git@example.com/a.git",
        "git@example.com:shop/a.git, git@example.com:shop/a.git",
        "/srv/git/a.git, /srv/git/a.git",
        "file:///srv/git/a.git, file:///srv/git/a.git",
    })
    void secretsAreRemovedFromTheUrlOfARemote(String url, String told) throws Exception {
        configure("remote", "origin", "url", url);
        assertEquals(told, options().get("vcs:source"));
    }

    @Test
    void aChangedFileMakesTheRevisionDirty() throws Exception {
        String commit = commit();
        Files.writeString(tree.resolve("untracked"), "");
        touch(tree.resolve("text"));
        assertEquals(commit, revision());
        Files.writeString(tree.resolve("text"), "one\nsix\n");
        assertEquals(commit + "-dirty", revision());
        Files.delete(tree.resolve("text"));
        assertEquals(commit + "-dirty", revision());
    }

    @Test
    void aStagedFileMakesTheRevisionDirty() throws Exception {
        String commit = commit();
        Files.writeString(tree.resolve("new"), "");
        git.add().addFilepattern("new").call();
        assertEquals(commit + "-dirty", revision());
        git.rm().setCached(true).addFilepattern("new").call();
        assertEquals(commit, revision());
        git.rm().setCached(true).addFilepattern("app/Dockerfile").call();
        assertEquals(commit + "-dirty", revision());
    }

    @Test
    void convertedLineEndingsAreNotAChange() throws Exception {
        Files.writeString(tree.resolve(".gitattributes"), "text eol=crlf\n");
        git.add().addFilepattern(".gitattributes").call();
        String commit = commit();
        Files.writeString(tree.resolve("text"), "one\r\ntwo\r\n");
        git.add().addFilepattern("text").call();
        touch(tree.resolve("text"));
        assertEquals(commit, revision());
    }

    @Test
    void filtersOfARepositoryAreNotExecuted() throws Exception {
        Path ran = workspace.resolve("ran");
        // The file must be older than the index; otherwise the index does not record its size.
        Files.setLastModifiedTime(tree.resolve("text"), FileTime.from(Instant.EPOCH));
        git.add().addFilepattern("text").call();
        configure("filter", "hostile", "clean", "touch '" + ran + "'; cat");
        configure("filter", "hostile", "required", "true");
        Files.writeString(tree.resolve(".gitattributes"), "text filter=hostile\n");
        String commit = commit();
        touch(tree.resolve("text"));
        assertEquals(commit, revision());
        Files.writeString(tree.resolve("text"), "of another size");
        assertEquals(commit + "-dirty", revision());
        assertFalse(Files.exists(ran));
    }

    @Test
    void aLinkedWorkingTreeIsRead() throws Exception {
        String commit = commit();
        configure("remote", "origin", "url", "https://example.com/a");
        // As `git worktree add` leaves it.
        Path own = Files.createDirectories(tree.resolve(".git/worktrees/second"));
        Path second = Files.createDirectory(workspace.toRealPath().resolve("second"));
        Files.writeString(own.resolve("HEAD"), commit + "\n");
        Files.writeString(own.resolve("commondir"), "../..\n");
        Files.writeString(own.resolve("gitdir"), second.resolve(".git") + "\n");
        Files.copy(tree.resolve(".git/index"), own.resolve("index"));
        Files.writeString(second.resolve(".git"), "gitdir: " + own + "\n");
        Files.createDirectory(second.resolve("app"));
        Files.copy(tree.resolve("app/Dockerfile"), second.resolve("app/Dockerfile"));
        Files.copy(tree.resolve("text"), second.resolve("text"));
        assertEquals(
                Map.of("vcs:revision", commit, "vcs:source", "https://example.com/a", "vcs:localdir:context", "app"),
                VcsOptions.of(second, workspace, Map.of("context", new LocalSource.Folder(second.resolve("app")))));
    }

    @Test
    void aSubmoduleIsARepositoryOfItsOwn() throws Exception {
        String commit = commit();
        Path outer = Files.createDirectory(workspace.toRealPath().resolve("outer"));
        try (Git around = Git.init().setDirectory(outer.toFile()).call()) {
            Files.createDirectories(outer.resolve(".git/modules"));
            Files.move(tree.resolve(".git"), outer.resolve(".git/modules/inner"));
            Path inner = Files.move(tree, outer.resolve("inner"), StandardCopyOption.ATOMIC_MOVE);
            Files.writeString(inner.resolve(".git"), "gitdir: ../.git/modules/inner\n");
            Files.writeString(outer.resolve(".git/modules/inner/config"), "[core]\n\tworktree = ../../../inner\n");
            assertEquals(Map.of("vcs:revision", commit), VcsOptions.of(inner, workspace, Map.of()));
        }
    }

    @Test
    void aConfiguredWorkingTreeIsIgnored() throws Exception {
        String commit = commit();
        configure("core", null, "worktree", "/");
        assertEquals(commit, revision());
    }

    @Test
    void aRepositoryOutsideOfTheBoundaryIsNotRead() throws Exception {
        commit();
        Path inside = Files.createDirectory(workspace.resolve("inside"));
        Files.writeString(inside.resolve(".git"), "gitdir: " + tree.resolve(".git") + "\n");
        IOException failure = assertThrows(IOException.class, () -> VcsOptions.of(inside, inside, Map.of()));
        assertTrue(failure.getMessage().contains("is outside of"), failure.getMessage());
    }

    @Test
    void aConfigurationThatIncludesAnotherIsNotRead() throws Exception {
        configure("include", null, "path", "/dev/zero");
        assertUnreadable("includes another file");
    }

    @Test
    void aRepositoryWithAnotherObjectFormatIsNotRead() throws Exception {
        configure("extensions", null, "objectFormat", "sha256");
        assertUnreadable("its object format sha256 is not supported");
    }

    @Test
    @EnabledOnOs({OS.LINUX, OS.MAC})
    void pipesAndDevicesAreNotOpened() throws Exception {
        String commit = commit();
        Path endless = workspace.resolve("endless");
        assertEquals(0, new ProcessBuilder("mkfifo", endless.toString()).start().waitFor());
        configure("core", null, "attributesfile", endless.toString());
        configure("core", null, "excludesfile", endless.toString());
        touch(tree.resolve("text"));
        assertEquals(commit, revision());
        for (String file : new String[] {".gitattributes", ".gitignore"}) {
            Files.move(endless, tree.resolve(file));
            assertEquals(commit, revision());
            Files.move(tree.resolve(file), endless);
        }
        Files.delete(tree.resolve("text"));
        Files.move(endless, tree.resolve("text"));
        assertEquals(commit + "-dirty", revision());
        Files.delete(tree.resolve(".git/index"));
        Files.move(tree.resolve("text"), tree.resolve(".git/index"));
        assertUnreadable("is not a file");
    }

    @ParameterizedTest
    @ValueSource(strings = {"HEAD", "refs/heads/main", "packed-refs", "shallow", "index", "config", "refs/heads/other"})
    @EnabledOnOs({OS.LINUX, OS.MAC})
    void aFileOutsideOfTheBoundaryIsNeitherReadNorQuoted(String file, @TempDir Path outside) throws Exception {
        commit();
        Path secret = Files.writeString(outside.resolve("secret"), "the-secret-of-another\n");
        Files.deleteIfExists(tree.resolve(".git").resolve(file));
        Files.createSymbolicLink(tree.resolve(".git").resolve(file), secret);
        IOException failure = assertThrows(IOException.class, this::options);
        assertFalse(failure.getMessage().contains("the-secret"), failure.getMessage());
        assertTrue(failure.getMessage().endsWith("leads out of " + workspace.toRealPath()), failure.getMessage());
    }

    @Test
    void theContentOfFilesIsNotQuoted() throws Exception {
        commit();
        Files.writeString(tree.resolve(".git/shallow"), "the-secret-of-another\n");
        IOException failure = assertThrows(IOException.class, this::options);
        assertFalse(failure.getMessage().contains("the-secret"), failure.getMessage());
    }

    @Test
    @EnabledOnOs({OS.LINUX, OS.MAC})
    void aPipeInPlaceOfARefOrObjectIsNotOpened() throws Exception {
        String commit = commit();
        Path object = tree.resolve(".git/objects/" + commit.substring(0, 2) + "/" + commit.substring(2));
        for (Path file : new Path[] {object, tree.resolve(".git/refs/heads/main")}) {
            Path kept = Files.move(file, workspace.resolve("kept"));
            assertEquals(
                    0, new ProcessBuilder("mkfifo", file.toString()).start().waitFor());
            assertUnreadable(file + " is not a file");
            Files.delete(file);
            Files.move(kept, file);
        }
        Path other = Files.createDirectory(workspace.resolve("other"));
        Files.writeString(tree.resolve(".git/objects/info/alternates"), other + "\n");
        assertEquals(commit, revision());
        Path folder = Files.createDirectory(other.resolve(commit.substring(0, 2)));
        Files.move(object, folder.resolve(object.getFileName()));
        assertEquals(commit, revision());
        Files.delete(folder.resolve(object.getFileName()));
        assertEquals(
                0,
                new ProcessBuilder(
                                "mkfifo", folder.resolve(object.getFileName()).toString())
                        .start()
                        .waitFor());
        assertUnreadable("is not a file");
    }

    @Test
    void aDamagedRepositoryIsReportedInOneLine() throws Exception {
        commit();
        Files.writeString(tree.resolve(".git/index"), "no index");
        assertUnreadable("the Git repository of " + tree + " cannot be read: ");
        try (Stream<Path> objects = Files.walk(tree.resolve(".git/objects"))) {
            for (Path object : objects.filter(Files::isRegularFile).toList()) {
                Files.delete(object);
            }
        }
        assertUnreadable("the Git repository of " + tree + " cannot be read: ");
    }
}
