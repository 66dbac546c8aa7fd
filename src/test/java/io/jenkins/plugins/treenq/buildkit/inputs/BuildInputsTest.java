// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.inputs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.jenkins.plugins.treenq.buildkit.BuildRequest;
import io.jenkins.plugins.treenq.buildkit.CacheEntry;
import io.jenkins.plugins.treenq.buildkit.Digest;
import io.jenkins.plugins.treenq.buildkit.Export;
import io.jenkins.plugins.treenq.buildkit.LocalSource;
import io.jenkins.plugins.treenq.buildkit.SourcePolicy;
import io.jenkins.plugins.treenq.buildkit.images.ImageDescription;
import io.jenkins.plugins.treenq.buildkit.images.ImageRegistry;
import io.jenkins.plugins.treenq.buildkit.registry.RegistryLogins;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Equal inputs have the same hash; different inputs have another hash or none. */
class BuildInputsTest {
    private static final String BASE = "example.com/base@sha256:" + "1".repeat(64);
    private static final Digest DIGEST = new Digest("sha256:" + "2".repeat(64));

    @TempDir
    Path scratch;

    private final ImageRegistry images = new ImageRegistry(RegistryLogins.NONE, Map.of());
    private Path context;
    private BuildRequest.Builder request;
    private Map<String, LocalSource> locals;
    private Map<String, String> more;

    @BeforeEach
    void prepare() throws IOException {
        context = Files.createDirectory(scratch.resolve("context"));
        fill(context);
        anew();
    }

    @AfterEach
    void close() {
        images.close();
    }

    private static void fill(Path folder) throws IOException {
        Files.writeString(folder.resolve("Dockerfile"), "FROM " + BASE + "\nCOPY . /\n");
        Files.writeString(folder.resolve(".dockerignore"), "*.log\n.git\n");
        Files.createDirectories(folder.resolve("src/deep"));
        Files.writeString(folder.resolve("src/deep/file"), "content");
        Files.writeString(folder.resolve("src/other"), "more");
        Files.createSymbolicLink(folder.resolve("link"), Path.of("src/other"));
        Files.writeString(folder.resolve("build.log"), "ignored");
    }

    private void anew() {
        request = BuildRequest.builder();
        locals = new HashMap<>(
                Map.of("context", new LocalSource.Folder(context), "dockerfile", new LocalSource.Folder(context)));
        more = new HashMap<>();
    }

    private BuildInputs inputs() throws InterruptedException {
        return BuildInputs.of(request.build(), locals, null, images, more);
    }

    private Digest hash() throws InterruptedException {
        BuildInputs inputs = inputs();
        assertEquals("", inputs.obstacle());
        assertNotNull(inputs.hash());
        return inputs.hash();
    }

    private String obstacle() throws InterruptedException {
        BuildInputs inputs = inputs();
        assertNull(inputs.hash());
        assertFalse(inputs.obstacle().isEmpty() || inputs.obstacle().contains("\n"), inputs.obstacle());
        return inputs.obstacle();
    }

    @Test
    void pathAndTimesDoNotAffectTheHash() throws Exception {
        Digest first = hash();
        context = Files.createDirectory(scratch.resolve("elsewhere"));
        fill(context);
        Files.setLastModifiedTime(context.resolve("src/other"), FileTime.fromMillis(1));
        anew();
        assertEquals(first, hash());
    }

    private interface Change {
        void make() throws IOException;
    }

    @Test
    void everyFileOfTheImageAffectsTheHash() throws Exception {
        Path other = context.resolve("src/other");
        List<Change> changes = List.of(
                () -> {
                    FileTime time = Files.getLastModifiedTime(other);
                    Files.writeString(other, "More");
                    Files.setLastModifiedTime(other, time);
                },
                () -> Files.setPosixFilePermissions(other, PosixFilePermissions.fromString("rwxr-xr-x")),
                () -> Files.move(other, context.resolve("src/others")),
                () -> Files.writeString(other, ""),
                () -> Files.createDirectory(context.resolve("empty")),
                () -> Files.delete(context.resolve("link")),
                () -> Files.createSymbolicLink(context.resolve("link"), Path.of("src/others")),
                () -> Files.writeString(context.resolve(".dockerignore"), "*.log\n"),
                () -> Files.createDirectory(context.resolve(".git")),
                () -> Files.writeString(context.resolve("Dockerfile.dockerignore"), ".git\n"),
                () -> Files.writeString(context.resolve("Dockerfile"), "FROM " + BASE + "\nCOPY . /x\n"));
        Set<Digest> hashes = new HashSet<>(Set.of(hash()));
        for (int i = 0; i < changes.size(); i++) {
            changes.get(i).make();
            assertTrue(hashes.add(hash()), "change " + i);
        }
    }

