// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.jenkins.plugins.treenq.buildkit.BuildListener;
import io.jenkins.plugins.treenq.buildkit.Daemon;
import io.jenkins.plugins.treenq.buildkit.Endpoint;
import io.jenkins.plugins.treenq.buildkit.registry.RegistryLogins;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The number of round trips of a build without changes. The daemon itself needs eight: one for the build to reach it
 * and for its first request to come back, then three for the Dockerfile, two for the ignore file and two for the
 * context, the last of which brings the result.
 */
@Timeout(600)
class RoundTripsTest {
    private static final String DAEMONS = "io.jenkins.plugins.treenq.buildkit.Daemon#all";
    private static final int OF_THE_DAEMON = 8;

    /** The start of HTTP/2, and the version request. The connection has no TLS, which would need one more. */
    private static final int TO_CONNECT = 2;

    /** A busy machine can split data that belongs together, so a count may be too high, but never too low. */
    private static final int ATTEMPTS = 20;

    /** buildctl needs so many more round trips that a second attempt is enough. */
    private static final int ATTEMPTS_OF_BUILDCTL = 2;

    @TempDir
    Path folder;

    @TempDir
    Path scratch;

    private interface Build {
        void run() throws Exception;
    }

    private static int fewestTurns(Relay relay, int enough, int attempts, Build build) throws Exception {
        int fewest = Integer.MAX_VALUE;
        for (int i = 0; i < attempts && fewest > enough; i++) {
            int before = relay.turns();
            build.run();
            fewest = Math.min(fewest, relay.turns() - before);
        }
        return fewest;
    }

    private void build(Endpoint endpoint) throws Exception {
        try (BuildkitClient client = BuildkitClient.connectForBuild(endpoint)) {
            client.build(Builds.request().build(), Builds.content(folder, RegistryLogins.NONE), BuildListener.NONE);
        }
    }

    @ParameterizedTest
    @MethodSource(DAEMONS)
    void aBuildHasNoMoreRoundTripsThanTheDaemonNeeds(Daemon daemon) throws Exception {
        Builds.dockerfile(folder, "FROM busybox\nRUN true\nCOPY Dockerfile /\n");
        build(daemon.endpoint());
        try (Relay relay = Relay.inTurn(daemon.socket())) {
            Endpoint endpoint = relay.endpoint(null);
            int first = fewestTurns(relay, OF_THE_DAEMON + TO_CONNECT, ATTEMPTS, () -> {
                BuildkitClient.closeIdleConnections();
                build(endpoint);
            });
            int next = fewestTurns(relay, OF_THE_DAEMON, ATTEMPTS, () -> build(endpoint));
            int buildctl = fewestTurns(relay, 0, ATTEMPTS_OF_BUILDCTL, () -> {
                List<String> line = List.of(
                        daemon.buildctlLine(List.of()).get(0),
                        "--addr",
                        relay.address(),
                        "build",
                        "--frontend=dockerfile.v0",
                        "--local=context=" + folder,
                        "--local=dockerfile=" + folder);
                Process process = new ProcessBuilder(line)
                        .redirectErrorStream(true)
                        .redirectOutput(scratch.resolve("log").toFile())
                        .start();
                assertEquals(0, process.waitFor());
            });
            String counts = "first " + first + ", next " + next + ", buildctl " + buildctl;
            System.out.println(daemon.version() + ": round trips: " + counts);
            assertTrue(first <= OF_THE_DAEMON + TO_CONNECT, counts);
            assertTrue(next <= OF_THE_DAEMON, counts);
            assertTrue(first < buildctl, counts);
        }
    }
}
