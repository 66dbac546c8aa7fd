// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.metadata;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.google.gson.JsonObject;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Some inputs and values are those of docker/metadata-action's tests. */
class TemplateTest {
    static Stream<JsonObject> patterns() {
        return Cases.of("TemplateTest.json");
    }

    @ParameterizedTest
    @MethodSource("patterns")
    void onlyAPatternThatConsistsOfRawIsTheRawVersion(JsonObject pattern) {
        assertEquals(pattern.get("raw").getAsBoolean(), isRaw(Cases.text(pattern, "pattern")));
    }

    private static boolean isRaw(String pattern) {
        try {
            return Template.parse(pattern, TemplateNames.VERSION).isOnly("raw");
        } catch (InvalidRuleException e) {
            return false;
        }
    }

    private static String evaluated(String text) {
        return Template.parse(text, TemplateNames.GLOBAL)
                .evaluate(expression -> "<" + expression.name()
                        + (expression.format().isEmpty() ? "" : "|" + expression.format() + "|" + expression.zone())
                        + ">");
    }

    @Test
    void expressionsAreReplaced() {
        assertEquals("", evaluated(""));
        assertEquals("a{b}c", evaluated("a{b}c"));
        assertEquals("<branch>-<sha>", evaluated("{{branch}}-{{ sha }}"));
        assertEquals("<branch>}", evaluated("{{{branch}}}}"));
        assertEquals("<date|YYYY|UTC>", evaluated("{{date 'YYYY'}}"));
        assertEquals("<date|[}}] YYYY|Asia/Tokyo>", evaluated("{{date '[}}] YYYY' tz = \"Asia/Tokyo\"}}"));
    }

    @Test
    void valuesOfExpressionsAreNotParsed() {
        assertEquals(
                "{{sha}}", Template.parse("{{branch}}", TemplateNames.GLOBAL).evaluate(expression -> "{{sha}}"));
    }

    @Test
    void manyBracesAreParsedInShortTime() {
        String braces = "{{".repeat(500_000);

        String message = assertThrows(InvalidRuleException.class, () -> Template.parse(braces, TemplateNames.GLOBAL))
                .getMessage();

        assertFalse(message.contains("\n"), message);
    }
}
