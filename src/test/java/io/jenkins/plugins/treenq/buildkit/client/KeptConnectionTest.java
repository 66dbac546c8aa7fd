// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.jenkins.plugins.treenq.buildkit.BuildListener;
import io.jenkins.plugins.treenq.buildkit.BuildkitException;
import io.jenkins.plugins.treenq.buildkit.Daemon;
import io.jenkins.plugins.treenq.buildkit.Endpoint;
import io.jenkins.plugins.treenq.buildkit.Tls;
import io.jenkins.plugins.treenq.buildkit.registry.RegistryLogins;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A build uses the connection of the previous one, and no build fails because that connection was lost. */
@Timeout(300)
class KeptConnectionTest {
    private static final String DAEMONS = "io.jenkins.plugins.treenq.buildkit.Daemon#all";

    @TempDir
    Path folder;

    @BeforeEach
    void context() throws Exception {
        Builds.dockerfile(folder, "FROM scratch\nCOPY Dockerfile /\n");
        BuildkitClient.closeIdleConnections();
    }

    private void build(Endpoint endpoint) throws Exception {
        try (BuildkitClient client = BuildkitClient.connectForBuild(endpoint)) {
            client.build(Builds.request().build(), Builds.content(folder, RegistryLogins.NONE), BuildListener.NONE);
        }
    }

    private static Tls tls(Daemon daemon, String serverName) throws Exception {
        return new Tls(serverName, daemon.caPem(), daemon.certificatePem(), daemon.keyPem());
    }

    @ParameterizedTest
    @MethodSource(DAEMONS)
    void theNextBuildUsesTheConnectionOfTheFirst(Daemon daemon) throws Exception {
        try (Relay relay = Relay.to(daemon.address())) {
            build(relay.endpoint(tls(daemon, "localhost")));
            build(relay.endpoint(tls(daemon, "localhost")));
            try (BuildkitClient client = BuildkitClient.connectForBuild(relay.endpoint(tls(daemon, "localhost")))) {
                assertEquals(daemon.version(), client.info().version());
            }
            assertEquals(1, relay.connections());
            // A check that a daemon is reachable must not use a kept connection.
            BuildkitClient.connect(relay.endpoint(tls(daemon, "localhost"))).close();
            assertEquals(2, relay.connections());
        }
    }

    @ParameterizedTest
    @MethodSource(DAEMONS)
    void aClientWithAnotherEndpointDoesNotUseTheConnection(Daemon daemon) throws Exception {
        try (Relay relay = Relay.to(daemon.address())) {
            build(relay.endpoint(tls(daemon, "localhost")));
            for (Tls other : new Tls[] {
                tls(daemon, "buildkit.invalid"),
                new Tls("localhost", daemon.caPem(), "", ""),
                new Tls("localhost", "", daemon.certificatePem(), daemon.keyPem())
            }) {
                assertThrows(BuildkitException.TlsRefusedException.class, () -> build(relay.endpoint(other)));
            }
            assertThrows(BuildkitException.UnreachableException.class, () -> build(relay.endpoint(null)));
            assertTrue(relay.connections() >= 5, "connections: " + relay.connections());
        }
    }

    @ParameterizedTest
    @MethodSource(DAEMONS)
    void concurrentClientsHaveSeparateConnections(Daemon daemon) throws Exception {
        try (Relay relay = Relay.to(daemon.address())) {
            Endpoint endpoint = relay.endpoint(tls(daemon, "localhost"));
            build(endpoint);
            try (BuildkitClient first = BuildkitClient.connectForBuild(endpoint);
                    BuildkitClient second = BuildkitClient.connectForBuild(endpoint)) {
                assertEquals(first.info(), second.info());
                assertEquals(2, relay.connections());
            }
        }
    }

