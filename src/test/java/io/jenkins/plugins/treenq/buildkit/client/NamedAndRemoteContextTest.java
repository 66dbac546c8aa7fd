// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.jenkins.plugins.treenq.buildkit.BuildListener;
import io.jenkins.plugins.treenq.buildkit.BuildRequest;
import io.jenkins.plugins.treenq.buildkit.BuildkitException;
import io.jenkins.plugins.treenq.buildkit.Daemon;
import io.jenkins.plugins.treenq.buildkit.Export;
import io.jenkins.plugins.treenq.buildkit.GitRepository;
import io.jenkins.plugins.treenq.buildkit.LocalSource;
import io.jenkins.plugins.treenq.buildkit.Output;
import io.jenkins.plugins.treenq.buildkit.WebServer;
import io.jenkins.plugins.treenq.buildkit.session.Secrets;
import io.jenkins.plugins.treenq.buildkit.session.SessionContent;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/** Build contexts other than one local folder. */
@ParameterizedClass
@MethodSource("io.jenkins.plugins.treenq.buildkit.Daemon#all")
class NamedAndRemoteContextTest {
    private static final String TOKEN = "token-" + UUID.randomUUID();

    @Parameter
    Daemon daemon;

    @TempDir
    Path folder;

    @TempDir
    Path scratch;

    /** Builds, and returns the text of the image's file {@code /text}. */
    private String text(Map<String, String> options, Map<String, LocalSource> locals, Map<String, String> secrets)
            throws Exception {
        Path output = Files.createTempDirectory(scratch, "output");
        SessionContent content = new SessionContent(
                locals,
                daemon.logins(),
                id -> Optional.ofNullable(secrets.get(id)).map(text -> text.getBytes(StandardCharsets.UTF_8)),
                Map.of(),
                Map.of(0, new Output.Folder(output)),
                Map.of(),
                Map.of(),
                "");
        BuildRequest request = BuildRequest.builder()
                .options(options)
                .exports(List.of(new Export("local", Map.of())))
                .build();
        try (BuildkitClient client = BuildkitClient.connect(daemon.endpoint())) {
            client.build(request, content, BuildListener.NONE);
        }
        return Files.readString(output.resolve("text"));
    }

    private static LocalSource.Files dockerfile(String text) {
        return new LocalSource.Files(Map.of("Dockerfile", text.getBytes(StandardCharsets.UTF_8)));
    }

    private void repository(String text) throws Exception {
        Path tree = Files.createDirectory(scratch.resolve("tree-" + UUID.randomUUID()));
        Files.createDirectory(tree.resolve("app"));
        Files.writeString(tree.resolve("app/text"), text);
        Files.writeString(tree.resolve("app/Dockerfile"), "FROM scratch\nCOPY text /\n");
        GitRepository.create(folder.resolve("shop.git"), tree);
    }

    private static String basic(String password) {
        byte[] login = ("x-access-token:" + password).getBytes(StandardCharsets.UTF_8);
        return "basic " + Base64.getEncoder().encodeToString(login);
    }

    @Test
    void aGitRepositoryIsClonedByTheDaemonWithATokenThatIsASecret() throws Exception {
        String marker = UUID.randomUUID().toString();
        repository(marker);
        try (WebServer server = new WebServer(folder, basic(TOKEN))) {
            Map<String, String> options = Map.of("context", server.url("shop.git#main:app"));
            assertEquals(marker, text(options, Map.of(), Map.of("GIT_AUTH_TOKEN", TOKEN)));
            assertEquals(
                    marker,
                    text(
                            Map.of("context:source", server.url("shop.git#main:app")),
                            Map.of("dockerfile", dockerfile("FROM scratch\nCOPY --from=source text /\n")),
                            Map.of("GIT_AUTH_TOKEN", TOKEN)));
        }
        // Another server, so that the daemon has no clone yet.
        try (WebServer server = new WebServer(folder, basic(TOKEN))) {
            Map<String, String> options = Map.of("context", server.url("shop.git#main:app"));
            BuildkitException failure = assertThrows(
                    BuildkitException.class, () -> text(options, Map.of(), Map.of("GIT_AUTH_TOKEN", "wrong-" + TOKEN)));
            assertFalse(failure.getMessage().contains(TOKEN), failure.getMessage());
        }
    }

