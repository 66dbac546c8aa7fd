// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.jenkins.plugins.treenq.buildkit.BuildkitException;
import io.jenkins.plugins.treenq.buildkit.CacheEntry;
import io.jenkins.plugins.treenq.buildkit.Export;
import io.jenkins.plugins.treenq.buildkit.LocalSource;
import io.jenkins.plugins.treenq.buildkit.Output;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;

/** The conversion of users' parameters, and the files that a build may access. */
class DockerfileBuildTest {
    private static final String DIGEST = "sha256:" + "ab".repeat(32);

    @TempDir
    private Path root;

    private Path folder;

    @BeforeEach
    void workspace() throws Exception {
        folder = Files.createDirectories(root.resolve("workspace/job"));
        Files.writeString(folder.resolve("Dockerfile"), "FROM scratch\n");
    }

    private PreparedBuild prepared(DockerfileBuild.Builder build) throws BuildkitException.InvalidRequestException {
        return build.build().in(new Workspace(folder, folder.getParent()));
    }

    private static void assertRefused(String message, Executable executable) {
        assertEquals(
                message,
                assertThrows(BuildkitException.InvalidRequestException.class, executable)
                        .getMessage());
    }

    @Test
    void parametersBecomeOptionsOfTheFrontend() throws Exception {
        Map<String, String> options = prepared(DockerfileBuild.builder()
                        .target("prod")
                        .buildArgs(Map.of("VERSION", "1.4"))
                        .labels(Map.of("team", "shop"))
                        .platforms(List.of("linux/amd64", "linux/arm64"))
                        .pull(true)
                        .noCacheStages(List.of("a", "b"))
                        .network("default")
                        .addHosts(Map.of("b", "[::1]", "a", "10.0.0.7"))
                        .ulimits(List.of("nofile=1:2", "core=0"))
                        .shmSize("1.5g")
                        .cgroupParent("slice")
                        .provenance("true")
                        .sbom("generator=scanner")
                        .frontendOptions(Map.of("hostname", "h")))
                .request()
                .options();

        assertEquals(
                Map.ofEntries(
                        Map.entry("filename", "Dockerfile"),
                        Map.entry("target", "prod"),
                        Map.entry("build-arg:VERSION", "1.4"),
                        Map.entry("label:team", "shop"),
                        Map.entry("platform", "linux/amd64,linux/arm64"),
                        Map.entry("image-resolve-mode", "pull"),
                        Map.entry("no-cache", "a,b"),
                        Map.entry("force-network-mode", "sandbox"),
                        Map.entry("add-hosts", "a=10.0.0.7,b=::1"),
                        Map.entry("ulimit", "nofile=1:2,core=0"),
                        Map.entry("shm-size", "1610612736"),
                        Map.entry("cgroup-parent", "slice"),
                        Map.entry("attest:provenance", "mode=min"),
                        Map.entry("attest:sbom", "generator=scanner"),
                        Map.entry("hostname", "h")),
                options);
    }

    @Test
    void unsetParametersAddNoOptions() throws Exception {
        PreparedBuild build = prepared(DockerfileBuild.builder()
                .noCache(false)
                .pull(false)
                .provenance("false")
                .sbom("")
                .network("")
                .shmSize(""));

        assertEquals(Map.of("filename", "Dockerfile"), build.request().options());
        assertEquals(List.of(), build.request().exports());
    }

    @Test
    void noCacheOverridesNoCacheStages() throws Exception {
        assertEquals(
                "",
                prepared(DockerfileBuild.builder().noCacheStages(List.of("a")).noCache(true))
                        .request()
                        .options()
                        .get("no-cache"));
    }

