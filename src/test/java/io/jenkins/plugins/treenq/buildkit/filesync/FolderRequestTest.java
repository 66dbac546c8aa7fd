// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.filesync;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.grpc.Metadata;
import java.util.List;
import org.junit.jupiter.api.Test;

class FolderRequestTest {
    @Test
    void keepsTheOrderOfRepeatedValues() {
        FolderRequest request = FolderRequest.of(LocalDaemon.headers(
                "dir-name", "context",
                "exclude-patterns", "*",
                "exclude-patterns", "!a+b%20",
                "include-patterns", "b",
                "followpaths", "c",
                "followpaths", "d"));
        assertEquals(new FolderRequest("context", List.of("b"), List.of("*", "!a+b%20"), List.of("c", "d")), request);
    }

    @Test
    void decodesEncodedValues() {
        FolderRequest request = FolderRequest.of(LocalDaemon.headers(
                "dir-name", "context",
                "exclude-patterns-encoded", "1",
                "exclude-patterns", "%21gr%C3%BC%C3%9Fe+und+%2B",
                "exclude-patterns", "%F0%9F%98%80",
                "followpaths", "a+b"));
        assertEquals(List.of("!grüße und +", "😀"), request.excludes());
        assertEquals(List.of("a+b"), request.followPaths());
    }

    @Test
    void refusesValuesWithAnInvalidEncoding() {
        Metadata headers = LocalDaemon.headers("followpaths-encoded", "1", "followpaths", "%zz");
        assertThrows(IllegalArgumentException.class, () -> FolderRequest.of(headers));
    }

    @Test
    void isEmptyWithoutMetadata() {
        assertEquals(new FolderRequest("", List.of(), List.of(), List.of()), FolderRequest.of(new Metadata()));
    }
}
