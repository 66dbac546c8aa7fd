// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonParser;
import io.jenkins.plugins.treenq.buildkit.BuildEvent;
import io.jenkins.plugins.treenq.buildkit.BuildListener;
import io.jenkins.plugins.treenq.buildkit.BuildRequest;
import io.jenkins.plugins.treenq.buildkit.BuildkitException;
import io.jenkins.plugins.treenq.buildkit.Daemon;
import io.jenkins.plugins.treenq.buildkit.session.Secrets;
import io.jenkins.plugins.treenq.buildkit.session.SessionContent;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/** Builds of LLB definitions without a frontend. */
@ParameterizedClass
@MethodSource("io.jenkins.plugins.treenq.buildkit.Daemon#all")
class LlbBuildTest {
    private static final String IMAGE = "docker.io/library/busybox:latest";

    @Parameter
    Daemon daemon;

    @TempDir
    Path scratch;

    private SessionContent content() throws Exception {
        return new SessionContent(Map.of(), daemon.logins(), Secrets.NONE, "");
    }

    @Test
    void theDigestOfADefinitionsImageEqualsBuildctls() throws Exception {
        byte[] definition = Llb.run(IMAGE, "echo " + UUID.randomUUID() + " > /made");
        String name = daemon.registry() + "/client/llb-" + daemon.version();
        String ours;
        try (BuildkitClient client = BuildkitClient.connect(daemon.endpoint())) {
            ours = client.build(
                            Builds.request(Builds.push(name + ":1"))
                                    .definition(definition)
                                    .build(),
                            content(),
                            BuildListener.NONE)
                    .digest()
                    .orElseThrow()
                    .value();
        }
        Path metadata = scratch.resolve("metadata.json");
        daemon.buildctl(
                scratch,
                List.of(
                        "build",
                        "--opt=build-arg:SOURCE_DATE_EPOCH=1700000000",
                        "--output=type=image,name=" + name + ":2,push=true,rewrite-timestamp=true",
                        "--metadata-file=" + metadata),
                definition);
        assertEquals(
                JsonParser.parseString(Files.readString(metadata))
                        .getAsJsonObject()
                        .get("containerimage.digest")
                        .getAsString(),
                ours);
    }

    @Test
    void withoutCacheEveryOperationRunsAgain() throws Exception {
        byte[] definition = Llb.run(IMAGE, "echo made of " + UUID.randomUUID());
        try (BuildkitClient client = BuildkitClient.connect(daemon.endpoint())) {
            BuildRequest.Builder request = BuildRequest.builder().definition(definition);
            assertTrue(runs(client, request));
            assertFalse(runs(client, request));
            assertTrue(runs(client, request.option("no-cache", "")));
        }
    }

    /** Returns whether the command was executed and not cached. */
    private boolean runs(BuildkitClient client, BuildRequest.Builder request) throws Exception {
        AtomicBoolean ran = new AtomicBoolean();
        client.build(request.ref(BuildRequest.newRef()).build(), content(), event -> {
            if (event instanceof BuildEvent.Output output && output.text().contains("made of")) {
                ran.set(true);
            }
        });
        return ran.get();
    }

    @Test
    void aFailedOperationIsReported() throws Exception {
        try (BuildkitClient client = BuildkitClient.connect(daemon.endpoint())) {
            BuildkitException.BuildFailedException failure = assertThrows(
                    BuildkitException.BuildFailedException.class,
                    () -> client.build(
                            BuildRequest.builder()
                                    .definition(Llb.run(IMAGE, "exit 9"))
                                    .build(),
                            content(),
                            BuildListener.NONE));
            assertEquals(9, failure.exitCode());
        }
    }

    @Test
    void anInvalidDefinitionIsNotSent() throws Exception {
        try (BuildkitClient client = BuildkitClient.connect(daemon.endpoint())) {
            for (BuildRequest request : List.of(
                    BuildRequest.builder().definition(new byte[0]).build(),
                    BuildRequest.builder().definition(new byte[] {7, 7, 7}).build(),
                    BuildRequest.builder().frontend("").build(),
                    BuildRequest.builder()
                            .definition(Llb.run(IMAGE, "true"))
                            .frontend("dockerfile.v0")
                            .build())) {
                assertThrows(
                        BuildkitException.InvalidRequestException.class,
                        () -> client.build(request, content(), BuildListener.NONE));
            }
        }
    }
}