    @Test
    void optionsAffectTheHash() throws Exception {
        Path extra = Files.createDirectory(scratch.resolve("extra"));
        List<Consumer<BuildRequest.Builder>> changes = new ArrayList<>();
        for (String option : List.of(
                "build-arg:A=1",
                "build-arg:A=2",
                "build-arg:B=1",
                "target=x",
                "platform=linux/arm64",
                "label:a=b",
                "image-resolve-mode=pull",
                "add-hosts=a=1.2.3.4",
                "context:base=docker-image://" + BASE,
                "context:base=docker-image://" + BASE.replace('1', '2'),
                "attest:sbom=")) {
            String[] pair = option.split("=", 2);
            changes.add(builder -> builder.option(pair[0], pair[1]));
        }
        changes.add(builder -> builder.exports(List.of(new Export("image", Map.of("compression", "zstd")))));
        changes.add(builder -> builder.exports(List.of(new Export("image", Map.of()))));
        changes.add(builder -> builder.entitlements(List.of("network.host")));
        changes.add(builder -> builder.proxyNetwork(true));
        changes.add(builder -> more.put("daemon", "v0.23.0"));
        changes.add(builder -> {
            builder.option("context:extra", "local:extra");
            locals.put("extra", new LocalSource.Folder(extra));
        });
        Set<Digest> hashes = new HashSet<>(Set.of(hash()));
        for (int i = 0; i < changes.size(); i++) {
            anew();
            changes.get(i).accept(request);
            assertTrue(hashes.add(hash()), "change " + i);
        }
        // All files of a named context count, regardless of its ignore file.
        Files.writeString(extra.resolve(".dockerignore"), "*");
        assertTrue(hashes.add(hash()));
        Files.writeString(extra.resolve("file"), "");
        assertTrue(hashes.add(hash()));
    }

    @Test
    void optionsWithoutEffectOnTheContentDoNotAffectTheHash() throws Exception {
        request.exports(List.of(new Export("image", Map.of())));
        Digest first = hash();
        Files.writeString(context.resolve("build.log"), "ignored as well");
        Files.createDirectory(context.resolve(".git"));
        request.option("vcs:revision", "abc")
                .option("label:" + BuildInputs.KEY, first.value())
                .cacheImports(List.of(new CacheEntry("registry", Map.of("ref", "example.com/cache"))))
                .exports(List.of(new Export(
                        "image",
                        Map.of("name", "example.com/a:1", "push", "true", "annotation." + BuildInputs.KEY, "x"))));
        assertEquals(first, hash());
    }

    @Test
    void aDockerfileOfAnotherNameHasItsOwnIgnoreFile() throws Exception {
        Path docker = Files.createDirectory(context.resolve("docker"));
        Files.writeString(docker.resolve("web.Dockerfile"), "FROM scratch\nCOPY . /\n");
        Files.writeString(docker.resolve("web.Dockerfile.dockerignore"), "src\n");
        locals.put("dockerfile", new LocalSource.Folder(docker));
        request.option("filename", "web.Dockerfile");
        Digest first = hash();
        Files.writeString(context.resolve("src/other"), "another");
        assertEquals(first, hash());
        Files.writeString(context.resolve("build.log"), "not ignored here");
        assertFalse(first.equals(hash()));
    }

    @Test
    void filesInMemoryAffectTheHash() throws Exception {
        locals.put("dockerfile", new LocalSource.Files(Map.of("Dockerfile", "FROM scratch\n".getBytes())));
        Digest first = hash();
        locals.put("dockerfile", new LocalSource.Files(Map.of("Dockerfile", "FROM scratch \n".getBytes())));
        assertFalse(first.equals(hash()));
    }

    @Test
    void unknownInputsAreReportedAndHaveNoHash() throws Exception {
        for (String option : List.of(
                "context=https://example.com/a.git",
                "no-cache=",
                "no-cache=stage",
                "contextsubdir=x",
                "input:a=b",
                "build-arg:BUILDKIT_SYNTAX=example.com/frontend",
                "context:a=https://example.com/a.git",
                "context:a=local:unknown",
                "context:a=oci-layout://a",
                "filename=None")) {
            anew();
            String[] pair = option.split("=", 2);
            request.option(pair[0], pair[1]);
            obstacle();
        }
        anew();
        request.sourcePolicy(SourcePolicy.parse("{}"));
        assertEquals("a source policy can replace the images that are named", obstacle());
        anew();
        request.frontend("gateway.v0");
        obstacle();
        anew();
        locals.remove("context");
        assertEquals("there is no local folder 'context'", obstacle());
        anew();
        for (String dockerfile : List.of("FROM $X", "FROM a/", "FROM localhost:1/a", "ADD https://example.com/ /")) {
            Files.writeString(context.resolve("Dockerfile"), dockerfile);
            obstacle();
        }
        Files.delete(context.resolve("Dockerfile"));
        Files.createSymbolicLink(context.resolve("Dockerfile"), Path.of("src/other"));
        assertTrue(obstacle().startsWith("dockerfile file 'Dockerfile' cannot be read: it is not a file"), obstacle());
    }

