// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonParser;
import io.jenkins.plugins.treenq.buildkit.BuildListener;
import io.jenkins.plugins.treenq.buildkit.BuildkitException;
import io.jenkins.plugins.treenq.buildkit.Daemon;
import io.jenkins.plugins.treenq.buildkit.control.CachePolicy;
import io.jenkins.plugins.treenq.buildkit.control.CacheRecord;
import io.jenkins.plugins.treenq.buildkit.control.Worker;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The cache of a real daemon and its pruning. The test uses its own daemon, because other tests build on the shared
 * one.
 */
@ParameterizedClass
@MethodSource("io.jenkins.plugins.treenq.buildkit.Daemon#all")
class PruneTest {
    @Parameter
    Daemon daemon;

    @TempDir
    Path folder;

    @TempDir
    Path scratch;

    @Test
    void usageAndPruningEqualBuildctls() throws Exception {
        String name = "cache-" + daemon.version();
        Daemon own = daemon.another(name);
        try (BuildkitClient client = BuildkitClient.connect(own.endpoint())) {
            Builds.dockerfile(
                    folder,
                    "FROM busybox\nCOPY Dockerfile /\nRUN --mount=type=cache,target=/c dd if=/dev/zero of=/c/x bs=1M count=3\n");
            client.build(Builds.request().build(), Builds.content(folder, own.logins()), BuildListener.NONE);

            List<CacheRecord> all = settled(client);
            assertEquals(buildctl(own), ids(all));
            CacheRecord mount = all.stream()
                    .filter(record -> record.type().equals("exec.cachemount"))
                    .findFirst()
                    .orElseThrow();
            assertTrue(mount.sizeBytes() >= 3 << 20, mount.toString());
            assertTrue(mount.mutable());
            assertTrue(all.stream().anyMatch(record -> record.type().equals("source.local")));
            assertTrue(all.stream().anyMatch(record -> record.description().contains("COPY Dockerfile")));
            assertTrue(all.stream().anyMatch(record -> !record.parents().isEmpty()));
            assertEquals(Set.of(mount.id()), ids(client.diskUsage(List.of("type==exec.cachemount"))));

            assertEquals(Set.of(), pruned(client, new CachePolicy(false, List.of(), Duration.ofHours(1), 0, 0, 0)));
            assertEquals(
                    Set.of(mount.id()),
                    pruned(client, new CachePolicy(false, List.of("type==exec.cachemount"), Duration.ZERO, 0, 0, 0)));
            assertEquals(buildctl(own), ids(client.diskUsage(List.of())));
            assertFalse(pruned(client, CachePolicy.UNUSED).isEmpty());
            pruned(client, new CachePolicy(true, List.of(), Duration.ZERO, 0, 0, 0));
            assertEquals(Set.of(), ids(client.diskUsage(List.of())));
        } finally {
            daemon.down(name);
        }
    }

    /** Shortly after the end of a build, the daemon still converts its contexts to cache records. */
    private static List<CacheRecord> settled(BuildkitClient client) throws Exception {
        List<CacheRecord> before = client.diskUsage(List.of());
        while (true) {
            TimeUnit.SECONDS.sleep(2);
            List<CacheRecord> now = client.diskUsage(List.of());
            if (now.equals(before)) {
                return now;
            }
            before = now;
        }
    }

    private static Set<String> pruned(BuildkitClient client, CachePolicy policy) throws Exception {
        List<CacheRecord> records = new ArrayList<>();
        client.prune(policy, records::add);
        return ids(records);
    }

    private static Set<String> ids(List<CacheRecord> records) {
        return records.stream().map(CacheRecord::id).collect(Collectors.toCollection(TreeSet::new));
    }

    private Set<String> buildctl(Daemon own) throws Exception {
        JsonElement json = JsonParser.parseString(own.buildctl(scratch, List.of("du", "--format", "json")));
        Set<String> ids = new TreeSet<>();
        for (JsonElement record : json.isJsonNull() ? new JsonArray() : json.getAsJsonArray()) {
            ids.add(record.getAsJsonObject().get("id").getAsString());
        }
        return ids;
    }

    @Test
    void anInvalidFilterIsReported() throws Exception {
        try (BuildkitClient client = BuildkitClient.connect(daemon.endpoint())) {
            for (String filter : List.of("type=>", "==")) {
                BuildkitException failure =
                        assertThrows(BuildkitException.class, () -> client.diskUsage(List.of(filter)));
                assertFalse(failure.getMessage().contains("does not respond"), failure.getMessage());
                CachePolicy policy = new CachePolicy(false, List.of(filter), Duration.ofDays(1), 0, 0, 0);
                assertThrows(BuildkitException.class, () -> client.prune(policy, record -> {}));
                assertThrows(BuildkitException.class, () -> client.workers(List.of(filter)));
            }
        }
    }

    @Test
    void anExceptionOfThePruneListenerIsThrown() throws Exception {
        String name = "cache-thrown-" + daemon.version();
        Daemon own = daemon.another(name);
        try (BuildkitClient client = BuildkitClient.connect(own.endpoint())) {
            Builds.dockerfile(folder, "FROM scratch\nCOPY Dockerfile /\n");
            client.build(Builds.request().build(), Builds.content(folder, own.logins()), BuildListener.NONE);
            assertThrows(
                    UnsupportedOperationException.class,
                    () -> client.prune(CachePolicy.UNUSED, record -> {
                        throw new UnsupportedOperationException();
                    }));
        } finally {
            daemon.down(name);
        }
    }

    @Test
    void workersHaveGcRulesAndCanBeFiltered() throws Exception {
        try (BuildkitClient client = BuildkitClient.connect(daemon.endpoint())) {
            Worker worker = client.workers().get(0);
            assertEquals(daemon.version(), worker.version().version());
            CachePolicy contexts = worker.gcRules().get(0);
            assertEquals(List.of("type==source.local"), contexts.filters());
            assertEquals(Duration.ofHours(336), contexts.keepDuration());
            assertTrue(worker.gcRules().stream().anyMatch(rule -> rule.reservedBytes() > 0));
            assertEquals(List.of(worker), client.workers(List.of("id==" + worker.id())));
            assertEquals(List.of(), client.workers(List.of("id==nobody")));
        }
    }
}
