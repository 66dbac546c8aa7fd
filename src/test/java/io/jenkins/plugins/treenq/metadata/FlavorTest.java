// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.metadata;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.google.gson.JsonObject;
import java.util.List;
import java.util.Locale;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The inputs and values are those of docker/metadata-action's tests. */
class FlavorTest {
    static Stream<JsonObject> flavors() {
        return Cases.of("FlavorTest.json");
    }

    @ParameterizedTest
    @MethodSource("flavors")
    void flavorsAreParsedLikeInTheAction(JsonObject flavor) {
        List<String> lines = Cases.texts(flavor, "flavor");
        if (Cases.isInvalid(flavor)) {
            assertThrows(InvalidRuleException.class, () -> Flavor.parse(lines, UnaryOperator.identity()));
            return;
        }
        JsonObject expected = flavor.getAsJsonObject("expected");
        assertEquals(
                new Flavor(
                        Flavor.Latest.valueOf(
                                expected.get("latest").getAsString().toUpperCase(Locale.ROOT)),
                        expected.get("prefix").getAsString(),
                        expected.get("prefixLatest").getAsBoolean(),
                        expected.get("suffix").getAsString(),
                        expected.get("suffixLatest").getAsBoolean()),
                Flavor.parse(lines, UnaryOperator.identity()));
    }

    @ParameterizedTest
    @ValueSource(strings = {"prefix={{nothing}}", "suffix=x,onlatest=yes"})
    void invalidFlavorsAreRefused(String line) {
        assertThrows(InvalidRuleException.class, () -> Flavor.parse(List.of(line), UnaryOperator.identity()));
    }
}