    @Test
    void tagsAnnotationsAndOptionsBecomeTheImageExport() throws Exception {
        Export image = prepared(DockerfileBuild.builder()
                        .tags(List.of("registry.example.com/shop/web:1.4", "shop/web"))
                        .push(true)
                        .imageOptions(Map.of("compression", "zstd"))
                        .annotations(Map.of(
                                "org.example.title", "shop",
                                "index:org.example.a", "1",
                                "manifest[linux/arm64],manifest-descriptor:b", "2")))
                .request()
                .exports()
                .get(0);

        assertEquals("image", image.type());
        assertEquals(
                Map.of(
                        "name", "registry.example.com/shop/web:1.4,docker.io/shop/web:latest",
                        "push", "true",
                        "compression", "zstd",
                        "annotation.org.example.title", "shop",
                        "annotation-index.org.example.a", "1",
                        "annotation-manifest[linux/arm64].b", "2",
                        "annotation-manifest-descriptor.b", "2"),
                image.attributes());
    }

    @Test
    void aPushByDigestHasNoTag() throws Exception {
        Export image = prepared(DockerfileBuild.builder()
                        .tags(List.of("registry.example.com/shop/web"))
                        .push(true)
                        .pushByDigest(true))
                .request()
                .exports()
                .get(0);

        assertEquals("registry.example.com/shop/web", image.attributes().get("name"));
        assertEquals("true", image.attributes().get("push-by-digest"));
        assertRefused(
                "'registry.example.com/shop/web:1' has a tag, but a push by digest creates none;"
                        + " write 'registry.example.com/shop/web'",
                () -> DockerfileBuild.builder()
                        .tags(List.of("registry.example.com/shop/web:1"))
                        .pushByDigest(true)
                        .build());
    }

    @Test
    void malformedParametersAreRefusedByName() {
        assertRefused(
                "'thing' cannot have annotations; write index, index-descriptor, manifest or manifest-descriptor, and a"
                        + " platform in [ ]",
                () -> DockerfileBuild.builder().annotations(Map.of("thing:a", "b")));
        assertRefused("shmSize: 'much' is not a size; write it as in 64m or 2g", () -> DockerfileBuild.builder()
                .shmSize("much"));
        assertRefused("'zip' is not an output type; write local, tar, oci or docker", () -> DockerfileBuild.builder()
                .destinations(List.of(new FileOutput("zip", "a", Map.of())))
                .build());
    }

    @Test
    void theDockerfileMayBeOutsideOfTheContextButNotOfTheWorkspace() throws Exception {
        Files.createDirectory(folder.resolve("web"));
        Files.writeString(root.resolve("workspace/Other"), "FROM scratch\n");
        Files.writeString(root.resolve("Outside"), "FROM scratch\n");

        PreparedBuild build = prepared(DockerfileBuild.builder().context("web").dockerfile("../../Other"));

        assertEquals("Other", build.request().options().get("filename"));
        assertEquals(
                root.resolve("workspace").toRealPath(),
                ((LocalSource.Folder) build.locals().get("dockerfile")).path());
        Path named = folder.resolve("web").toRealPath().resolve("../../../Outside");
        assertRefused(
                "Dockerfile '" + named + "' is outside of '" + root.resolve("workspace") + "'",
                () -> prepared(DockerfileBuild.builder().context("web").dockerfile("../../../Outside")));
    }

    @Test
    void aDockerfileGivenAsTextNeedsNoFile() throws Exception {
        Files.delete(folder.resolve("Dockerfile"));

        PreparedBuild build = prepared(DockerfileBuild.builder().dockerfileText("FROM busybox\n"));

        assertInstanceOf(LocalSource.Files.class, build.locals().get("dockerfile"));
        assertEquals("dockerfile", build.request().options().get("dockerfilekey"));
    }

    @Test
    void aDockerfileGivenAsTextNeedsNoFolder() throws Exception {
        Files.delete(folder.resolve("Dockerfile"));
        Files.delete(folder);

        PreparedBuild build = prepared(DockerfileBuild.builder().dockerfileText("FROM busybox\n"));

        assertEquals(new LocalSource.Files(Map.of()), build.locals().get("context"));
        assertThrows(
                BuildkitException.InvalidRequestException.class,
                () -> prepared(DockerfileBuild.builder().context("web").dockerfileText("FROM busybox\n")));
    }