    @ParameterizedTest
    @MethodSource(DAEMONS)
    void aConnectionThatWasClosedIsReplaced(Daemon daemon) throws Exception {
        try (Relay relay = Relay.to(daemon.address())) {
            Endpoint endpoint = relay.endpoint(tls(daemon, "localhost"));
            build(endpoint);
            relay.drop();
            build(endpoint);
            // A third connection is made if the client notices the loss between the calls of the build.
            assertTrue(relay.connections() == 2 || relay.connections() == 3, "connections: " + relay.connections());
        }
    }

    @ParameterizedTest
    @MethodSource(DAEMONS)
    void aConnectionThatIsSilentlyLostIsReplaced(Daemon daemon) throws Exception {
        try (Relay relay = Relay.to(daemon.address())) {
            Endpoint endpoint = relay.endpoint(tls(daemon, "localhost"));
            build(endpoint);
            relay.lose();
            build(endpoint);
            assertEquals(2, relay.connections());
            // The client that has connected again also leaves its connection to the next build.
            build(endpoint);
            assertEquals(2, relay.connections());
        }
    }

    @ParameterizedTest
    @MethodSource(DAEMONS)
    void aStoppedDaemonIsReportedAsWithoutAKeptConnection(Daemon daemon) throws Exception {
        Relay relay = Relay.to(daemon.address());
        Endpoint endpoint = relay.endpoint(tls(daemon, "localhost"));
        build(endpoint);
        relay.close();
        BuildkitException gone = assertThrows(BuildkitException.UnreachableException.class, () -> build(endpoint));
        assertTrue(gone.getMessage().contains("nothing listens at"), gone.getMessage());
    }

    @ParameterizedTest
    @MethodSource(DAEMONS)
    void aClientThatIsClosedDuringABuildKeepsNoConnection(Daemon daemon) throws Exception {
        Builds.dockerfile(folder, "FROM busybox\nRUN echo started; sleep 600\n");
        try (Relay relay = Relay.to(daemon.address())) {
            Endpoint endpoint = relay.endpoint(tls(daemon, "localhost"));
            Builds.Log log = new Builds.Log("started");
            BuildkitClient client = BuildkitClient.connect(endpoint);
            CompletableFuture<?> end = client.begin(
                            Builds.request().option("no-cache", "").build(),
                            Builds.content(folder, RegistryLogins.NONE),
                            log)
                    .result();
            assertTrue(log.awaitText());
            client.close();
            assertThrows(Exception.class, end::get);
            relay.awaitEnd();
            assertEquals(Optional.empty(), IdleConnections.shared().take(endpoint));
        }
    }

    @ParameterizedTest
    @MethodSource(DAEMONS)
    void idleConnectionsAreLimitedAndClosedAfterAWhile(Daemon daemon) throws Exception {
        try (Relay relay = Relay.to(daemon.address())) {
            Endpoint endpoint = relay.endpoint(tls(daemon, "localhost"));
            IdleConnections brief = new IdleConnections(Duration.ZERO);
            brief.put(established(endpoint));
            relay.awaitEnd();
            IdleConnections few = new IdleConnections(Duration.ofHours(1));
            List<DaemonConnection> all = new ArrayList<>();
            for (int i = 0; i <= IdleConnections.MOST; i++) {
                DaemonConnection connection = established(endpoint);
                all.add(connection);
                few.put(connection);
            }
            assertFalse(all.get(0).isEstablished());
            assertEquals(all.get(IdleConnections.MOST), few.take(endpoint).orElseThrow());
            all.get(IdleConnections.MOST).close();
            few.close();
            assertEquals(Optional.empty(), few.take(endpoint));
            all.forEach(connection -> assertFalse(connection.isEstablished()));
        }
    }

    /** A connection that belongs to no client any more. */
    private static DaemonConnection established(Endpoint endpoint) throws Exception {
        BuildkitClient.closeIdleConnections();
        BuildkitClient.connect(endpoint).close();
        return IdleConnections.shared().take(endpoint).orElseThrow();
    }
}
