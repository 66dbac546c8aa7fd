// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.images;

import static org.junit.jupiter.api.Assertions.assertEquals;

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
    void layersHaveTheInstructionsThatCreatedThem() throws Exception {
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
    void attestationsBelongToTheirPlatform() throws Exception {
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
    }

    @Test
    void textsAreMaskedBeforeTheyAreTruncated() throws Exception {
        String text = "x".repeat(990) + "a secret of many words";
        put(1, index("""
                {"mediaType":"%s","digest":"%s","size":1}
                """.formatted(MediaTypes.MANIFEST, digest(2)), attestation(3, 2)));
        put(2, manifest(blob(CONFIG, 10), blob(LAYER, 20)));
        put(3, manifest(blob(CONFIG, 11), statement(30, "https://slsa.dev/provenance/v1")));
        put(10, "{\"history\":[{\"created_by\":\"%s\"}]}".formatted(text));
        put(30, """
                {"predicate":{"buildDefinition":{"resolvedDependencies":[{"uri":"%1$s"}]},
                  "runDetails":{"builder":{"id":"%1$s"},"metadata":{"buildkit_metadata":{"vcs":{"source":"%1$s"}}}}}}
                """.formatted(text));

        ImageContent.Variant variant = ImageContentReader.read(
                        digest(1),
                        digest -> Optional.ofNullable(blobs.get(digest)),
                        each -> each.replace("a secret of many words", "****"))
                .variants()
                .get(0);

        String masked = "x".repeat(990) + "****";
        assertEquals(masked, variant.layers().get(0).createdBy());
        assertEquals(
                List.of(new ImageContent.Attested(
                        "https://slsa.dev/provenance/v1",
                        100,
                        masked,
                        masked,
                        List.of(new ImageContent.Material(masked, "")))),
                variant.attestations());
    }

    @Test
    void invalidPartsAreOmitted() throws Exception {
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
    void allNumbersAndSizesAreLimited() throws Exception {
        String text = "x".repeat(5_000);
        String[] layers = new String[600];
        for (int i = 0; i < layers.length; i++) {
            layers[i] = blob(LAYER, 1000 + i);
        }
        put(1, manifest(blob(CONFIG, 10), layers));
        put(10, "{\"history\":[" + "{\"created_by\":\"%s\"},".formatted(text).repeat(599) + "{\"created_by\":\"\"}]}");

        put(2, "{\"history\":[]}");
        String[] images = new String[5];
        for (int i = 0; i < images.length; i++) {
            put(100 + i, manifest(blob(CONFIG, i == 0 ? 10 : 2), layers));
            images[i] = blob(MediaTypes.MANIFEST, 100 + i);
        }
        put(3, index(images));

        List<ImageContent.Layer> read = read(1).variants().get(0).layers();

        assertEquals(600, read.size());
        assertEquals(1001, read.get(0).createdBy().length());
        assertEquals(
                List.of(600, 600, 600, 200, 0),
                read(3).variants().stream().map(each -> each.layers().size()).toList());
    }

    @Test
    void theNumberOfAttestationsIsLimitedForTheWholeImage() throws Exception {
        String[] statements = new String[60];
        for (int i = 0; i < statements.length; i++) {
            statements[i] = statement(1000 + i, "https://slsa.dev/provenance/v1");
            String[] materials = new String[400];
            for (int j = 0; j < materials.length; j++) {
                materials[j] = "{\"uri\":\"%d/%d\"}".formatted(i, j);
            }
            put(1000 + i, "{\"predicate\":{\"materials\":[%s]}}".formatted(String.join(",", materials)));
        }
        String[] children = new String[60];
        children[0] = blob(MediaTypes.MANIFEST, 2);
        for (int i = 1; i < children.length; i++) {
            children[i] = attestation(100 + i, 2);
            put(100 + i, manifest(blob(CONFIG, 11), statements));
        }
        put(1, index(children));
        put(2, manifest(blob(CONFIG, 10), blob(LAYER, 20)));

        List<ImageContent.Attested> attested = read(1).variants().get(0).attestations();

        assertEquals(200, attested.size());
        assertEquals(
                1000,
                attested.stream().mapToInt(each -> each.materials().size()).sum());
    }

    @Test
    void duplicatesAreReadOnce() throws Exception {
        String statement = statement(30, "https://slsa.dev/provenance/v1");
        put(1, index(blob(MediaTypes.MANIFEST, 2), blob(MediaTypes.MANIFEST, 2), attestation(3, 2), attestation(3, 2)));
        put(2, manifest(blob(CONFIG, 10), blob(LAYER, 20)));
        put(3, manifest(blob(CONFIG, 11), statement, statement));
        put(30, "{\"predicate\":{\"materials\":[{\"uri\":\"a\"},{\"uri\":\"a\"}]}}");

        ImageContent content = read(1);

        assertEquals(1, content.variants().size());
        assertEquals(
                List.of(new ImageContent.Attested(
                        "https://slsa.dev/provenance/v1", 100, "", "", List.of(new ImageContent.Material("a", "")))),
                content.variants().get(0).attestations());
    }

    @Test
    void blobsThatAreLargerThanTheirDescriptorAreOmitted() throws Exception {
        String space = " ".repeat(4 << 20);
        put(1, manifest(blob(CONFIG, 10), blob(LAYER, 20)));
        put(10, "{\"history\":[{\"created_by\":\"RUN make\"}]}" + space);
        put(2, manifest(blob(CONFIG, 10), blob(LAYER, 20)) + space);

        assertEquals("", read(1).variants().get(0).layers().get(0).createdBy());
        assertEquals(List.of(), read(2).variants());
    }

    private ImageContent read(int number) throws InterruptedException {
        return ImageContentReader.read(digest(number), digest -> Optional.ofNullable(blobs.get(digest)), text -> text);
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

    private static String attestation(int number, int subject) {
        return """
                {"mediaType":"%s","digest":"%s","size":1,"annotations":{
                  "vnd.docker.reference.type":"attestation-manifest","vnd.docker.reference.digest":"%s"}}
                """.formatted(MediaTypes.MANIFEST, digest(number), digest(subject));
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