    @Test
    void aRemoteContextNeedsNoFile() throws Exception {
        for (String address : List.of(
                "https://github.com/org/shop.git#main:web",
                "http://example.com/context.tar.gz",
                "git@github.com:org/shop.git",
                "ssh://git@example.com/shop.git")) {
            PreparedBuild build =
                    prepared(DockerfileBuild.builder().context(address).dockerfile("docker/Dockerfile"));

            assertEquals(address, build.request().options().get("context"));
            assertEquals("docker/Dockerfile", build.request().options().get("filename"));
            assertEquals(Map.of(), build.locals());
        }
    }

    @Test
    void anArchiveIsUploaded() throws Exception {
        Files.write(folder.resolve("context.tar"), new byte[] {1, 2, 3});

        PreparedBuild build = prepared(DockerfileBuild.builder().context("context.tar"));

        String name = build.uploads().keySet().iterator().next();
        assertEquals(
                "http://buildkit-session/" + name, build.request().options().get("context"));
        try (var in = build.uploads().get(name).open()) {
            assertEquals(3, in.readAllBytes().length);
        }
        assertFalse(build.locals().containsKey("context"));
    }

    @Test
    void namedContextsAreFoldersImagesLayoutsAndAddresses() throws Exception {
        Files.createDirectory(folder.resolve("assets"));
        Path layout = Files.createDirectory(folder.resolve("layout"));
        Files.writeString(layout.resolve("oci-layout"), "{\"imageLayoutVersion\":\"1.0.0\"}");
        Files.writeString(layout.resolve("index.json"), """
                {"schemaVersion":2,"manifests":[{"mediaType":"application/vnd.oci.image.index.v1+json","digest":"%s",
                "size":1,"annotations":{"org.opencontainers.image.ref.name":"1.4"}}]}""".formatted(DIGEST));

        PreparedBuild build = prepared(DockerfileBuild.builder()
                .contexts(Map.of(
                        "assets", "assets",
                        "context", "assets",
                        "base", "docker-image://alpine:3",
                        "lib", "https://example.com/lib.git",
                        "tagged", "oci-layout://layout:1.4",
                        "only", "oci-layout://layout",
                        "pinned", "oci-layout://layout@" + DIGEST,
                        "both", "oci-layout://layout:2@" + DIGEST)));

        Map<String, String> options = build.request().options();
        assertEquals("local:assets", options.get("context:assets"));
        assertEquals("local:_context", options.get("context:context"));
        assertEquals("docker-image://alpine:3", options.get("context:base"));
        assertEquals("https://example.com/lib.git", options.get("context:lib"));
        for (String name : List.of("tagged", "only", "pinned", "both")) {
            String value = options.get("context:" + name);
            assertTrue(value.matches("oci-layout://layout\\d@" + DIGEST), value);
            String store = value.substring("oci-layout://".length(), value.indexOf('@'));
            assertEquals(layout.toRealPath(), build.layouts().get("oci:" + store));
        }
        assertRefused(
                "OCI layout '" + layout.toRealPath() + "' has no image '2'",
                () -> prepared(DockerfileBuild.builder().contexts(Map.of("a", "oci-layout://layout:2"))));
        assertRefused(
                "the context 'a' ('" + folder.toRealPath().resolve("Dockerfile") + "') is not a folder",
                () -> prepared(DockerfileBuild.builder().contexts(Map.of("a", "Dockerfile"))));
    }

    /** As with buildx, and with the frontend if the daemon fetches the context. */
    @Test
    void theNameOfTheDockerfileCanBeInLowerCase() throws Exception {
        Path lower = Files.createDirectory(folder.resolve("lower"));
        Files.writeString(lower.resolve("dockerfile"), "FROM scratch\n");
        Files.writeString(lower.resolve("web.dockerfile"), "FROM scratch\n");
        assertEquals(
                "dockerfile",
                prepared(DockerfileBuild.builder().context("lower"))
                        .request()
                        .options()
                        .get("filename"));
        assertEquals(
                "dockerfile",
                prepared(DockerfileBuild.builder().dockerfile("lower/Dockerfile"))
                        .request()
                        .options()
                        .get("filename"));
        assertThrows(
                BuildkitException.InvalidRequestException.class,
                () -> prepared(DockerfileBuild.builder().context("lower").dockerfile("web.Dockerfile")));
        Files.writeString(lower.resolve("Dockerfile"), "FROM scratch\n");
        assertEquals(
                "Dockerfile",
                prepared(DockerfileBuild.builder().context("lower"))
                        .request()
                        .options()
                        .get("filename"));
    }

