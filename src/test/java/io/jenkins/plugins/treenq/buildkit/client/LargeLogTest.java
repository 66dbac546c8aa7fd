// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.jenkins.plugins.treenq.buildkit.BuildListener;
import io.jenkins.plugins.treenq.buildkit.BuildkitException;
import io.jenkins.plugins.treenq.buildkit.BuildkitException.BuildFailedException;
import io.jenkins.plugins.treenq.buildkit.Daemon;
import io.jenkins.plugins.treenq.buildkit.progress.PlainPrinter;
import io.jenkins.plugins.treenq.buildkit.registry.RegistryLogins;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Logs that are larger than all buffers, and listeners that are slower than any daemon. With
 * {@code -Dtreenq.log.megabytes=1024} a step writes more than the usual 32 MB.
 */
@ParameterizedClass
@MethodSource("io.jenkins.plugins.treenq.buildkit.Daemon#all")
@Timeout(value = 20, unit = TimeUnit.MINUTES)
class LargeLogTest {
    private static final long MEGABYTES = Long.getLong("treenq.log.megabytes", 32);

    /** Longer than the silence after which the client stops waiting for the daemon. */
    private static final long STALLED_MILLIS = 7_000;

    @Parameter
    Daemon daemon;

    @TempDir
    Path folder;

    @Test
    void everyLineOfALargeLogIsDelivered() throws Exception {
        String name = "unclipped-" + daemon.version();
        Daemon unclipped = daemon.another(
                name, "--env", "BUILDKIT_STEP_LOG_MAX_SIZE=-1", "--env", "BUILDKIT_STEP_LOG_MAX_SPEED=-1");
        long lines = MEGABYTES * (1 << 20) / 64;
        Builds.dockerfile(folder, "FROM busybox\nRUN yes " + "x".repeat(63) + " | head -n " + lines + "\n");
        AtomicLong read = new AtomicLong();
        try (PlainPrinter printer = new PlainPrinter(line -> {}, (vertex, line) -> {
            assertEquals(63, line.length());
            if (read.incrementAndGet() == lines / 2) {
                pause();
            }
        })) {
            build(unclipped, printer);
        } finally {
            daemon.down(name);
        }
        assertEquals(lines, read.get());
    }

    private static void pause() {
        try {
            TimeUnit.MILLISECONDS.sleep(STALLED_MILLIS);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** The output that explains a failure comes last, when the listener is slow. */
    @Test
    void aSlowListenerReceivesTheLastLinesOfAFailedBuild() throws Exception {
        Builds.dockerfile(folder, "FROM busybox\nRUN seq 1 30000; echo real-cause; exit 3\n");
        List<String> lines = new ArrayList<>();
        PlainPrinter printer = new PlainPrinter(line -> {}, (vertex, line) -> {
            if (lines.isEmpty()) {
                pause();
                pause();
            }
            lines.add(line);
        });
        BuildkitException failure = assertThrows(BuildFailedException.class, () -> build(daemon, printer));
        assertTrue(failure.getMessage().contains("exit code: 3"), failure.getMessage());
        assertEquals(30_001, lines.size());
        assertEquals("real-cause", lines.get(30_000));
    }

    private void build(Daemon builder, BuildListener listener) throws Exception {
        try (BuildkitClient client = BuildkitClient.connect(builder.endpoint())) {
            client.build(
                    Builds.request().option("no-cache", "").build(),
                    Builds.content(folder, RegistryLogins.NONE),
                    listener);
        }
    }

    @Test
    void aTruncatedLogContainsANotice() throws Exception {
        Builds.dockerfile(folder, "FROM busybox\nRUN yes " + folder + " | head -c 5000000\n");
        Builds.Log log = new Builds.Log();
        build(daemon, log);
        assertTrue(
                log.toString().contains("[output clipped, log limit"),
                "the log has " + log.toString().length());
    }
}