    @Test
    void anImageThatANamedContextReplacesNeedNotExist() throws Exception {
        Files.writeString(context.resolve("Dockerfile"), "FROM localhost:1/base\n");
        obstacle();
        request.option("context:localhost:1/base", "docker-image://" + BASE);
        hash();
        request.option("context:localhost:1/base::linux/arm64", "docker-image://" + BASE);
        hash();
        anew();
        // BuildKit looks for the name without this tag.
        request.option("context:localhost:1/base:latest", "docker-image://" + BASE);
        obstacle();
        anew();
        request.option("context:localhost:1/base::linux/arm64", "docker-image://" + BASE);
        obstacle();
    }

    /** A target of a bake uses the results of others. */
    @Test
    void theInputsOfAResultAreInputs() throws Exception {
        // The image that the result replaces is not looked for.
        Files.writeString(context.resolve("Dockerfile"), "FROM base\nCOPY --from=localhost:1/other / /\n");
        request.option("context:base", "target:base").option("context:localhost:1/other", "target:base");
        Digest first = hashWith(new BuildInputs(DIGEST, ""));
        assertEquals(first, hashWith(new BuildInputs(DIGEST, "")));
        assertNotEquals(first, hashWith(new BuildInputs(new Digest("sha256:" + "3".repeat(64)), "")));
        assertEquals(
                "target:base has unknown inputs: unclear",
                with(new BuildInputs(null, "unclear")).obstacle());
        assertEquals("the content of the context 'base' may have changed", obstacle());
    }

    @Test
    void aResultHidesNoImageThatBuildKitDoesNotReplace() throws Exception {
        BuildInputs base = new BuildInputs(DIGEST, "");
        Files.writeString(context.resolve("Dockerfile"), "FROM localhost:1/base\n");
        request.option("context:localhost:1/base:latest", "target:base");
        assertNull(of(Map.of("localhost:1/base:latest", base)).hash());

        anew();
        request.option("context:localhost:1/base", "target:base");
        assertNotNull(of(Map.of("localhost:1/base", base)).hash());
        request.option("context:tools", "docker-image://localhost:1/base");
        assertNull(of(Map.of("localhost:1/base", base)).hash());
    }

    private BuildInputs of(Map<String, BuildInputs> results) throws Exception {
        return BuildInputs.of(request.build(), locals, null, images, more, results, new FolderHashes());
    }

    private BuildInputs with(BuildInputs base) throws Exception {
        return BuildInputs.of(
                request.build(),
                locals,
                null,
                images,
                more,
                Map.of("base", base, "localhost:1/other", base),
                new FolderHashes());
    }

    @Test
    void buildsThatAreComparedTogetherReadAFolderOnce() throws Exception {
        FolderHashes folders = new FolderHashes();
        Digest first = hashWith(folders);
        // Such a change in the middle of the comparison shows whether the folder is read again.
        Files.writeString(context.resolve("src/other"), "changed");
        assertEquals(first, hashWith(folders));
        assertNotEquals(first, hash());
        // A build that excludes other files sends other ones.
        Files.writeString(context.resolve(".dockerignore"), "*.log\n.git\nsrc/deep\n");
        assertEquals(hash(), hashWith(folders));
        assertNotEquals(first, hashWith(folders));
    }

    private Digest hashWith(FolderHashes folders) throws Exception {
        return BuildInputs.of(request.build(), locals, null, images, more, Map.of(), folders)
                .hash();
    }

    private Digest hashWith(BuildInputs base) throws Exception {
        BuildInputs inputs = with(base);
        assertEquals("", inputs.obstacle());
        return inputs.hash();
    }

    @Test
    void anImageMatchesIfAllItsVariantsHaveTheHash() {
        BuildInputs inputs = new BuildInputs(DIGEST, "");
        Map<String, String> said = Map.of(BuildInputs.KEY, DIGEST.value());
        assertTrue(inputs.madeOf(image(variant(said, Map.of()), variant(Map.of(), said))));
        assertFalse(inputs.madeOf(image(variant(said, Map.of()), variant(Map.of(), Map.of()))));
        assertFalse(inputs.madeOf(image(variant(Map.of(BuildInputs.KEY, "sha256:0"), Map.of()))));
        assertFalse(inputs.madeOf(image()));
        assertFalse(new BuildInputs(null, "unclear").madeOf(image(variant(said, said))));
    }

    private static ImageDescription image(ImageDescription.Variant... variants) {
        return new ImageDescription(DIGEST, "", 0, Map.of(), Arrays.asList(variants), List.of());
    }

    private static ImageDescription.Variant variant(Map<String, String> labels, Map<String, String> annotations) {
        return new ImageDescription.Variant(null, DIGEST, 0, null, labels, annotations);
    }
}