    private String capabilities(DockerfileBuild.Builder build) throws Exception {
        return prepared(build).request().options().get("frontend.caps");
    }

    /** The values are those of buildx. */
    @Test
    void theFrontendMustSupportWhatTheBuildNeeds() throws Exception {
        Files.createDirectory(folder.resolve("assets"));
        assertNull(capabilities(DockerfileBuild.builder()));
        assertNull(capabilities(DockerfileBuild.builder().context("https://example.com/shop.git#main:app?b")));
        assertNull(capabilities(DockerfileBuild.builder().context("https://example.com/shop.tar.gz?version=2")));
        assertEquals(
                "moby.buildkit.frontend.contexts+forward",
                capabilities(DockerfileBuild.builder().contexts(Map.of("assets", "assets"))));
        assertEquals(
                "moby.buildkit.frontend.gitquerystring",
                capabilities(DockerfileBuild.builder().context("https://example.com/shop.git?ref=main#:app")));
        assertEquals(
                "mine,moby.buildkit.frontend.contexts+forward,moby.buildkit.frontend.gitquerystring+forward",
                capabilities(DockerfileBuild.builder()
                        .frontendOptions(Map.of("frontend.caps", "mine"))
                        .contexts(Map.of("lib", "https://example.com/lib.git?tag=v1"))));
        assertNull(capabilities(DockerfileBuild.builder().frontend("gateway.v0").contexts(Map.of("assets", "assets"))));
    }

    @Test
    void outputsAndLocalCacheStayInTheWorkspace() throws Exception {
        Files.createSymbolicLink(folder.resolve("away"), root);
        PreparedBuild build = prepared(DockerfileBuild.builder()
                .tags(List.of("shop/web:1"))
                .destinations(List.of(
                        new FileOutput("local", "out/files", Map.of()),
                        new FileOutput("oci", "out/image.tar", Map.of("compression", "zstd")))));

        assertEquals(
                new Output.Folder(folder.resolve("out/files")), build.outputs().get(0));
        assertInstanceOf(Output.Stream.class, build.outputs().get(1));
        List<Export> exports = build.request().exports();
        assertEquals(
                List.of("local", "oci", "image"),
                exports.stream().map(Export::type).toList());
        assertNull(exports.get(0).attributes().get("name"));
        assertEquals("docker.io/shop/web:1", exports.get(1).attributes().get("name"));
        for (String path : List.of("../../out", "away/out", "/etc/out")) {
            Path named = folder.resolve(path).normalize();
            assertRefused(
                    "output '" + named + "' is outside of '" + folder.getParent() + "'",
                    () -> prepared(
                            DockerfileBuild.builder().destinations(List.of(new FileOutput("local", path, Map.of())))));
            assertRefused(
                    "local cache '" + named + "' is outside of '" + folder.getParent() + "'",
                    () -> DockerfileBuild.builder()
                            .build()
                            .withCache(List.of(new CacheEntry("local", Map.of("src", path))), List.of())
                            .in(new Workspace(folder, folder.getParent())));
        }
        assertFalse(Files.exists(root.resolve("out")));
    }

    @Test
    void accessKeysOfACacheAreNotPrinted() {
        CacheEntry entry = new CacheEntry("s3", Map.of("bucket", "b", "secret_access_key", "hush"));

        assertFalse(entry.toString().contains("hush"));
        assertEquals(java.util.Set.of("hush"), entry.secrets());
    }
}
