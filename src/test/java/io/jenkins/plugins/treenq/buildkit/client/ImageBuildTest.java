// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.jenkins.plugins.treenq.buildkit.BuildListener;
import io.jenkins.plugins.treenq.buildkit.BuildResult;
import io.jenkins.plugins.treenq.buildkit.Daemon;
import io.jenkins.plugins.treenq.buildkit.Registry;
import io.jenkins.plugins.treenq.buildkit.session.SessionContent;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/** Images that a real daemon builds for the client equal those that it builds for buildctl. */
@ParameterizedClass
@MethodSource("io.jenkins.plugins.treenq.buildkit.Daemon#all")
class ImageBuildTest {
    private static final int LARGE_BYTES = 64 << 20;
    private static final int MANY_FILES = 10_000;

    @Parameter
    Daemon daemon;

    @TempDir
    Path folder;

    @TempDir
    Path scratch;

    private String repository(String name) {
        return "client/" + name + "-" + daemon.version();
    }

    private String pushed(String name) throws Exception {
        String image = daemon.registry() + "/" + repository(name) + ":1";
        try (BuildkitClient client = BuildkitClient.connect(daemon.endpoint())) {
            BuildResult result = client.build(
                    Builds.request(Builds.push(image)).build(),
                    Builds.content(folder, daemon.logins()),
                    BuildListener.NONE);
            return result.digest().orElseThrow().value();
        }
    }

    /** The daemon keeps its cache, so buildctl's digest is equal only if both clients sent the same files. */
    private void assertSameAsBuildctl(String name) throws Exception {
        String ours = pushed(name);
        assertEquals(ours, new Registry(daemon).digest(repository(name), "1").orElseThrow());
        String image = daemon.registry() + "/" + repository(name) + ":buildctl";
        assertEquals(Builds.buildctlDigest(daemon, folder, scratch, image), ours);
    }

    @Test
    void theDigestOfAPushedImageEqualsTheRegistrysAndBuildctls() throws Exception {
        Builds.dockerfile(
                folder, "FROM busybox\nCOPY greeting /\nRUN cat /greeting > /copy\nCMD [\"cat\", \"/copy\"]\n");
        Files.writeString(folder.resolve("greeting"), "hello from " + daemon.version() + "\n");
        assertSameAsBuildctl("plain");
    }

    @Test
    void ignoredFilesAreNotSentAndReincludedFilesAre() throws Exception {
        Builds.dockerfile(folder, "FROM scratch\nCOPY . /\n");
        Files.writeString(folder.resolve(".dockerignore"), "*.log\nbuild\n!build/keep\n**/tmp?\n");
        for (String file : List.of("a.log", "a.txt", "build/out", "build/keep/it", "x/y/tmp1", "x/y/tmp22")) {
            Files.createDirectories(folder.resolve(file).getParent());
            Files.writeString(folder.resolve(file), file);
        }
        assertSameAsBuildctl("ignore");
    }

    @Test
    void everyKindOfFileIsSentUnchanged() throws Exception {
        Builds.dockerfile(folder, "FROM scratch\nCOPY tree /\n");
        Path tree = Files.createDirectories(folder.resolve("tree"));
        for (String name : List.of("a", "a-b", "a.d", "with space", "umläut", "日本", "\uD83D\uDE00", "\uFF5E", "Z")) {
            Path below = Files.createDirectories(tree.resolve("dir " + name));
            Files.writeString(below.resolve(name), name);
            Files.writeString(tree.resolve(name), name);
        }
        Files.createFile(tree.resolve("empty"));
        Files.createDirectory(tree.resolve("emptyfolder"));
        Files.createSymbolicLink(tree.resolve("link"), Path.of("with space"));
        Files.createSymbolicLink(tree.resolve("dangling"), Path.of("/nowhere"));
        Files.createSymbolicLink(tree.resolve("up"), Path.of("../../etc/passwd"));
        Files.createLink(tree.resolve("hard"), tree.resolve("Z"));
        Files.setPosixFilePermissions(tree.resolve("a"), PosixFilePermissions.fromString("rwxr-x--x"));
        Files.setPosixFilePermissions(tree.resolve("a-b"), PosixFilePermissions.fromString("r--------"));
        Files.setAttribute(tree.resolve("a.d"), "unix:mode", 0104755);
        Files.setAttribute(tree.resolve("emptyfolder"), "unix:mode", 041777);
        assertSameAsBuildctl("kinds");
    }

    @Test
    void aLargeFileIsSentCompletely() throws Exception {
        Builds.dockerfile(folder, "FROM scratch\nCOPY large /\n");
        byte[] bytes = new byte[LARGE_BYTES];
        new Random(1).nextBytes(bytes);
        Files.write(folder.resolve("large"), bytes);
        assertSameAsBuildctl("large");
    }

