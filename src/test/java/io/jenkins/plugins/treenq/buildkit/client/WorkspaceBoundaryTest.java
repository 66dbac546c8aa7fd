// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.jenkins.plugins.treenq.buildkit.BuildkitException;
import io.jenkins.plugins.treenq.buildkit.CacheEntry;
import io.jenkins.plugins.treenq.buildkit.LocalSource;
import io.jenkins.plugins.treenq.buildkit.Output;
import io.jenkins.plugins.treenq.buildkit.files.RootedPath;
import io.jenkins.plugins.treenq.buildkit.session.Upload;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** No file outside of the workspace is read or written, for any workspace and parameters. */
@Timeout(value = 300, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class WorkspaceBoundaryTest {
    private static final String SECRET = "the-secret-of-another";

    @TempDir
    Path scratch;

    private Path workspace;
    private Path outside;

    @BeforeEach
    void folders() throws IOException {
        workspace = Files.createDirectory(scratch.toRealPath().resolve("workspace"));
        outside = Files.createDirectory(scratch.toRealPath().resolve("outside"));
        Files.writeString(workspace.resolve("Dockerfile"), "FROM scratch\n");
        Files.writeString(outside.resolve("secret.txt"), SECRET);
    }

    private PreparedBuild prepared(DockerfileBuild.Builder build) throws BuildkitException.InvalidRequestException {
        return build.build().in(new Workspace(workspace, workspace));
    }

    private PreparedBuild prepared(
            List<FileOutput> destinations, List<CacheEntry> cacheImports, List<CacheEntry> cacheExports)
            throws BuildkitException.InvalidRequestException {
        return DockerfileBuild.builder()
                .destinations(destinations)
                .build()
                .withCache(cacheImports, cacheExports)
                .in(new Workspace(workspace, workspace));
    }

    private static CacheEntry cache(String key, String folder) {
        return new CacheEntry("local", Map.of(key, folder));
    }

    private static FileOutput local(String folder) {
        return new FileOutput("local", folder, Map.of());
    }

    private static FileOutput archive(String file) {
        return new FileOutput("oci", file, Map.of());
    }

    private static void assertRefused(String message, Executable executable) {
        assertEquals(
                message,
                assertThrows(BuildkitException.InvalidRequestException.class, executable)
                        .getMessage());
    }

    private static void fifo(Path path) throws Exception {
        assertEquals(0, new ProcessBuilder("mkfifo", path.toString()).start().waitFor());
    }

    private void assertNothingOutside() throws IOException {
        try (Stream<Path> files = Files.list(outside)) {
            assertEquals(List.of(outside.resolve("secret.txt")), files.toList());
        }
        assertEquals(SECRET, Files.readString(outside.resolve("secret.txt")));
    }

    /** The text {@code l/../../../..} is above the workspace, but on the disk, the link leads to a folder within it. */
    @Test
    void theFolderOfTheDockerfileIsTheOneThatWasChecked() throws Exception {
        Path deep = Files.createDirectories(workspace.resolve("a/b/c/d/e/f"));
        Path shadow = Files.createDirectories(workspace.resolve("a/b/c/outside"));
        Files.writeString(shadow.resolve("secret.txt"), "FROM scratch\n");
        Files.createSymbolicLink(workspace.resolve("l"), deep);

        PreparedBuild build = prepared(DockerfileBuild.builder().dockerfile("l/../../../outside/secret.txt"));

        assertEquals("secret.txt", build.request().options().get("filename"));
        assertEquals(shadow, ((LocalSource.Folder) build.locals().get("dockerfile")).path());
    }

    @Test
    void aSecretIsReadFromARegularFileInTheWorkspaceOnly() throws Exception {
        Workspace files = new Workspace(workspace, workspace);
        Files.writeString(workspace.resolve("file"), "ours");
        Files.createSymbolicLink(workspace.resolve("near"), workspace.resolve("file"));
        Files.createSymbolicLink(workspace.resolve("far"), outside.resolve("secret.txt"));
        fifo(workspace.resolve("pipe"));

        assertEquals("ours", new String(files.read("near", "secret 's'", 4), StandardCharsets.UTF_8));
        assertRefused(
                "secret 's' '" + workspace.resolve("pipe") + "' cannot be read: it is not a regular file",
                () -> files.read("pipe", "secret 's'", 4));
        assertRefused(
                "secret 's' '" + workspace.resolve("file") + "' cannot be read: it is larger than 3 bytes",
                () -> files.read("file", "secret 's'", 3));
        assertRefused(
                "secret 's' '" + workspace.resolve("far") + "' is outside of '" + workspace + "'",
                () -> files.read("far", "secret 's'", 100));
    }

    @ParameterizedTest
    @ValueSource(strings = {"Dockerfile", ".dockerignore", "Dockerfile.dockerignore"})
    void aFifoInPlaceOfADockerfileOrIgnoreFileIsRefused(String file) throws Exception {
        Files.deleteIfExists(workspace.resolve(file));
        fifo(workspace.resolve(file));
        assertRefused(
                (file.equals("Dockerfile") ? "Dockerfile" : "the ignore file") + " '" + workspace.resolve(file)
                        + "' is not a file",
                () -> prepared(DockerfileBuild.builder()));
    }

    @Test
    void aFifoAsTheIgnoreFileOfANamedContextIsRefused() throws Exception {
        Path other = Files.createDirectory(workspace.resolve("other"));
        fifo(other.resolve(".dockerignore"));
        assertRefused(
                "the ignore file '" + other.resolve(".dockerignore") + "' is not a file",
                () -> prepared(DockerfileBuild.builder().contexts(Map.of("other", "other"))));
    }

    /** Java cannot make folders where a link leads to one, in versions that are still in use. */
    @Test
    void theWorkspaceMayBeALink() throws Exception {
        Path link = Files.createSymbolicLink(scratch.resolve("link"), workspace);
        DockerfileBuild build = DockerfileBuild.builder()
                .destinations(List.of(archive("out/x.tar")))
                .build();
        assertInstanceOf(
                Output.Stream.class,
                build.in(new Workspace(link, link)).outputs().get(0));
        assertTrue(Files.isDirectory(workspace.resolve("out")));
        assertEquals(workspace, new RootedPath(link, null).madeFolder());
    }

    /** Services often run with this locale. */
    @Test
    void theWorkspaceMayHaveAnyNameUnderTheCLocale() throws Exception {
        Path folder =
                Files.createDirectory(Path.of(URI.create(scratch.toRealPath().toUri() + "%C3%BC")));
        Files.writeString(folder.resolve("Dockerfile"), "FROM scratch\n");
        Path link = Files.createSymbolicLink(scratch.resolve("link"), folder);
        ProcessBuilder java = new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                CLocale.class.getName(),
                link.toString());
        java.environment().keySet().removeIf(name -> name.startsWith("LC_") || name.equals("LANG"));
        java.environment().put("LC_ALL", "C");
        Process process = java.redirectErrorStream(true).start();
        assertEquals("Dockerfile\n", new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8));
    }

    /** Runs the test in a separate process. */
    static final class CLocale {
        private CLocale() {}

        public static void main(String[] arguments) throws Exception {
            Path workspace = Path.of(arguments[0]);
            PreparedBuild build = DockerfileBuild.builder()
                    .destinations(List.of(archive("out/x.tar")))
                    .build()
                    .withCache(List.of(cache("src", "cache")), List.of(cache("dest", "cache")))
                    .in(new Workspace(workspace, workspace));
            ((Output.Stream) build.outputs().get(0)).opener().open().close();
            System.out.println(build.request().options().get("filename"));
        }
    }

    @Test
    void aFifoIsRefusedForOtherFrontends() throws Exception {
        fifo(workspace.resolve("build.yaml"));
        assertRefused(
                "Dockerfile '" + workspace.resolve("build.yaml") + "' is not a file",
                () -> prepared(DockerfileBuild.builder().frontend("gateway.v0").dockerfile("build.yaml")));
    }

    @Test
    void anArchiveThatWasReplacedByALinkIsNotRead() throws Exception {
        Path archive = Files.writeString(workspace.resolve("context.tar"), "ours");
        Upload upload = prepared(DockerfileBuild.builder().context("context.tar"))
                .uploads()
                .values()
                .iterator()
                .next();
        Files.delete(archive);
        Files.createSymbolicLink(archive, outside.resolve("secret.txt"));
        assertThrows(IOException.class, upload::open);
        Files.delete(archive);
        fifo(archive);
        assertThrows(IOException.class, upload::open);
    }

    @Test
    void anArchiveIsNotWrittenThroughALinkThatWasCreatedDuringTheBuild() throws Exception {
        PreparedBuild build = prepared(List.of(archive("x.tar"), archive("nest/y.tar")), List.of(), List.of());
        Files.createSymbolicLink(workspace.resolve("x.tar"), outside.resolve("secret.txt"));
        Files.delete(workspace.resolve("nest"));
        Files.createSymbolicLink(workspace.resolve("nest"), outside);
        for (int output = 0; output < 2; output++) {
            Output.Stream stream =
                    assertInstanceOf(Output.Stream.class, build.outputs().get(output));
            assertThrows(IOException.class, () -> stream.opener().open().close());
        }
        assertNothingOutside();
        Files.delete(workspace.resolve("x.tar"));
        fifo(workspace.resolve("x.tar"));
        Output.Stream stream =
                assertInstanceOf(Output.Stream.class, build.outputs().get(0));
        assertThrows(IOException.class, () -> stream.opener().open().close());
    }

    @Test
    void anUnusedWorkspaceNeedNotExist() throws Exception {
        Path missing = scratch.resolve("missing/job");
        DockerfileBuild.Builder build = DockerfileBuild.builder().dockerfileText("FROM scratch\n");

        build.build().in(new Workspace(missing, missing));
        assertFalse(Files.exists(missing));

        build.destinations(List.of(archive("out/x.tar"))).build().in(new Workspace(missing, missing));
        assertTrue(Files.isDirectory(missing.resolve("out")));
    }

    @Test
    void nestedOutputsAreRefused() throws Exception {
        assertRefused(
                "the output 'nest/sub/x.tar' is in the output 'nest'; choose a path outside of it",
                () -> prepared(List.of(local("nest"), archive("nest/sub/x.tar")), List.of(), List.of()));
        assertRefused(
                "the output 'b/x.tar' is in the output 'b'; choose a path outside of it",
                () -> prepared(List.of(archive("b/x.tar"), local("b")), List.of(), List.of()));
        assertRefused(
                "the output 'c' and the output './d/../c' are the same path; give each of them its own path",
                () -> prepared(List.of(local("c"), local("./d/../c")), List.of(), List.of()));
        assertRefused(
                "the local cache 'e/cache' is in the output 'e'; choose a path outside of it",
                () -> prepared(List.of(local("e")), List.of(cache("src", "e/cache")), List.of()));
        assertRefused(
                "the local cache 'f/cache' is in the output 'f'; choose a path outside of it",
                () -> prepared(List.of(local("f")), List.of(), List.of(cache("dest", "f/cache"))));
        assertRefused(
                "the local cache 'g/h' is in the local cache 'g'; choose a path outside of it",
                () -> prepared(List.of(), List.of(cache("src", "g/h")), List.of(cache("dest", "g"))));
        Files.createDirectory(workspace.resolve("real"));
        Files.createSymbolicLink(workspace.resolve("alias"), workspace.resolve("real"));
        assertRefused(
                "the output 'real/x.tar' is in the output 'alias'; choose a path outside of it",
                () -> prepared(List.of(local("alias"), archive("real/x.tar")), List.of(), List.of()));
    }

    /** On many file systems these are the same path, which cannot be determined before they exist. */
    @Test
    void pathsThatDifferOnlyInCaseCountAsTheSame() {
        assertRefused("the output 'NEST/x.tar' is in the output 'nest'; choose a path outside of it", () -> {
            OutputPaths places = new OutputPaths();
            places.addOutput("nest", workspace.resolve("nest"));
            places.addOutput("NEST/x.tar", workspace.resolve("NEST/x.tar"));
        });
    }

    @Test
    void separateOutputsAndASharedCacheFolderAreAllowed() throws Exception {
        PreparedBuild build = prepared(
                List.of(local("out/files"), archive("out/image.tar"), archive("out/files.tar")),
                List.of(cache("src", "cache"), cache("src", "old/cache"), cache("src", "old")),
                List.of(cache("dest", "cache")));
        assertEquals(3, build.outputs().size());
        assertFalse(build.layouts().isEmpty());
    }

    @Test
    void anIndexThatIsALinkIsNeitherReadNorQuoted() throws Exception {
        Path layout = Files.createDirectory(workspace.resolve("layout"));
        Files.createSymbolicLink(layout.resolve("index.json"), outside.resolve("secret.txt"));
        assertRefused(
                "OCI layout '" + layout + "' cannot be read: '" + layout.resolve("index.json")
                        + "': it is not a regular file",
                () -> prepared(DockerfileBuild.builder().contexts(Map.of("base", "oci-layout://layout"))));
    }
}
