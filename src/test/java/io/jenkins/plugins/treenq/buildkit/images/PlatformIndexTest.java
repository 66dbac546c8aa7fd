// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.images;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.jenkins.plugins.treenq.buildkit.BuildListener;
import io.jenkins.plugins.treenq.buildkit.BuildRequest;
import io.jenkins.plugins.treenq.buildkit.BuildkitException;
import io.jenkins.plugins.treenq.buildkit.Daemon;
import io.jenkins.plugins.treenq.buildkit.Digest;
import io.jenkins.plugins.treenq.buildkit.Export;
import io.jenkins.plugins.treenq.buildkit.ImageName;
import io.jenkins.plugins.treenq.buildkit.Platform;
import io.jenkins.plugins.treenq.buildkit.client.BuildkitClient;
import io.jenkins.plugins.treenq.buildkit.client.Builds;
import io.jenkins.plugins.treenq.buildkit.images.ImageDescription.Variant;
import io.jenkins.plugins.treenq.buildkit.registry.RegistryConnection;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** An image whose platforms were built separately equals the image that one daemon builds. */
@ParameterizedClass
@MethodSource("io.jenkins.plugins.treenq.buildkit.Daemon#all")
@Timeout(300)
class PlatformIndexTest {
    private static final String BOTH = "linux/amd64,linux/arm64";

    @Parameter
    Daemon daemon;

    @TempDir
    Path folder;

    private ImageName name;
    private ImageRegistry images;
    private BuildkitClient client;

    @BeforeEach
    void open() throws Exception {
        name = ImageName.parse(daemon.registry() + "/images/platforms-" + daemon.version());
        images = new ImageRegistry(
                daemon.logins(),
                Map.of(
                        daemon.registry(),
                        RegistryConnection.builder().caPem(daemon.caPem()).build()));
        client = BuildkitClient.connect(daemon.endpoint());
        Builds.dockerfile(folder, "FROM busybox\nARG TARGETARCH\nLABEL arch=\"<$TARGETARCH>\"\nCOPY Dockerfile /\n");
    }

    @AfterEach
    void close() {
        client.close();
        images.close();
    }

    private ImageName build(String platforms, Map<String, String> frontend, Map<String, String> exporter)
            throws Exception {
        Map<String, String> attributes = new HashMap<>(exporter);
        attributes.putAll(
                Map.of("name", name.name(), "push", "true", "push-by-digest", "true", "rewrite-timestamp", "true"));
        BuildRequest request = Builds.request(new Export("image", attributes))
                .options(frontend)
                .option("platform", platforms)
                .build();
        Digest digest = client.build(request, Builds.content(folder, daemon.logins()), BuildListener.NONE)
                .digest()
                .orElseThrow();
        return part(digest);
    }

    private ImageName part(Digest digest) {
        return ImageName.parse(name.name() + "@" + digest);
    }

    @ParameterizedTest
    @CsvSource({"true,true", "true,false", "false,true", "false,false"})
    void theIndexHasTheDigestOfASingleDaemonsImage(boolean indexes, boolean oci) throws Exception {
        Map<String, String> types = Map.of("oci-mediatypes", Boolean.toString(oci));
        Map<String, String> kind = indexes ? Map.of("multi-platform", "true") : Map.of();
        List<ImageName> parts = new ArrayList<>();
        for (String platform : BOTH.split(",")) {
            parts.add(build(platform, kind, types));
        }
        String expected = build(BOTH, Map.of(), types).digest();
        assertEquals(expected, images.index(parts, Map.of()).value());
    }

    @Test
    void anIndexCanHaveSeveralVersionsOfAnOperatingSystem() throws Exception {
        Builds.dockerfile(folder, "FROM scratch\nCOPY Dockerfile /\n");
        List<String> platforms = List.of("windows(10.0.17763)/amd64", "windows(10.0.20348)/amd64");
        List<ImageName> parts = new ArrayList<>();
        for (String platform : platforms) {
            parts.add(build(platform, Map.of(), Map.of()));
        }
        assertEquals(
                build(String.join(",", platforms), Map.of(), Map.of()).digest(),
                images.index(parts, Map.of()).value());
    }

    @Test
    void annotationsAreWrittenLikeByTheDaemon() throws Exception {
        Map<String, String> annotations = Map.of("org.example.b", "<&> = 'ü'", "org.example.a", "\"\\\n\t");
        Map<String, String> exporter = new HashMap<>();
        annotations.forEach((key, value) -> exporter.put("annotation-index." + key, value));
        String expected = build(BOTH, Map.of(), exporter).digest();
        List<ImageName> parts = List.of(
                build("linux/amd64", Map.of(), Map.of("oci-mediatypes", "true")),
                build("linux/arm64", Map.of(), Map.of("oci-mediatypes", "true")));
        assertEquals(expected, images.index(parts, annotations).value());
    }

    @Test
    void attestationsOfThePartsAreIncluded() throws Exception {
        Map<String, String> provenance = Map.of("attest:provenance", "mode=max");
        List<ImageName> parts =
                List.of(build("linux/amd64", provenance, Map.of()), build("linux/arm64", provenance, Map.of()));
        ImageName tag = ImageName.parse(name.name() + ":both");
        Digest index = images.index(parts, Map.of());
        assertEquals(index, images.promote(part(index), List.of(tag)));
        ImageDescription image = images.inspect(tag).orElseThrow();
        assertEquals(
                List.of(Platform.parse("linux/amd64"), Platform.parse("linux/arm64")),
                image.variants().stream().map(Variant::platform).toList());
        assertEquals(2, image.attachments().size());
        assertTrue(image.hasProvenance());
    }

    @Test
    void partsMustBeForDifferentPlatformsInOneRepositoryAndNamedByDigest() throws Exception {
        ImageName part = build("linux/amd64", Map.of(), Map.of());
        String line = assertThrows(
                        BuildkitException.InvalidRequestException.class,
                        () -> images.index(List.of(part, part), Map.of()))
                .getMessage();
        assertEquals(part + " and " + part + " are both for linux/amd64", line);
        ImageName tagged = ImageName.parse(name.name() + ":1");
        assertThrows(BuildkitException.InvalidRequestException.class, () -> images.index(List.of(tagged), Map.of()));
        ImageName other = ImageName.parse(name.name() + "-other@" + part.digest());
        assertThrows(
                BuildkitException.InvalidRequestException.class, () -> images.index(List.of(part, other), Map.of()));
    }

    @Test
    void aMissingPartIsReported() throws Exception {
        ImageName part = build("linux/amd64", Map.of(), Map.of());
        ImageName missing = part(new Digest("sha256:" + "0".repeat(64)));
        String line = assertThrows(
                        BuildkitException.RegistryRefusedException.class,
                        () -> images.index(List.of(part, missing), Map.of()))
                .getMessage();
        assertTrue(line.endsWith("it does not exist, so the image is incomplete"), line);
    }
}