    @Test
    void tenThousandFilesAreSent() throws Exception {
        Builds.dockerfile(folder, "FROM scratch\nCOPY tree /\n");
        for (int i = 0; i < MANY_FILES; i++) {
            Path file = folder.resolve("tree/" + i % 100 + "/" + i);
            if (i < 100) {
                Files.createDirectories(file.getParent());
            }
            Files.writeString(file, "file " + i);
        }
        assertSameAsBuildctl("many");
    }

    @Test
    void anIgnoreFileLongerThanAUsualHttpHeaderIsApplied() throws Exception {
        Builds.dockerfile(folder, "FROM scratch\nCOPY . /\n");
        StringBuilder patterns = new StringBuilder();
        IntStream.range(0, 2_000)
                .forEach(i ->
                        patterns.append("generated/folder/number/").append(i).append("/**\n"));
        Files.writeString(folder.resolve(".dockerignore"), patterns);
        Files.createDirectories(folder.resolve("generated/folder/number/7"));
        Files.writeString(folder.resolve("generated/folder/number/7/x"), "ignored");
        Files.writeString(folder.resolve("kept"), "kept");
        assertSameAsBuildctl("longignore");
    }

    @Test
    void platformsBecomeOneIndex() throws Exception {
        Builds.dockerfile(folder, "FROM scratch\nARG TARGETARCH\nCOPY $TARGETARCH /\n");
        Files.writeString(folder.resolve("amd64"), "x");
        Files.writeString(folder.resolve("arm64"), "y");
        String image = daemon.registry() + "/" + repository("index") + ":1";
        try (BuildkitClient client = BuildkitClient.connect(daemon.endpoint())) {
            BuildResult result = client.build(
                    Builds.request(Builds.push(image))
                            .option("platform", "linux/amd64,linux/arm64")
                            .build(),
                    Builds.content(folder, daemon.logins()),
                    BuildListener.NONE);
            String index = new Registry(daemon)
                    .text(repository("index"), "manifests/" + result.digest().orElseThrow());
            assertTrue(index.contains("amd64") && index.contains("arm64"), index);
        }
    }

    @Test
    void oneClientRunsSeveralBuildsConcurrently() throws Exception {
        int builds = 6;
        ExecutorService threads = Executors.newFixedThreadPool(builds);
        try (BuildkitClient client = BuildkitClient.connect(daemon.endpoint())) {
            List<Callable<String>> work = new ArrayList<>();
            for (int i = 0; i < builds; i++) {
                Path own = Builds.dockerfile(
                        Files.createDirectory(folder.resolve("b" + i)),
                        "FROM busybox\nRUN echo build-" + i + "-" + daemon.version() + "\n");
                Builds.Log log = new Builds.Log();
                work.add(() -> {
                    client.build(
                            Builds.request().option("no-cache", "").build(), Builds.content(own, daemon.logins()), log);
                    return log.toString();
                });
            }
            int i = 0;
            for (Future<String> log : threads.invokeAll(work)) {
                assertEquals("build-" + i++ + "-" + daemon.version() + "\n", log.get());
            }
        } finally {
            threads.shutdownNow();
        }
    }

    @Test
    void aMountedSecretIsProvidedAndAnUnknownSecretIsNotFound() throws Exception {
        Builds.dockerfile(
                folder,
                "FROM busybox\nRUN --mount=type=secret,id=known wc -c < /run/secrets/known\n"
                        + "RUN --mount=type=secret,id=other test ! -e /run/secrets/other && echo absent\n");
        Builds.Log log = new Builds.Log();
        SessionContent content = Builds.content(folder, daemon.logins());
        Map<String, byte[]> secrets = new HashMap<>(Map.of("known", new byte[12_345]));
        try (BuildkitClient client = BuildkitClient.connect(daemon.endpoint())) {
            client.build(
                    Builds.request().option("no-cache", "").build(),
                    new SessionContent(
                            content.locals(),
                            content.logins(),
                            id -> java.util.Optional.ofNullable(secrets.get(id)),
                            ""),
                    log);
        }
        assertTrue(log.toString().contains("12345"), log.toString());
        assertTrue(log.toString().contains("absent"), log.toString());
    }

    @Test
    void nonAsciiOutputIsDecodedCorrectly() throws Exception {
        Builds.dockerfile(folder, "FROM busybox\nRUN yes '日本語\uD83D\uDE00' | head -n 5000\n");
        Builds.Log log = new Builds.Log();
        try (BuildkitClient client = BuildkitClient.connect(daemon.endpoint())) {
            client.build(Builds.request().option("no-cache", "").build(), Builds.content(folder, daemon.logins()), log);
        }
        assertFalse(log.toString().contains("\uFFFD"));
        assertEquals(
                5_000, log.toString().lines().filter("日本語\uD83D\uDE00"::equals).count());
    }
}
