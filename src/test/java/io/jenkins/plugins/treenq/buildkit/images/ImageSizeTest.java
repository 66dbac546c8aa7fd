// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.images;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.jenkins.plugins.treenq.buildkit.Digest;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class ImageSizeTest {
    private static final String LAYER = "application/vnd.oci.image.layer.v1.tar+gzip";
    private static final String CONFIG = "application/vnd.oci.image.config.v1+json";

    private final Map<Digest, byte[]> manifests = new HashMap<>();

    @Test
    void layersAndConfigurationCountOnce() throws Exception {
        put(1, manifest(blob(CONFIG, 10, 7), blob(LAYER, 20, 100), blob(LAYER, 20, 100), blob(LAYER, 21, 1)));

        assertEquals(OptionalLong.of(108), size(1));
    }

    @Test
    void platformsOfAnIndexShareLayersAndAttestationsDoNotCount() throws Exception {
        put(1, manifest(blob(CONFIG, 10, 7), blob(LAYER, 20, 100)));
        put(2, manifest(blob(CONFIG, 11, 7), blob(LAYER, 20, 100), blob(LAYER, 21, 1)));
        put(
                3,
                index(
                        blob(MediaTypes.MANIFEST, 1, 500),
                        blob(MediaTypes.MANIFEST, 2, 500),
                        "{\"mediaType\":\"%s\",\"digest\":\"%s\",\"size\":9,\"annotations\":{\"vnd.docker.reference.type\":\"attestation-manifest\"}}"
                                .formatted(MediaTypes.MANIFEST, digest(99))));

        assertEquals(OptionalLong.of(115), size(3));
    }

    @Test
    void missingOrInvalidManifestsHaveNoSize() throws Exception {
        put(1, "{");
        put(2, index(blob(MediaTypes.MANIFEST, 98, 500)));
        put(3, index(blob(MediaTypes.MANIFEST, 3, 500)));

        assertEquals(OptionalLong.empty(), size(0));
        assertEquals(OptionalLong.empty(), size(1));
        assertEquals(OptionalLong.empty(), size(2));
        assertEquals(OptionalLong.of(0), size(3));
    }

    @Test
    void theNumberOfManifestsIsLimited() throws Exception {
        for (int i = 0; i < 90; i++) {
            put(i, index(blob(MediaTypes.INDEX, i + 1, 500)));
        }
        put(90, manifest(blob(CONFIG, 1000, 1)));

        assertEquals(OptionalLong.empty(), size(0));
        assertEquals(OptionalLong.of(1), size(60));
    }

    @Test
    void theNumberOfLayersIsLimited() throws Exception {
        String[] layers = new String[10_000];
        for (int i = 0; i < layers.length; i++) {
            layers[i] = blob(LAYER, 1000 + i, 1);
        }
        put(1, manifest(layers[0], layers));
        put(2, manifest(blob(CONFIG, 100, 1), layers));

        assertEquals(OptionalLong.of(10_000), size(1));
        assertEquals(OptionalLong.empty(), size(2));
    }

    private OptionalLong size(int number) throws InterruptedException {
        return ImageSize.of(digest(number), digest -> Optional.ofNullable(manifests.get(digest)));
    }

    private void put(int number, String json) {
        manifests.put(digest(number), json.getBytes(StandardCharsets.UTF_8));
    }

    private static Digest digest(int number) {
        return new Digest("sha256:" + "%064x".formatted(number));
    }

    private static String blob(String type, int number, int size) {
        return "{\"mediaType\":\"%s\",\"digest\":\"%s\",\"size\":%d}".formatted(type, digest(number), size);
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
