// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.client;

import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.jenkins.plugins.treenq.buildkit.BuildRecord;
import io.jenkins.plugins.treenq.buildkit.Daemon;
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
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/**
 * Builds over a link of 1 MB/s and 200 ms, in a network namespace of their own; {@code -Dtreenq.slow.megabytes=200} for a
 * larger context than the usual one. All daemons at once, for it is the link that takes the time.
 */
@EnabledOnOs(OS.LINUX)
@Timeout(value = 20, unit = TimeUnit.MINUTES)
class SlowLinkTest {
    private static final int MEGABYTES = Integer.getInteger("treenq.slow.megabytes", 20);

    /** Each way. */
    private static final int DELAY_MILLIS = 100;

    /**
     * Segments as on a real link, and a queue of a tenth of a second. The relay's side of a connection gives up after
     * three attempts; with the usual fifteen it takes a quarter of an hour.
     */
    private static final String LINK = "ip link set lo mtu 1500 up && "
            + "tc qdisc add dev lo root tbf rate 8mbit burst 16kb limit 100000 && "
            + "echo 3 > /proc/sys/net/ipv4/tcp_retries2";

    @TempDir
    Path folder;

    private final Map<Daemon, Process> links = new LinkedHashMap<>();

    @BeforeAll
    static void requireNamespaces() throws Exception {
        assumeTrue(
                namespaced(LINK).redirectErrorStream(true).start().waitFor() == 0,
                "needs network namespaces and tc with the queue tbf; on Debian: root, and the package iproute2");
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

    private void startAll(String mode) throws IOException {
        for (Daemon daemon : Daemon.all()) {
            Process process = namespaced(
                            LINK + " && exec \"$@\"",
                            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
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

    @AfterEach
    void endAll() throws IOException {
        for (Process link : links.values()) {
            try (OutputStream input = link.getOutputStream()) {
                input.write('\n');
            } finally {
                link.destroy();
            }
        }
    }

    private static BufferedReader output(Process link) {
        return new BufferedReader(new InputStreamReader(link.getInputStream(), StandardCharsets.UTF_8));
    }

    @Test
    void aContextTravelsWholeOverASlowLink() throws Exception {
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
        startAll("complete");
        for (Process link : links.values()) {
            BufferedReader lines = output(link);
            String end = lines.readLine();
            assertTrue(end.startsWith("built "), () -> end + lines.lines().findFirst());
        }
    }

    @Test
    void aPartitionIsSaidAndLeavesNoBuildBehind() throws Exception {
        Builds.dockerfile(folder, "FROM busybox\nRUN echo started && sleep 600\n");
        startAll("cut");
        for (Map.Entry<Daemon, Process> link : links.entrySet()) {
            BufferedReader lines = output(link.getValue());
            String end = lines.readLine();
            assertTrue(end.startsWith("failed "), end);
            String failure = lines.readLine();
            assertTrue(failure.matches("ConnectionLost: the connection to tcp://\\S+ was lost during the build; .*"), failure);
            try (BuildkitClient client = BuildkitClient.connect(link.getKey().endpoint())) {
                BuildRecord record = Builds.awaitEnd(client, end.substring("failed ".length()));
                assertTrue(record.error().contains("cancel"), record.toString());
            }
        }
    }
}
