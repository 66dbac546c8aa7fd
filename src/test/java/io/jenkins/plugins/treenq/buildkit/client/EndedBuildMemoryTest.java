// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.client;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.jenkins.plugins.treenq.buildkit.BuildListener;
import io.jenkins.plugins.treenq.buildkit.Daemon;
import io.jenkins.plugins.treenq.buildkit.Endpoint;
import io.jenkins.plugins.treenq.buildkit.registry.RegistryLogins;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import javax.management.ObjectName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The memory that a long-lived client uses for ended builds, which does not depend on the number of builds. */
class EndedBuildMemoryTest {
    private static final int BUILDS = 60;

    /** Objects of a build that is just ending, and of tests of other classes. */
    private static final int FEW = 10;

    /** The classes of a session's connection, of its server, and of gRPC's objects for both. */
    private static final List<String> OF_A_SESSION = List.of(
            "io.jenkins.plugins.treenq.buildkit.session.Session",
            "io.jenkins.plugins.treenq.buildkit.session.SessionChannel",
            "io.jenkins.plugins.treenq.buildkit.session.SessionServerChannel",
            "io.grpc.netty.NettyServerHandler",
            "io.grpc.internal.ServerImpl");

    private static final Duration LONGEST_CONNECT = Duration.ofMinutes(2);
    private static final Pattern HISTOGRAM_LINE = Pattern.compile("(?m)^ *\\d+: +(\\d+) +\\d+ +(\\S+)");
    private static final long LONGEST_END_NANOS = Duration.ofSeconds(30).toNanos();

    @TempDir
    Path folder;

    /** Returns the number of reachable objects of a class, after a garbage collection. */
    private static Map<String, Long> reachable() throws Exception {
        String histogram = (String) ManagementFactory.getPlatformMBeanServer()
                .invoke(
                        new ObjectName("com.sun.management:type=DiagnosticCommand"),
                        "gcClassHistogram",
                        new Object[] {new String[0]},
                        new String[] {String[].class.getName()});
        Map<String, Long> counts = new TreeMap<>();
        for (MatchResult line : HISTOGRAM_LINE.matcher(histogram).results().toList()) {
            if (OF_A_SESSION.contains(line.group(2))) {
                counts.merge(line.group(2), Long.parseLong(line.group(1)), Long::sum);
            }
        }
        return counts;
    }

    private static boolean areFew(Map<String, Long> counts) {
        return counts.values().stream().allMatch(count -> count <= FEW);
    }

    @Test
    void aClientReleasesTheMemoryOfEndedSessions() throws Exception {
        Daemon daemon = Daemon.first();
        Builds.dockerfile(folder, "FROM scratch\nCOPY Dockerfile /\n");
        try (BuildkitClient client =
                BuildkitClient.connect(Endpoint.of(daemon.address(), daemon.tls(), LONGEST_CONNECT))) {
            for (int i = 0; i < BUILDS; i++) {
                client.build(Builds.request().build(), Builds.content(folder, RegistryLogins.NONE), BuildListener.NONE);
            }
            Map<String, Long> left = reachable();
            for (long end = System.nanoTime() + LONGEST_END_NANOS; !areFew(left) && System.nanoTime() < end; ) {
                TimeUnit.MILLISECONDS.sleep(100);
                left = reachable();
            }
            assertTrue(areFew(left), left + " are left of " + BUILDS + " builds");
        }
    }
}
