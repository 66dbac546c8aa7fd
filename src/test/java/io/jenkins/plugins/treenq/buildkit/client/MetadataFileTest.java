// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class MetadataFileTest {
    private static final String DESCRIPTOR = """
            {"mediaType":"application/vnd.oci.image.manifest.v1+json","size":480,"digest":"sha256:00",\
            "platform":{"architecture":"arm","os":"linux","variant":"v7"},"annotations":{"ratio":0.5,"none":null}}""";

    @Test
    void jsonObjectsInBase64AreUnpacked() {
        Map<?, ?> descriptor = assertInstanceOf(
                Map.class,
                MetadataFile.of(Map.of("containerimage.descriptor", base64(DESCRIPTOR)))
                        .values()
                        .get("containerimage.descriptor"));

        assertEquals(480L, descriptor.get("size"));
        assertEquals(0.5, ((Map<?, ?>) descriptor.get("annotations")).get("ratio"));
    }

    @Test
    void listsOfObjectsInBase64AreUnpacked() {
        assertEquals(
                List.of(Map.of("a", "b")),
                MetadataFile.of(Map.of("list", base64("[{\"a\":\"b\"}]")))
                        .values()
                        .get("list"));
    }

    @Test
    void otherValuesAreNotChanged() {
        // The last three are base64, of text, of an empty object and of a list of something else.
        for (String value : List.of("sha256:ab", "localhost:5000/a/b:1", base64("text"), base64("{}"), base64("[1]"))) {
            assertEquals(value, MetadataFile.of(Map.of("key", value)).values().get("key"));
        }
    }

    @Test
    void aNumberThatIsTooLargeBecomesText() {
        MetadataFile metadata = MetadataFile.of(Map.of("key", base64("{\"a\":1e999,\"b\":-1e999,\"c\":1e3}")));

        assertEquals(
                Map.of("a", "1e999", "b", "-1e999", "c", 1000.0),
                metadata.values().get("key"));
        assertEquals("""
                {
                  "key": {
                    "a": "1e999",
                    "b": "-1e999",
                    "c": 1000.0
                  }
                }""", metadata.json());
    }

    @Test
    void theDescriptorContainsThePlatform() {
        MetadataFile metadata = MetadataFile.of(Map.of("containerimage.descriptor", base64(DESCRIPTOR)));

        assertEquals(List.of("linux/arm/v7"), metadata.platforms());
        assertEquals(List.of(), MetadataFile.of(Map.of()).platforms());
    }

    @Test
    void theFileIsReadableJsonWithSortedKeys() {
        assertEquals("""
                {
                  "a": "<&>",
                  "b": "2"
                }""", MetadataFile.of(Map.of("b", "2", "a", "<&>")).json());
    }

    private static String base64(String text) {
        return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }
}
