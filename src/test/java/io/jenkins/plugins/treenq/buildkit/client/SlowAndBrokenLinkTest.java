// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.jenkins.plugins.treenq.buildkit.BuildListener;
import io.jenkins.plugins.treenq.buildkit.BuildRequest;
import io.jenkins.plugins.treenq.buildkit.BuildkitException;
import io.jenkins.plugins.treenq.buildkit.Daemon;
import io.jenkins.plugins.treenq.buildkit.control.BuildRecord;
import io.jenkins.plugins.treenq.buildkit.registry.RegistryLogins;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/**
 * Slow and broken links, daemons that stop responding, and builds without output. These cases take time but no CPU,
 * so all of them are started at once and each test waits for its own.
 *
 * <p>The links are in network namespaces, of 1 MB/s and 200 ms; {@code -Dtreenq.slow.megabytes=200} sends a larger
 * context than the usual one.
 */
@EnabledOnOs(OS.LINUX)
@Timeout(value = 20, unit = TimeUnit.MINUTES)
class SlowAndBrokenLinkTest {
    private static final int MEGABYTES = Integer.getInteger("treenq.slow.megabytes", 20);

    /** The delay in each direction. */
    private static final int DELAY_MILLIS = 100;

    /**
     * Segments as on a real link, and a queue of a tenth of a second. The relay's side of a connection gives up after
     * three attempts; with the usual fifteen it takes a quarter of an hour.
     */
    private static final String LINK = "ip link set lo mtu 1500 up && "
            + "tc qdisc add dev lo root tbf rate 8mbit burst 16kb limit 100000 && "
            + "echo 3 > /proc/sys/net/ipv4/tcp_retries2";

    private static final Map<Daemon, Process> slow = new LinkedHashMap<>();
    private static final Map<Daemon, Process> cut = new LinkedHashMap<>();
    private static final Map<Daemon, Running> idle = new LinkedHashMap<>();
    private static final Map<Daemon, Running> stopped = new LinkedHashMap<>();
    private static boolean namespaces;

    /** A build in this process. */
    private record Running(Daemon daemon, String ref, CompletableFuture<Void> end) {}

    @BeforeAll
    static void beginEverything(@TempDir Path scratch) throws Exception {
        namespaces = namespaced(LINK).redirectErrorStream(true).start().waitFor() == 0;
        Path large = Files.createDirectory(scratch.resolve("large"));
        Path silent = Files.createDirectory(scratch.resolve("silent"));
        Path sleeping = Files.createDirectory(scratch.resolve("sleeping"));
        Builds.dockerfile(silent, "FROM busybox\nRUN echo started && sleep 600\n");
        if (namespaces) {
            largeContext(large);
            startAll(slow, large, "complete");
            startAll(cut, silent, "cut");
        }
        Builds.dockerfile(sleeping, "FROM busybox\nRUN sleep 40\n");
        for (Daemon daemon : Daemon.all()) {
            idle.put(daemon, start(daemon, sleeping, new Builds.Log()));
        }
        for (Daemon daemon : Daemon.all()) {
            Daemon victim = daemon.another(stoppedName(daemon));
            Builds.Log log = new Builds.Log("started");
            stopped.put(daemon, start(victim, silent, log));
            assertTrue(log.awaitText());
            signal("STOP", victim);
        }
    }

    private static String stoppedName(Daemon daemon) {
        return "stopped-" + daemon.version();
    }

    private static void signal(String name, Daemon daemon) throws IOException, InterruptedException {
        assertEquals(
                0,
                new ProcessBuilder("kill", "-" + name, Long.toString(daemon.pid()))
                        .start()
                        .waitFor());
    }

    private static Running start(Daemon daemon, Path folder, BuildListener listener) {
        BuildRequest request = Builds.request().option("no-cache", "").build();
        return new Running(
                daemon,
                request.ref(),
                CompletableFuture.runAsync(
                        () -> {
                            try (BuildkitClient client = BuildkitClient.connect(daemon.endpoint())) {
                                client.build(request, Builds.content(folder, RegistryLogins.NONE), listener);
                            } catch (BuildkitException | IOException | InterruptedException e) {
                                throw new CompletionException(e);
                            }
                        },
                        task -> new Thread(task).start()));
    }

