// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.jenkins.plugins.treenq.buildkit.BuildListener;
import io.jenkins.plugins.treenq.buildkit.BuildkitException;
import io.jenkins.plugins.treenq.buildkit.CacheEntry;
import io.jenkins.plugins.treenq.buildkit.Daemon;
import io.jenkins.plugins.treenq.buildkit.session.Secrets;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/** Builds whose workspace and parameters try to read or write files outside of the workspace. */
@ParameterizedClass
@MethodSource("io.jenkins.plugins.treenq.buildkit.Daemon#all")
@Timeout(300)
class HostileWorkspaceTest {
    private static final String SECRET = "the-secret-of-another";

    @Parameter
    Daemon daemon;

    @TempDir
    Path scratch;

    private Path workspace;
    private Path outside;

    @BeforeEach
    void folders() throws IOException {
        workspace = Files.createDirectory(scratch.toRealPath().resolve("workspace"));
        outside = Files.createDirectory(scratch.toRealPath().resolve("outside"));
        Files.writeString(outside.resolve("secret.txt"), SECRET);
    }

    private PreparedBuild prepared(DockerfileBuild build) throws BuildkitException.InvalidRequestException {
        return build.in(new Workspace(workspace, workspace));
    }

    private void build(PreparedBuild prepared) throws Exception {
        try (BuildkitClient client = BuildkitClient.connect(daemon.endpoint())) {
            client.build(
                    prepared.request(),
                    prepared.content(daemon.logins(), Secrets.NONE, Map.of(), ""),
                    BuildListener.NONE);
        }
    }

    private static FileOutput local(String folder) {
        return new FileOutput("local", folder, Map.of());
    }

    private Map<String, String> outsideNow() throws IOException {
        Map<String, String> found = new HashMap<>();
        try (Stream<Path> files = Files.walk(outside)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                found.put(outside.relativize(file).toString(), Files.readString(file, StandardCharsets.UTF_8));
            }
        }
        return found;
    }

    private void assertNothingOutside() throws IOException {
        assertEquals(Map.of("secret.txt", SECRET), outsideNow());
    }

    /** The text of the path is outside of the workspace, but the path on the disk is inside. */
    @Test
    void aReplacedFolderOfTheDockerfileIsNotSent() throws Exception {
        Files.createDirectories(workspace.resolve("a/b/c"));
        Files.createSymbolicLink(workspace.resolve("l"), Path.of("a/b/c"));
        String path = "l/../../outside/secret.txt";
        assertEquals(outside.resolve("secret.txt"), workspace.resolve(path).normalize());
        Path shadow = Files.createDirectory(workspace.resolve("a/outside"));
        Files.writeString(shadow.resolve("secret.txt"), "within the workspace");
        Files.writeString(workspace.resolve("secret.txt"), "FROM scratch\nCOPY --from=d / /\n");

        build(prepared(DockerfileBuild.builder()
                .dockerfile(path)
                .contexts(Map.of("df", "."))
                .frontendOptions(Map.of("dockerfilekey", "df", "context:d", "local:dockerfile"))
                .destinations(List.of(local("out")))
                .build()));

        assertEquals("within the workspace", Files.readString(workspace.resolve("out/secret.txt")));
    }

    @Test
    void aFolderThatWasReplacedByALinkIsNotSent() throws Exception {
        Files.writeString(workspace.resolve("Dockerfile"), "FROM scratch\nCOPY . /\nCOPY --from=named . /\n");
        Files.createDirectories(workspace.resolve("app/inner"));
        Files.createDirectory(workspace.resolve("named"));
        for (String replaced : List.of("app", "app/inner", "named")) {
            PreparedBuild prepared = prepared(DockerfileBuild.builder()
                    .context(replaced.equals("named") ? "app" : replaced)
                    .dockerfile(replaced.equals("app/inner") ? "../../Dockerfile" : "../Dockerfile")
                    .contexts(Map.of("named", "named"))
                    .destinations(List.of(local("out")))
                    .build());
            Path folder = workspace.resolve(replaced);
            Path kept = Files.move(folder, scratch.resolve("kept"));
            Files.createSymbolicLink(folder, outside);
            BuildkitException failure =
                    assertThrows(BuildkitException.ContextUnreadableException.class, () -> build(prepared));
            assertFalse(failure.getMessage().contains(SECRET));
            assertFalse(Files.exists(workspace.resolve("out/secret.txt")));
            Files.delete(folder);
            Files.move(kept, folder);
        }
    }

    @Test
    void resultsAreNotWrittenThroughLinksThatWereCreatedDuringTheBuild() throws Exception {
        Files.writeString(workspace.resolve("Dockerfile"), "FROM scratch\nCOPY Dockerfile /\n");
        List<DockerfileBuild> builds = List.of(
                DockerfileBuild.builder()
                        .destinations(List.of(local("nest/files")))
                        .build(),
                DockerfileBuild.builder()
                        .destinations(List.of(new FileOutput("oci", "nest/image.tar", Map.of())))
                        .build(),
                DockerfileBuild.builder()
                        .destinations(List.of(new FileOutput("oci", "nest/layout", Map.of("tar", "false"))))
                        .build(),
                DockerfileBuild.builder()
                        .build()
                        .withCache(
                                List.of(),
                                List.of(new CacheEntry("local", Map.of("dest", "nest/cache", "mode", "max")))));
        for (DockerfileBuild build : builds) {
            PreparedBuild prepared = prepared(build);
            Path folder = workspace.resolve("nest");
            Path kept = Files.move(folder, scratch.resolve("kept"));
            Files.createSymbolicLink(folder, outside);
            assertThrows(BuildkitException.class, () -> build(prepared), build.toString());
            assertNothingOutside();
            Files.delete(folder);
            Files.move(kept, folder);
        }
    }

    /** The first result has a link, and the second one would be written through it. */
    @Test
    void aLinkInAResultCannotRedirectAnotherResult() throws Exception {
        Files.writeString(
                workspace.resolve("Dockerfile"),
                "FROM busybox AS b\nRUN mkdir /o && ln -s " + outside + " /o/sub\nFROM scratch\nCOPY --from=b /o /\n");
        build(prepared(
                DockerfileBuild.builder().destinations(List.of(local("nest"))).build()));
        BuildkitException failure = assertThrows(
                BuildkitException.InvalidRequestException.class,
                () -> prepared(DockerfileBuild.builder()
                        .destinations(List.of(new FileOutput("oci", "nest/sub/x.tar", Map.of())))
                        .build()));
        assertEquals(
                "output '" + workspace.resolve("nest/sub/x.tar") + "' is outside of '" + workspace + "'",
                failure.getMessage());
        assertNothingOutside();
    }
}
