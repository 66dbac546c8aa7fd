// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.metadata;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import com.google.gson.JsonObject;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Compares versions with node-semver and @renovate/pep440, which docker/metadata-action uses. */
class VersionsTest {
    static Stream<JsonObject> semanticVersions() {
        return Cases.of("SemanticVersionTest.json");
    }

    static Stream<JsonObject> pythonVersions() {
        return Cases.of("PythonVersionTest.json");
    }

    @ParameterizedTest
    @MethodSource("semanticVersions")
    void semanticVersionsAreParsedLikeInNode(JsonObject expected) {
        SemanticVersion version = SemanticVersion.parse(Cases.text(expected, "text"));
        if (!expected.has("version")) {
            assertNull(version);
            return;
        }
        assertEquals(Cases.text(expected, "version"), version.toString());
        assertEquals(Cases.text(expected, "major"), Long.toString(version.major()));
        assertEquals(Cases.text(expected, "minor"), Long.toString(version.minor()));
        assertEquals(Cases.text(expected, "patch"), Long.toString(version.patch()));
        assertEquals(expected.get("release").getAsBoolean(), version.isRelease());
    }

    @ParameterizedTest
    @MethodSource("pythonVersions")
    void versionsOfPythonAreNormalized(JsonObject expected) {
        PythonVersion version = PythonVersion.parse(Cases.text(expected, "text"));
        if (!expected.has("version")) {
            assertNull(version);
            return;
        }
        // The library puts commas into local versions of several parts, where PEP 440 has full stops.
        assertEquals(Cases.text(expected, "version").replace(',', '.'), version.normalized());
        assertEquals(Cases.text(expected, "major"), version.number(0));
        assertEquals(Cases.text(expected, "minor"), version.number(1));
        assertEquals(Cases.text(expected, "patch"), version.number(2));
        assertEquals(expected.get("release").getAsBoolean(), version.last());
    }
}
