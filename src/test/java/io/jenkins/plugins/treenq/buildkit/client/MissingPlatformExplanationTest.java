// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.client;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.jenkins.plugins.treenq.buildkit.BuildRequest;
import io.jenkins.plugins.treenq.buildkit.BuildkitException;
import io.jenkins.plugins.treenq.buildkit.FailureReason;
import io.jenkins.plugins.treenq.buildkit.SourceLocation;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Explanations without a list of the platforms that an image has. */
class MissingPlatformExplanationTest {
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            FROM a | linux/s390x | Dockerfile:1: base image a does not support linux/s390x; choose another image or platform
            FROM a | linux/s390x,linux/amd64 | it failed
            FROM a | '' | it failed
            FROM --platform=linux/riscv64 a | linux/s390x | it failed
            FROM --platform=linux/riscv64 a | '' | it failed
            """)
    void onlyAPlatformThatIsKnownToBeMissingIsNamed(String instruction, String platforms, String line)
            throws Exception {
        BuildRequest request = BuildRequest.builder()
                .frontend("dockerfile.v0")
                .options(Map.of("platform", platforms))
                .build();
        BuildkitException.BuildFailedException failure = new BuildkitException.BuildFailedException(
                "it failed",
                new SourceLocation("Dockerfile", List.of(instruction), List.of(new SourceLocation.Lines(1, 1))),
                -1,
                new FailureReason.NoPlatform("a"),
                null);

        assertEquals(
                line,
                new FailureExplanation(null, request, null, null).of(failure).getMessage());
    }
}
