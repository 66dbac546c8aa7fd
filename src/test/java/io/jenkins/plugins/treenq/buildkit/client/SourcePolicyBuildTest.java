// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.jenkins.plugins.treenq.buildkit.BuildListener;
import io.jenkins.plugins.treenq.buildkit.BuildRequest;
import io.jenkins.plugins.treenq.buildkit.BuildkitException;
import io.jenkins.plugins.treenq.buildkit.Daemon;
import io.jenkins.plugins.treenq.buildkit.SourcePolicy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/** Source policies and entitlements with a real daemon. */
@ParameterizedClass
@MethodSource("io.jenkins.plugins.treenq.buildkit.Daemon#all")
class SourcePolicyBuildTest {
    @Parameter
    Daemon daemon;

    @TempDir
    Path folder;

    @TempDir
    Path scratch;

    private String digest(BuildRequest.Builder request) throws Exception {
        try (BuildkitClient client = BuildkitClient.connect(daemon.endpoint())) {
            return client.build(request.build(), Builds.content(folder, daemon.logins()), BuildListener.NONE)
                    .digest()
                    .orElseThrow()
                    .value();
        }
    }

    @Test
    void aDeniedSourceIsNotUsed() throws Exception {
        Builds.dockerfile(folder, "FROM busybox\nRUN true\n");
        SourcePolicy policy = SourcePolicy.parse("""
                {"rules": [
                  {"action": "ALLOW", "selector": {"identifier": "docker-image://*"}},
                  {"action": "DENY", "selector": {"identifier": "docker-image://docker.io/library/busy*"}}]}""");
        BuildkitException failure = assertThrows(
                BuildkitException.class, () -> digest(Builds.request().sourcePolicy(policy)));
        assertTrue(failure.getMessage().contains("a source policy forbids "), failure.getMessage());
    }

    @Test
    void aConvertedSourceIsTheSameAsWithBuildctl() throws Exception {
        Builds.dockerfile(folder, "FROM nowhere.example.com/tools:1\nRUN echo converted > /made\n");
        String json = """
                {"rules": [{"action": "CONVERT",
                  "selector": {"identifier": "docker-image://nowhere.example.com/tools:*", "match_type": "WILDCARD"},
                  "updates": {"identifier": "docker-image://docker.io/library/busybox:latest"}}]}""";
        String name = daemon.registry() + "/client/policy-" + daemon.version();
        String ours = digest(Builds.request(Builds.push(name + ":1")).sourcePolicy(SourcePolicy.parse(json)));

        Path file = Files.writeString(scratch.resolve("policy.json"), json);
        Path metadata = scratch.resolve("metadata.json");
        daemon.buildctl(
                scratch,
                List.of(
                        "build",
                        "--frontend=dockerfile.v0",
                        "--local=context=" + folder,
                        "--local=dockerfile=" + folder,
                        "--opt=build-arg:SOURCE_DATE_EPOCH=1700000000",
                        "--source-policy-file=" + file,
                        "--output=type=image,name=" + name + ":2,push=true,rewrite-timestamp=true",
                        "--metadata-file=" + metadata));
        assertTrue(Files.readString(metadata).contains(ours), Files.readString(metadata));
    }

    @Test
    void entitlementsAreSentToTheDaemon() throws Exception {
        Builds.dockerfile(folder, "FROM busybox\nRUN --network=host true\n");
        BuildkitException failure = assertThrows(BuildkitException.class, () -> digest(Builds.request()));
        assertTrue(failure.getMessage().contains("network.host is not allowed"), failure.getMessage());
        // The daemons of the tests do not allow this entitlement.
        failure = assertThrows(
                BuildkitException.class, () -> digest(Builds.request().entitlements(List.of("network.host"))));
        assertTrue(failure.getMessage().contains("granting entitlement network.host"), failure.getMessage());
        failure = assertThrows(
                BuildkitException.class, () -> digest(Builds.request().entitlements(List.of("nonsense"))));
        assertTrue(failure.getMessage().contains("nonsense"), failure.getMessage());
    }

    @Test
    void theProxyNetworkRequiresADaemonThatSupportsIt() throws Exception {
        Builds.dockerfile(folder, "FROM scratch\nCOPY Dockerfile /\n");
        BuildRequest.Builder request =
                Builds.request(Builds.push(daemon.registry() + "/client/proxy-" + daemon.version() + ":1"));
        try (BuildkitClient client = BuildkitClient.connect(daemon.endpoint())) {
            if (client.info().atLeast(31)) {
                digest(request.proxyNetwork(true));
            } else {
                BuildkitException failure = assertThrows(
                        BuildkitException.InvalidRequestException.class, () -> digest(request.proxyNetwork(true)));
                assertTrue(failure.getMessage().contains("v0.31"), failure.getMessage());
            }
        }
    }

    @Test
    void aFrontendImageIsPulledAndRun() throws Exception {
        Builds.dockerfile(folder, "FROM busybox\n");
        // A shell is no frontend, but its end shows that it was run.
        BuildkitException.BuildFailedException failure = assertThrows(
                BuildkitException.BuildFailedException.class,
                () -> digest(BuildRequest.builder()
                        .frontend("gateway.v0")
                        .option("source", "docker.io/library/busybox:latest")));
        assertEquals(1, failure.exitCode(), failure.getMessage());
    }

    /** Needs an image of docker/dockerfile, which the registries of the tests do not contain by default. */
    @Test
    void aFrontendImageBuildsTheSameImageAsWithBuildctl() throws Exception {
        String image = System.getenv("TREENQ_FRONTEND_IMAGE");
        assumeTrue(image != null, "needs a frontend's image in $TREENQ_FRONTEND_IMAGE");
        Builds.dockerfile(folder, "FROM busybox\nRUN echo by a frontend > /made\n");
        String name = daemon.registry() + "/client/gateway-" + daemon.version();
        String ours = digest(
                Builds.request(Builds.push(name + ":1")).frontend("gateway.v0").option("source", image));
        Path metadata = scratch.resolve("metadata.json");
        daemon.buildctl(
                scratch,
                List.of(
                        "build",
                        "--frontend=gateway.v0",
                        "--opt=source=" + image,
                        "--local=context=" + folder,
                        "--local=dockerfile=" + folder,
                        "--opt=build-arg:SOURCE_DATE_EPOCH=1700000000",
                        "--output=type=image,name=" + name + ":2,push=true,rewrite-timestamp=true",
                        "--metadata-file=" + metadata));
        assertTrue(Files.readString(metadata).contains(ours), Files.readString(metadata));
    }
}
