// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.jenkins.plugins.treenq.buildkit.BuildEvent;
import io.jenkins.plugins.treenq.buildkit.BuildRequest;
import io.jenkins.plugins.treenq.buildkit.BuildResult;
import io.jenkins.plugins.treenq.buildkit.BuildkitException;
import io.jenkins.plugins.treenq.buildkit.CacheEntry;
import io.jenkins.plugins.treenq.buildkit.Daemon;
import io.jenkins.plugins.treenq.buildkit.Export;
import io.jenkins.plugins.treenq.buildkit.Output;
import io.jenkins.plugins.treenq.buildkit.session.SessionContent;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/** OCI layouts of this machine as contexts and as build cache, with real daemons. */
@ParameterizedClass
@MethodSource("io.jenkins.plugins.treenq.buildkit.Daemon#all")
class OciLayoutTest {
    @Parameter
    Daemon daemon;

    @TempDir
    Path folder;

    @TempDir
    Path scratch;

    private final List<BuildEvent> events = new ArrayList<>();

    private BuildResult build(Daemon on, BuildRequest request, Map<Integer, Output> outputs, Map<String, Path> layouts)
            throws Exception {
        events.clear();
        SessionContent content = Builds.content(folder, on.logins());
        try (BuildkitClient client = BuildkitClient.connect(on.endpoint())) {
            return client.build(
                    request,
                    new SessionContent(
                            content.locals(),
                            content.logins(),
                            content.secrets(),
                            Map.of(),
                            outputs,
                            layouts,
                            Map.of(),
                            ""),
                    events::add);
        }
    }

    private static CacheEntry local(String... attributes) {
        Map<String, String> map = new java.util.HashMap<>();
        for (String attribute : attributes) {
            map.put(attribute.substring(0, attribute.indexOf('=')), attribute.substring(attribute.indexOf('=') + 1));
        }
        return new CacheEntry("local", map);
    }

    private BuildResult exportCache(Path cache, String... attributes) throws Exception {
        String[] all = Stream.concat(Stream.of("dest=" + cache, "mode=max"), Stream.of(attributes))
                .toArray(String[]::new);
        return build(
                daemon,
                BuildRequest.builder().cacheExports(List.of(local(all))).build(),
                Map.of(),
                Map.of("local:" + cache, cache));
    }

    private boolean ranFromCache() {
        return events.stream()
                .anyMatch(event -> event instanceof BuildEvent.VertexChanged vertex
                        && vertex.name().contains("RUN")
                        && vertex.cached());
    }

    private List<String> warnings() {
        return events.stream()
                .filter(BuildEvent.Warning.class::isInstance)
                .map(event -> ((BuildEvent.Warning) event).summary())
                .toList();
    }

    private String dockerfile() throws Exception {
        String marker = UUID.randomUUID().toString();
        Builds.dockerfile(folder, "FROM busybox\nRUN echo ran-" + marker + " | tee /marker\n");
        return marker;
    }

    @Test
    void exportedCacheEqualsBuildctls() throws Exception {
        dockerfile();
        // The first export contains more records of the steps than exports of builds with cached steps. So does an
        // export
        // while the daemon builds with the same base image for another test.
        exportCache(scratch.resolve("first"));
        List<String> ours = null;
        List<String> theirs = List.of();
        for (int attempt = 0; attempt < 10 && !theirs.equals(ours); attempt++) {
            Path folderOfTheirs = scratch.resolve("theirs" + attempt);
            buildctl("--export-cache=type=local,mode=max,dest=" + folderOfTheirs);
            theirs = layout(folderOfTheirs);
            Path folderOfOurs = scratch.resolve("ours" + attempt);
            exportCache(folderOfOurs);
            ours = layout(folderOfOurs);
        }
        assertEquals(theirs, ours);
    }

    /** Builds the folder with buildctl. */
    private void buildctl(String... options) throws Exception {
        List<String> line = new ArrayList<>(List.of(
                "build", "--frontend=dockerfile.v0", "--local=context=" + folder, "--local=dockerfile=" + folder));
        line.addAll(List.of(options));
        daemon.buildctl(scratch, line);
    }

    private static List<String> layout(Path folder) throws Exception {
        return List.of(
                Trees.describe(folder.resolve("blobs"), false),
                Files.readString(folder.resolve("index.json")),
                Files.readString(folder.resolve("oci-layout")));
    }

    @Test
    void anotherDaemonUsesTheImportedCache() throws Exception {
        String marker = dockerfile();
        Path cache = scratch.resolve("ca ché");
        exportCache(cache, "tag=some");
        assertFalse(ranFromCache());
        String name = "layouts" + daemon.version().replaceAll("\\W", "");
        Daemon other = daemon.another(name);
        try {
            Path output = scratch.resolve("output");
            BuildRequest.Builder request = BuildRequest.builder().exports(List.of(new Export("local", Map.of())));
            build(
                    other,
                    request.cacheImports(List.of(local("src=cache", "tag=some")))
                            .build(),
                    Map.of(0, new Output.Folder(output)),
                    Map.of("local:cache", cache));
            assertTrue(ranFromCache());
            assertEquals("ran-" + marker + "\n", Files.readString(output.resolve("marker")));
            assertEquals(List.of(), warnings());
        } finally {
            other.down(name);
        }
    }