    private static void largeContext(Path folder) throws Exception {
        byte[] megabyte = new byte[1 << 20];
        Random random = new Random();
        try (OutputStream out = Files.newOutputStream(folder.resolve("large"))) {
            for (int i = 0; i < MEGABYTES; i++) {
                random.nextBytes(megabyte);
                out.write(megabyte);
            }
        }
        Builds.dockerfile(
                folder,
                "FROM busybox\nRUN --mount=target=/context sha256sum /context/large | grep %s\n"
                        .formatted(Trees.digest(folder.resolve("large"))));
    }

    private static ProcessBuilder namespaced(String script, String... arguments) throws IOException {
        List<String> line = new ArrayList<>(List.of("unshare", "--net"));
        if (!Files.getAttribute(Path.of("/proc/self"), "unix:uid").equals(0)) {
            line.addAll(List.of("--user", "--map-root-user"));
        }
        line.addAll(List.of("sh", "-c", script, "sh"));
        line.addAll(List.of(arguments));
        return new ProcessBuilder(line);
    }

    private static void startAll(Map<Daemon, Process> links, Path folder, String mode) throws IOException {
        for (Daemon daemon : Daemon.all()) {
            Process process = namespaced(
                            LINK + " && exec \"$@\"",
                            Path.of(System.getProperty("java.home"), "bin", "java")
                                    .toString(),
                            "-Xmx128m",
                            "-cp",
                            System.getProperty("java.class.path"),
                            SlowLink.class.getName(),
                            daemon.socket().substring("unix://".length()),
                            folder.toString(),
                            Integer.toString(DELAY_MILLIS),
                            mode)
                    .redirectError(ProcessBuilder.Redirect.INHERIT)
                    .start();
            links.put(daemon, process);
        }
    }

    @AfterAll
    static void endEverything() throws Exception {
        slow.values().forEach(Process::destroy);
        cut.values().forEach(Process::destroy);
        for (Map.Entry<Daemon, Running> build : stopped.entrySet()) {
            build.getKey().down(stoppedName(build.getKey()));
        }
    }

    private static void requireNamespaces() {
        assumeTrue(namespaces, "needs network namespaces and tc with the queue tbf; on Debian: root, and iproute2");
    }

    private static void assertNothingIsLeft(Daemon daemon, String ref) throws Exception {
        try (BuildkitClient client = BuildkitClient.connect(daemon.endpoint())) {
            BuildRecord record = Builds.awaitEnd(client, ref);
            assertTrue(record.error().contains("cancel"), record.toString());
        }
    }

    private static BufferedReader output(Process link) {
        return new BufferedReader(new InputStreamReader(link.getInputStream(), StandardCharsets.UTF_8));
    }

    @Test
    void aContextIsSentCompletelyOverASlowLink() throws Exception {
        requireNamespaces();
        for (Process link : slow.values()) {
            BufferedReader lines = output(link);
            String end = lines.readLine();
            assertTrue(end.startsWith("built "), () -> end + lines.lines().findFirst());
        }
    }

    @Test
    void aNetworkPartitionIsReportedAndTheDaemonStopsTheBuild() throws Exception {
        requireNamespaces();
        for (Map.Entry<Daemon, Process> link : cut.entrySet()) {
            BufferedReader lines = output(link.getValue());
            String end = lines.readLine();
            assertTrue(end.startsWith("failed "), end);
            String failure = lines.readLine();
            assertTrue(
                    failure.matches(
                            "ConnectionLostException: the connection to tcp://\\S+ was lost during the build; .*"),
                    failure);
            assertNothingIsLeft(link.getKey(), end.substring("failed ".length()));
        }
    }

    @Test
    void aSuspendedDaemonIsReportedAndStopsTheBuildWhenItContinues() throws Exception {
        for (Running build : stopped.values()) {
            ExecutionException failure =
                    assertThrows(ExecutionException.class, () -> build.end().get(2, TimeUnit.MINUTES));
            BuildkitException lost =
                    assertInstanceOf(BuildkitException.ConnectionLostException.class, failure.getCause());
            assertTrue(lost.getMessage().contains(build.daemon().address()), lost.getMessage());
            signal("CONT", build.daemon());
            assertNothingIsLeft(build.daemon(), build.ref());
        }
    }

    @Test
    void aBuildWithoutOutputIsNotCancelled() throws Exception {
        for (Running build : idle.values()) {
            build.end().get(2, TimeUnit.MINUTES);
        }
    }
}
