// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.metadata;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.google.gson.JsonObject;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The inputs and values are those of docker/metadata-action's tests. */
class BaseImageTest {
    static Stream<JsonObject> images() {
        return Cases.of("BaseImageTest.json");
    }

    @ParameterizedTest
    @MethodSource("images")
    void imagesAreParsedLikeInTheAction(JsonObject images) {
        List<String> lines = Cases.texts(images, "images");
        if (Cases.isInvalid(images)) {
            assertThrows(InvalidRuleException.class, () -> BaseImage.parse(lines, UnaryOperator.identity()));
            return;
        }
        assertEquals(
                images.getAsJsonArray("expected").asList().stream()
                        .map(element -> element.getAsJsonObject())
                        .map(image -> new BaseImage(
                                image.get("name").getAsString(),
                                image.get("enable").getAsBoolean()))
                        .toList(),
                BaseImage.parse(lines, UnaryOperator.identity()));
    }
}
