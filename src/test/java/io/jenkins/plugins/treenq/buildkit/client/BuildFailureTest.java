// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import io.jenkins.plugins.treenq.buildkit.BuildListener;
import io.jenkins.plugins.treenq.buildkit.BuildRequest;
import io.jenkins.plugins.treenq.buildkit.BuildkitException;
import io.jenkins.plugins.treenq.buildkit.Certificates;
import io.jenkins.plugins.treenq.buildkit.Daemon;
import io.jenkins.plugins.treenq.buildkit.Registry;
import io.jenkins.plugins.treenq.buildkit.control.BuildRecord;
import io.jenkins.plugins.treenq.buildkit.control.HistoryQuery;
import io.jenkins.plugins.treenq.buildkit.registry.RegistryLogin;
import io.jenkins.plugins.treenq.buildkit.registry.RegistryLogins;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/** Failures in a real daemon are reported in one line, and nothing is pushed. */
@ParameterizedClass
@MethodSource("io.jenkins.plugins.treenq.buildkit.Daemon#all")
class BuildFailureTest {
    @Parameter
    Daemon daemon;

    @TempDir
    Path folder;

    private <T extends BuildkitException> T failure(Class<T> kind, BuildRequest request, RegistryLogins logins)
            throws Exception {
        try (BuildkitClient client = BuildkitClient.connect(daemon.endpoint())) {
            T failure =
                    assertThrows(kind, () -> client.build(request, Builds.content(folder, logins), BuildListener.NONE));
            assertFalse(failure.getMessage().contains("\n"), failure.getMessage());
            return failure;
        }
    }

    private void assertFails(String dockerfile, String... parts) throws Exception {
        Builds.dockerfile(folder, dockerfile);
        String message = failure(
                        BuildkitException.BuildFailedException.class,
                        Builds.request().build(),
                        daemon.logins())
                .getMessage();
        for (String part : parts) {
            assertTrue(message.contains(part), message);
        }
    }

    @Test
    void aFailingRunNamesItsLineAndItsExitCode() throws Exception {
        Builds.dockerfile(folder, "FROM busybox\n\nRUN echo before && \\\n    exit 17\n");
        Builds.Log log = new Builds.Log();
        BuildkitException.BuildFailedException failure =
                assertThrows(BuildkitException.BuildFailedException.class, () -> Builds.check(daemon, folder, log));
        assertEquals(17, failure.exitCode());
        assertEquals(3, failure.location().line());
        assertEquals("Dockerfile", failure.location().file());
        assertTrue(
                failure.location().lines().contains("    exit 17"),
                failure.location().toString());
        assertTrue(failure.getMessage().startsWith("Dockerfile:3: "), failure.getMessage());
        assertEquals("before\n", log.toString());
    }

    @Test
    void aSyntaxErrorNamesItsLine() throws Exception {
        assertFails("FROM busybox\nRUM true\n", "Dockerfile:2: ", "RUM");
    }

    @Test
    void anUnknownTargetIsNamed() throws Exception {
        Builds.dockerfile(folder, "FROM scratch AS prod\n");
        String message = failure(
                        BuildkitException.BuildFailedException.class,
                        Builds.request().option("target", "prdo").build(),
                        daemon.logins())
                .getMessage();
        assertTrue(message.contains("prdo"), message);
    }

    @Test
    void aMissingFileOfCopyIsNamedWithItsLine() throws Exception {
        assertFails("FROM scratch\nCOPY absent /\n", "Dockerfile:2: ", "absent");
    }

    @Test
    void aMissingBaseImageIsNamed() throws Exception {
        assertFails("FROM " + daemon.env().get("TREENQ_MIRROR") + "/library/nosuch:1\n", "nosuch:1", "does not exist");
    }

    @Test
    void aPrivateBaseImageCannotBePulledWithoutALogin() throws Exception {
        Builds.dockerfile(folder, "FROM " + daemon.registry() + "/library/private:1\n");
        String message = failure(
                        BuildkitException.RegistryRefusedException.class,
                        Builds.request().build(),
                        RegistryLogins.NONE)
                .getMessage();
        assertTrue(message.contains("library/private:1") && message.contains("login"), message);
    }

