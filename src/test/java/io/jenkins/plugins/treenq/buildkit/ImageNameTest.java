// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ImageNameTest {
    private static final String DIGEST = "sha256:" + "0123456789abcdef".repeat(4);

    @ParameterizedTest
    @CsvSource({
        "busybox, docker.io/library/busybox:latest",
        "busybox:1.36, docker.io/library/busybox:1.36",
        "org/app, docker.io/org/app:latest",
        "index.docker.io/org/app, docker.io/org/app:latest",
        "localhost/app, localhost/app:latest",
        "localhost:5000/app:x, localhost:5000/app:x",
        "registry.example.com/a/b__c/d-e.f:V1.0_x-y, registry.example.com/a/b__c/d-e.f:V1.0_x-y",
        "[::1]:5000/app, [::1]:5000/app:latest",
        "Registry/app, Registry/app:latest",
    })
    void namesAreCompletedAsDockerDoes(String text, String complete) {
        assertEquals(complete, ImageName.parse(text).toString());
    }

    @Test
    void aDigestIsAcceptedWithAndWithoutATag() {
        assertEquals("", ImageName.parse("a/b@" + DIGEST).tag());
        assertEquals(
                "docker.io/a/b:1@" + DIGEST, ImageName.parse("a/b:1@" + DIGEST).toString());
        assertEquals("docker.io/a/b@" + DIGEST, ImageName.parse("a/b:1").at(new Digest(DIGEST)));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "app ",
                "App",
                "a//b",
                "a/-b",
                "a:",
                "a:-x",
                "a:b:c",
                "a@sha256:12",
                "a,b",
                "a b",
                "-x/y",
                "http://a/b",
                "registry.example.com:port/a",
                "a\nb",
                "registry.example.com/"
            })
    void anInvalidNameIsRefused(String text) {
        assertThrows(IllegalArgumentException.class, () -> ImageName.parse(text));
    }

    @ParameterizedTest
    @CsvSource({
        "web:branch/foo, branch/foo, branch-foo",
        "localhost:5000/web:branch/foo, branch/foo, branch-foo",
        "registry.example.com/shop/web:feature/a/b, feature/a/b, feature-a-b",
        "web:PR#1, PR#1, PR-1",
        "a/web:-x, -x, x",
    })
    void anInvalidTagIsReportedWithASuggestion(String text, String tag, String possible) {
        assertEquals(
                "'" + text + "' is not an image name: '" + tag
                        + "' is not a tag; a tag has up to 128 letters, digits, '.', '_' and '-', and does not start with '.' or"
                        + " '-'; it could be '" + possible + "'",
                assertThrows(IllegalArgumentException.class, () -> ImageName.parse(text))
                        .getMessage());
    }

    @Test
    void theLengthsOfNamesAndTagsAreLimited() {
        ImageName.parse("a/" + "b".repeat(200) + ":" + "t".repeat(128));
        assertTrue(assertThrows(IllegalArgumentException.class, () -> ImageName.parse("a/" + "b".repeat(250)))
                .getMessage()
                .contains("255"));
        assertThrows(IllegalArgumentException.class, () -> ImageName.parse("a:" + "t".repeat(129)));
    }
}