    /** Such a frontend would ignore the context, and build with another image of the same name. */
    @Test
    void aFrontendWithoutNamedContextsIsRefused() throws Exception {
        String frontend = daemon.registry() + "/frontend:" + UUID.randomUUID();
        Builds.dockerfile(folder, "FROM busybox\nLABEL moby.buildkit.frontend.caps=moby.buildkit.frontend.inputs\n");
        PreparedBuild build = DockerfileBuild.builder()
                .dockerfileText("# syntax=" + frontend + "\nFROM base\n")
                .contexts(Map.of("base", "docker-image://busybox"))
                .build()
                .in(new Workspace(folder, folder));
        try (BuildkitClient client = BuildkitClient.connect(daemon.endpoint())) {
            client.build(
                    Builds.request(Builds.push(frontend)).build(),
                    Builds.content(folder, daemon.logins()),
                    BuildListener.NONE);
            BuildkitException failure = assertThrows(
                    BuildkitException.BuildFailedException.class,
                    () -> client.build(
                            build.request(),
                            build.content(daemon.logins(), Secrets.NONE, Map.of(), ""),
                            BuildListener.NONE));
            assertTrue(
                    failure.getMessage().startsWith("Dockerfile:1: this frontend does not support named contexts; "),
                    failure::getMessage);
        }
    }

    @Test
    void aHeaderForAGitServerTakesPrecedenceOverTheToken() throws Exception {
        repository("some text");
        try (WebServer server = new WebServer(folder, "Bearer " + TOKEN)) {
            String host = server.url("").replaceFirst("^http://([^/]*)/$", "$1");
            assertEquals(
                    "some text",
                    text(
                            Map.of("context", server.url("shop.git#main:app")),
                            Map.of(),
                            Map.of("GIT_AUTH_HEADER." + host, "Bearer " + TOKEN, "GIT_AUTH_TOKEN", "of another")));
        }
    }

    @Test
    void anArchiveIsFetchedByTheDaemonWithATokenThatIsASecret() throws Exception {
        String marker = UUID.randomUUID().toString();
        Path files = Files.createDirectory(scratch.resolve("files"));
        Files.writeString(files.resolve("text"), marker);
        Builds.dockerfile(files, "FROM scratch\nCOPY text /\n");
        assertEquals(
                0,
                new ProcessBuilder(
                                "tar", "-czf", folder.resolve("files.tar.gz").toString(), "-C", files.toString(), ".")
                        .inheritIO()
                        .start()
                        .waitFor());
        try (WebServer server = new WebServer(folder, "Bearer " + TOKEN)) {
            Map<String, String> options = Map.of("context", server.url("files.tar.gz"));
            assertEquals(marker, text(options, Map.of(), Map.of("HTTP_AUTH_TOKEN_127.0.0.1", TOKEN)));
        }
    }

    @Test
    void aDockerfileFromMemoryBuildsFromAFolder() throws Exception {
        Files.writeString(folder.resolve("text"), "of the folder");
        assertEquals(
                "of the folder",
                text(
                        Map.of(),
                        Map.of(
                                "context",
                                new LocalSource.Folder(folder),
                                "dockerfile",
                                dockerfile("FROM scratch\nCOPY text /\n")),
                        Map.of()));
    }

    @Test
    void foldersAndImagesCanBeNamedContexts() throws Exception {
        Files.writeString(folder.resolve("part"), "of the folder\n");
        assertEquals(
                "of the folder\nroot\n",
                text(
                        Map.of(
                                "context:parts", "local:parts",
                                "context:base", "docker-image://busybox:1.36"),
                        Map.of(
                                "parts",
                                new LocalSource.Folder(folder),
                                "dockerfile",
                                dockerfile("FROM base\nCOPY --from=parts part /text\nRUN whoami >> /text\n")),
                        Map.of()));
    }
}