    @Test
    void aMissingCacheIsReportedAndTheBuildContinues() throws Exception {
        dockerfile();
        Path cache = scratch.resolve("cache");
        exportCache(cache, "tag=some");
        Path none = scratch.resolve("none");
        build(
                daemon,
                BuildRequest.builder()
                        .cacheImports(List.of(
                                local("src=none"),
                                local("src=cache"),
                                local("src=cache", "digest=sha256:" + "0".repeat(64))))
                        .build(),
                Map.of(),
                Map.of("local:none", none, "local:cache", cache));
        assertEquals(
                List.of(
                        "cache in none is not used: it does not exist yet",
                        "cache in cache is not used: its index has no tag 'latest'",
                        "cache in cache is not used: it has no sha256:" + "0".repeat(64)),
                warnings());
        assertFalse(Files.exists(none));
    }

    @Test
    void resetDeletesOldCacheContent() throws Exception {
        Path cache = scratch.resolve("cache");
        String old = dockerfile();
        exportCache(cache);
        long before = blobs(cache).size();
        List<String> first = blobs(cache);
        dockerfile();
        exportCache(cache);
        assertTrue(blobs(cache).size() > before, old);
        dockerfile();
        exportCache(cache, "reset=true");
        assertEquals(before, blobs(cache).size());
        assertFalse(blobs(cache).containsAll(first));
        // The base image's layer is still in use.
        assertTrue(blobs(cache).stream().anyMatch(first::contains));
    }

    private static List<String> blobs(Path cache) throws Exception {
        try (Stream<Path> files = Files.list(cache.resolve("blobs/sha256"))) {
            return files.map(file -> file.getFileName().toString()).sorted().toList();
        }
    }

    @Test
    void invalidCacheEntriesAreRefused() {
        Path cache = scratch.resolve("cache");
        for (BuildRequest.Builder request : List.of(
                BuildRequest.builder().cacheImports(List.of(local())),
                BuildRequest.builder().cacheExports(List.of(local("src=cache"))),
                BuildRequest.builder().cacheExports(List.of(local("dest=elsewhere"))),
                BuildRequest.builder().cacheExports(List.of(local("dest=cache"), local("dest=cache"))),
                BuildRequest.builder().cacheExports(List.of(local("dest=cache", "reset=perhaps"))),
                BuildRequest.builder().cacheImports(List.of(local("src=cache", "tag="))),
                BuildRequest.builder().cacheImports(List.of(local("src=cache", "digest=../../x"))),
                BuildRequest.builder().cacheImports(List.of(new CacheEntry("registry", Map.of()))))) {
            assertThrows(
                    BuildkitException.InvalidRequestException.class,
                    () -> build(daemon, request.build(), Map.of(), Map.of("local:cache", cache)));
        }
    }

    @Test
    void anImageInALayoutCanBeABaseImage() throws Exception {
        dockerfile();
        Path layout = scratch.resolve("layout");
        String base = build(
                        daemon,
                        Builds.request(new Export("oci", Map.of("tar", "false", "rewrite-timestamp", "true")))
                                .build(),
                        Map.of(0, new Output.Layout(layout)),
                        Map.of())
                .digest()
                .orElseThrow()
                .value();
        List<String> files = blobs(layout);
        Builds.dockerfile(folder, "FROM base\nRUN cat /marker > /copy\n");
        String image = daemon.registry() + "/client/layout-" + daemon.version();
        String source = "oci-layout://my-store@" + base;
        String ours = build(
                        daemon,
                        Builds.request(Builds.push(image + ":ours"))
                                .option("context:base", source)
                                .build(),
                        Map.of(),
                        Map.of("oci:my-store", layout))
                .digest()
                .orElseThrow()
                .value();
        Path metadata = scratch.resolve("metadata.json");
        buildctl(
                "--oci-layout=my-store=" + layout,
                "--opt=context:base=" + source,
                "--opt=build-arg:SOURCE_DATE_EPOCH=1700000000",
                "--output=type=image,push=true,rewrite-timestamp=true,name=" + image + ":theirs",
                "--metadata-file=" + metadata);
        assertTrue(Files.readString(metadata).contains("\"containerimage.digest\": \"" + ours + "\""));
        assertEquals(files, blobs(layout));
    }

    @Test
    void aMissingLayoutIsReportedBeforeTheBuild() {
        assertThrows(
                BuildkitException.InvalidRequestException.class,
                () -> build(
                        daemon, BuildRequest.builder().build(), Map.of(), Map.of("oci:x", scratch.resolve("nowhere"))));
    }

    @Test
    void attributesOfOtherBackendsAreUnchanged() throws Exception {
        dockerfile();
        for (String type : List.of("s3", "azblob", "gha")) {
            BuildkitException failure = assertThrows(
                    BuildkitException.class,
                    () -> build(
                            daemon,
                            BuildRequest.builder()
                                    .cacheExports(List.of(new CacheEntry(type, Map.of("region", "x"))))
                                    .build(),
                            Map.of(),
                            Map.of()));
            // Each cache backend names the missing attribute.
            assertTrue(
                    failure.getMessage().matches(".*(bucket|account_url|url|token).*"),
                    type + ": " + failure.getMessage());
        }
        String image = daemon.registry() + "/client/cache-" + daemon.version() + ":1";
        CacheEntry registry = new CacheEntry("registry", Map.of("ref", image, "mode", "max"));
        build(
                daemon,
                BuildRequest.builder()
                        .cacheExports(List.of(registry))
                        .cacheImports(List.of(registry))
                        .build(),
                Map.of(),
                Map.of());
        build(daemon, BuildRequest.builder().cacheImports(List.of(registry)).build(), Map.of(), Map.of());
        assertTrue(events.stream()
                .anyMatch(event -> event instanceof BuildEvent.VertexChanged vertex
                        && vertex.name().contains("importing cache manifest from " + image)
                        && vertex.error().isEmpty()
                        && vertex.completed() != null));
    }
}
