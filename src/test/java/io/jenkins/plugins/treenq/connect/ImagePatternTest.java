// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.connect;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Image names from a pattern and from arbitrary names of repositories. */
class ImagePatternTest {
    @ParameterizedTest
    @CsvSource({
        "web, web",
        "My Web, my-web",
        "a__b, a__b",
        "a___b, a-b",
        "a.-b, a-b",
        "..hidden.., hidden",
        "evil.com/x:5000@sha256, evil.com-x-5000-sha256",
        "a--b, a--b",
        "ÄÖ-x, x",
        "../../other, other"
    })
    void aValueBecomesOneValidPathComponent(String value, String component) {
        assertEquals(
                "registry.example.com/shop/" + component,
                ImagePattern.expand("registry.example.com/shop/${repository}", Map.of(ImagePattern.REPOSITORY, value)));
    }

    @ParameterizedTest
    @CsvSource(
            quoteCharacter = '"',
            value = {
                "\"\", it is empty",
                "${repository}, a variable in the name of the registry",
                "${organization}.example.com/web, a variable in the name of the registry",
                "registry.example.com/${user}, there is no variable ${user}",
                "registry.example.com/$repository, '$' begins a variable",
                "registry.example.com/web:1.4, has a tag or a digest",
                "registry.example.com/Web, lower-case letters",
                "registry.example.com/${organization}/web, is in no folder"
            })
    void anInvalidPatternIsRefusedWithTheReason(String pattern, String why) {
        IllegalArgumentException failure = assertThrows(
                IllegalArgumentException.class,
                () -> ImagePattern.expand(pattern, Map.of(ImagePattern.REPOSITORY, "web")));
        assertThat(failure.getMessage(), containsString(why));
    }

    @Test
    void theExampleHasAValueForEachVariable() {
        assertEquals(
                "registry.example.com/shop/web",
                ImagePattern.example("registry.example.com/${organization}/${repository}"));
    }

    @ParameterizedTest
    @CsvSource({"., Dockerfile, Dockerfile", "app/, ./Dockerfile, app/Dockerfile", "app, ../../x, x", "/a//b, c, a/b/c"
    })
    void aDockerfilePathCannotLeaveTheRepository(String context, String dockerfile, String path) {
        assertEquals(path, SubfolderPath.of(context, dockerfile));
    }
}
