// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.images;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.jenkins.plugins.treenq.buildkit.Digest;
import io.jenkins.plugins.treenq.buildkit.ImageContent;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ImageContentReaderTest {
    private static final String LAYER = "application/vnd.oci.image.layer.v1.tar+gzip";
    private static final String CONFIG = "application/vnd.oci.image.config.v1+json";
    private static final String CONFIGURATION = """
            {"os":"linux","architecture":"arm64","variant":"v8","history":[
              {"created_by":"ADD base"},{"created_by":"ENV A=1","empty_layer":true},{"created_by":"RUN make"}]}
            """;

    private final Map<Digest, byte[]> blobs = new HashMap<>();

    @Test
    void layersHaveTheInstructionsThatMadeThem() throws Exception {
        put(1, manifest(blob(CONFIG, 10), blob(LAYER, 20), blob(LAYER, 21)));
        put(10, CONFIGURATION);

        ImageContent.Variant variant = read(1).variants().get(0);

        assertEquals("linux/arm64/v8", variant.platform());
        assertEquals(
                List.of(
                        new ImageContent.Layer(digest(20), 100, "ADD base"),
                        new ImageContent.Layer(digest(21), 100, "RUN make")),
                variant.layers());
        assertEquals(List.of(), variant.attestations());
    }

    @Test
    void whatIsAttestedBelongsToItsPlatform() throws Exception {
        put(1, index("""
                {"mediaType":"%s","digest":"%s","size":1,"platform":{"os":"linux","architecture":"amd64"}}
                """.formatted(MediaTypes.MANIFEST, digest(2)), """
                {"mediaType":"%s","digest":"%s","size":1,"annotations":{
                  "vnd.docker.reference.type":"attestation-manifest","vnd.docker.reference.digest":"%s"}}
                """.formatted(
                        MediaTypes.MANIFEST, digest(3), digest(2))));
        put(2, manifest(blob(CONFIG, 10), blob(LAYER, 20)));
        put(
                3,
                manifest(
                        blob(CONFIG, 11),
                        statement(30, "https://slsa.dev/provenance/v1"),
                        statement(31, "https://slsa.dev/provenance/v0.2"),
                        statement(32, "https://spdx.dev/Document")));
        put(30, """
                {"predicate":{"buildDefinition":{"resolvedDependencies":[{"uri":"pkg:docker/busybox@latest","digest":{"sha256":"abc"}}]},
                  "runDetails":{"builder":{"id":"https://jenkins.example.com"},"metadata":{"buildkit_metadata":{
                    "vcs":{"source":"https://example.com/shop.git","revision":"c0ffee"}}}}}}
                """);
        put(31, """
                {"predicate":{"builder":{"id":""},"materials":[{"uri":"pkg:docker/alpine@3"}]}}
                """);

        ImageContent.Variant variant = read(1).variants().get(0);

        assertEquals("linux/amd64", variant.platform());
        assertEquals(
                List.of(
                        new ImageContent.Attested(
                                "https://slsa.dev/provenance/v1",
                                100,
                                "https://jenkins.example.com",
                                "https://example.com/shop.git c0ffee",
                                List.of(new ImageContent.Material("pkg:docker/busybox@latest", "sha256:abc"))),
                        new ImageContent.Attested(
                                "https://slsa.dev/provenance/v0.2",
                                100,
                                "",
                                "",
                                List.of(new ImageContent.Material("pkg:docker/alpine@3", ""))),
                        new ImageContent.Attested("https://spdx.dev/Document", 100, "", "", List.of())),
                variant.attestations());
        // Texts are masked, addresses are not.
        ImageContent masked = read(1).withTexts(text -> text.replace("c0ffee", "****"));
        assertEquals(
                "https://example.com/shop.git ****",
                masked.variants().get(0).attestations().get(0).source());
        assertEquals(digest(2), masked.variants().get(0).digest());
    }

    @Test
    void whatMakesNoSenseIsLeftOut() throws Exception {
        put(1, "{");
        put(2, manifest(blob(CONFIG, 10), blob(LAYER, 20)));
        put(10, "{\"history\":[{\"created_by\":7}]}");
        put(3, index("""
                {"mediaType":"%s","digest":"%s","size":1,"annotations":{"vnd.docker.reference.type":"attestation-manifest"}}
                """.formatted(MediaTypes.MANIFEST, digest(2)), blob(MediaTypes.MANIFEST, 99)));
        put(4, index(blob(MediaTypes.INDEX, 4)));

        assertEquals(List.of(), read(0).variants());
        assertEquals(List.of(), read(1).variants());
        assertEquals("", read(2).variants().get(0).layers().get(0).createdBy());
        assertEquals(List.of(), read(3).variants());
        assertEquals(List.of(), read(4).variants());
    }

    @Test
    void thereIsAnEndToEverything() throws Exception {
        String text = "x".repeat(100_000);
        String[] layers = new String[600];
        for (int i = 0; i < layers.length; i++) {
            layers[i] = blob(LAYER, 1000 + i);
        }
        put(1, manifest(blob(CONFIG, 10), layers));
        put(10, "{\"history\":[" + "{\"created_by\":\"%s\"},".formatted(text).repeat(599) + "{\"created_by\":\"\"}]}");

        List<ImageContent.Layer> read = read(1).variants().get(0).layers();

        assertEquals(500, read.size());
        assertTrue(read.get(0).createdBy().length() <= 1001);
    }

    private ImageContent read(int number) throws InterruptedException {
        return ImageContentReader.read(digest(number), digest -> Optional.ofNullable(blobs.get(digest)));
    }

    private void put(int number, String json) {
        blobs.put(digest(number), json.getBytes(StandardCharsets.UTF_8));
    }

    private static Digest digest(int number) {
        return new Digest("sha256:" + "%064x".formatted(number));
    }

    private static String blob(String type, int number) {
        return "{\"mediaType\":\"%s\",\"digest\":\"%s\",\"size\":100}".formatted(type, digest(number));
    }

    private static String statement(int number, String predicateType) {
        return "{\"mediaType\":\"application/vnd.in-toto+json\",\"digest\":\"%s\",\"size\":100,\"annotations\":{\"in-toto.io/predicate-type\":\"%s\"}}"
                .formatted(digest(number), predicateType);
    }

    private static String manifest(String config, String... layers) {
        return "{\"schemaVersion\":2,\"mediaType\":\"%s\",\"config\":%s,\"layers\":[%s]}"
                .formatted(MediaTypes.MANIFEST, config, String.join(",", layers));
    }

    private static String index(String... manifests) {
        return "{\"schemaVersion\":2,\"mediaType\":\"%s\",\"manifests\":[%s]}"
                .formatted(MediaTypes.INDEX, String.join(",", List.of(manifests)));
    }
}