    @Test
    void aWrongPasswordIsReportedAndNothingIsPushed() throws Exception {
        Builds.dockerfile(folder, "FROM scratch\nCOPY Dockerfile /\n");
        String repository = "client/refused-" + daemon.version();
        RegistryLogin wrong = new RegistryLogin(daemon.login().username(), "not-the-password");
        BuildkitException failure = failure(
                BuildkitException.RegistryRefusedException.class,
                Builds.request(Builds.push(daemon.registry() + "/" + repository + ":1"))
                        .build(),
                host -> Optional.of(wrong));
        assertTrue(failure.getMessage().contains("login"), failure.getMessage());
        assertTrue(failure.getMessage().contains(repository), failure.getMessage());
        assertFalse(failure.getMessage().contains("not-the-password"));
        assertEquals(Optional.empty(), new Registry(daemon).digest(repository, "1"));
    }

    @Test
    void anUnknownRegistryIsReported() throws Exception {
        assertPushFails("localhost:1/nobody/here:1", "nothing listens at the registry's address");
        assertPushFails("registry.invalid/nobody/here:1", "the daemon cannot resolve the registry's host name");
    }

    @Test
    void aRegistryThatDeniesThePushIsReported() throws Exception {
        HttpServer registry = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        registry.createContext("/", exchange -> {
            boolean write = !exchange.getRequestMethod().matches("GET|HEAD");
            byte[] answer =
                    "{\"errors\":[{\"code\":\"DENIED\",\"message\":\"requested access to the resource is denied\"}]}"
                            .getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(
                    write ? 403 : 404, exchange.getRequestMethod().equals("HEAD") ? -1 : answer.length);
            if (!exchange.getRequestMethod().equals("HEAD")) {
                exchange.getResponseBody().write(answer);
            }
            exchange.close();
        });
        registry.start();
        try {
            assertPushFails(
                    "localhost:" + registry.getAddress().getPort() + "/not/mine:1", "the registry denies access");
        } finally {
            registry.stop(0);
        }
    }

    @Test
    void anInterruptStopsTheBuildInTheDaemon() throws Exception {
        Builds.dockerfile(folder, "FROM busybox\nRUN echo started && sleep 600\n");
        BuildRequest request = Builds.request().option("no-cache", "").build();
        Builds.Log log = new Builds.Log("started");
        try (BuildkitClient client = BuildkitClient.connect(daemon.endpoint())) {
            CompletableFuture<Throwable> end = new CompletableFuture<>();
            Thread build = new Thread(() -> {
                try {
                    client.build(request, Builds.content(folder, daemon.logins()), log);
                    end.complete(null);
                } catch (Exception e) {
                    end.complete(e);
                }
            });
            build.start();
            assertTrue(log.awaitText());
            build.interrupt();
            Throwable outcome = end.get(2, TimeUnit.MINUTES);
            assertTrue(outcome instanceof InterruptedException, String.valueOf(outcome));
            BuildRecord record = Builds.awaitEnd(client, request.ref());
            assertTrue(record.error().contains("cancel"), record.toString());
        }
    }

    @Test
    void aDaemonThatIsKilledDuringABuildIsReportedAndHasNoRecordOfTheBuild() throws Exception {
        String name = "killed-" + daemon.version();
        String repository = "client/" + name;
        Daemon victim = daemon.another(name);
        try {
            Builds.dockerfile(folder, "FROM busybox\nRUN echo started && sleep 600\n");
            Builds.Log log = new Builds.Log("started");
            CompletableFuture<Void> build = CompletableFuture.runAsync(() -> {
                try (BuildkitClient client = BuildkitClient.connect(victim.endpoint())) {
                    client.build(
                            Builds.request(Builds.push(daemon.registry() + "/" + repository + ":1"))
                                    .build(),
                            Builds.content(folder, daemon.logins()),
                            log);
                } catch (Exception e) {
                    throw new java.util.concurrent.CompletionException(e);
                }
            });
            assertTrue(log.awaitText());
            ProcessHandle.of(victim.pid()).orElseThrow().destroyForcibly();
            ExecutionException failure = assertThrows(ExecutionException.class, () -> build.get(2, TimeUnit.MINUTES));
            assertEquals(
                    BuildkitException.ConnectionLostException.class,
                    failure.getCause().getClass());
            assertTrue(failure.getCause().getMessage().contains(victim.address()));
            assertEquals("started\n", log.toString());
            try (BuildkitClient client =
                    BuildkitClient.connect(daemon.another(name).endpoint())) {
                assertEquals(List.of(), client.history(new HistoryQuery("", true, List.of(), 0)));
            }
            assertEquals(Optional.empty(), new Registry(daemon).digest(repository, "1"));
        } finally {
            daemon.down(name);
        }
    }

    @Test
    void aRegistryThatStopsDuringThePushIsReported() throws Exception {
        HttpServer registry = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        registry.createContext("/", exchange -> {
            switch (exchange.getRequestMethod()) {
                case "POST" -> {
                    exchange.getResponseHeaders().add("Location", "/v2/gone/away/blobs/uploads/1");
                    exchange.sendResponseHeaders(202, -1);
                }
                case "PUT", "PATCH" -> registry.stop(0);
                default -> exchange.sendResponseHeaders(404, -1);
            }
            exchange.close();
        });
        registry.start();
        assertPushFails(
                "localhost:" + registry.getAddress().getPort() + "/gone/away:1",
                "nothing listens at the registry's address");
    }

    @Test
    void aRegistryWithACertificateOfAnotherCaIsReported() throws Exception {
        // For localhost, the daemon would continue without TLS.
        InetAddress host = InetAddress.getLocalHost();
        assumeTrue(
                host.isLoopbackAddress() && !host.getHostName().equals("localhost"),
                "needs another name than localhost for this machine's loopback address");
        Certificates.Identity identity = Certificates.server(
                Certificates.authority("other"),
                host.getHostName(),
                Instant.now().plus(Duration.ofDays(1)));
        HttpsServer registry = HttpsServer.create(new InetSocketAddress(host, 0), 0);
        registry.setHttpsConfigurator(new HttpsConfigurator(identity.context()));
        registry.start();
        try {
            assertPushFails(
                    host.getHostName() + ":" + registry.getAddress().getPort() + "/of/another:1",
                    "does not trust the registry's certificate");
        } finally {
            registry.stop(0);
        }
    }

    private void assertPushFails(String image, String reason) throws Exception {
        Builds.dockerfile(folder, "FROM scratch\nCOPY Dockerfile /\n");
        BuildkitException failure = failure(
                BuildkitException.RegistryRefusedException.class,
                Builds.request(Builds.push(image)).build(),
                daemon.logins());
        assertTrue(failure.getMessage().contains(image + ": "), failure.getMessage());
        assertTrue(failure.getMessage().contains(reason), failure.getMessage());
    }

    @Test
    void aFullDiskOfTheDaemonIsReported() throws Exception {
        String name = "full-" + daemon.version();
        Daemon small = daemon.another(name, "--disk", "64M");
        try {
            Builds.dockerfile(folder, "FROM busybox\nRUN dd if=/dev/zero of=/big bs=1M count=200\n");
            BuildkitException failure =
                    assertThrows(BuildkitException.class, () -> Builds.check(small, folder, BuildListener.NONE));
            assertTrue(failure.getMessage().contains(small.address())
                    || failure.getMessage().contains("exit code"));
            Files.write(folder.resolve("big"), new byte[100 << 20]);
            Builds.dockerfile(folder, "FROM scratch\nCOPY big /\n");
            BuildkitException full = assertThrows(
                    BuildkitException.DaemonFailedException.class,
                    () -> Builds.check(small, folder, BuildListener.NONE));
            assertTrue(full.getMessage().contains("is full"), full.getMessage());
        } finally {
            daemon.down(name);
        }
    }
}
