// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.jenkins.plugins.treenq.buildkit.BuildListener;
import io.jenkins.plugins.treenq.buildkit.BuildRequest;
import io.jenkins.plugins.treenq.buildkit.BuildResult;
import io.jenkins.plugins.treenq.buildkit.BuildkitException;
import io.jenkins.plugins.treenq.buildkit.CacheEntry;
import io.jenkins.plugins.treenq.buildkit.Daemon;
import io.jenkins.plugins.treenq.buildkit.Digest;
import io.jenkins.plugins.treenq.buildkit.Registry;
import io.jenkins.plugins.treenq.buildkit.control.BuildRecord;
import io.jenkins.plugins.treenq.buildkit.control.HistoryEvent;
import io.jenkins.plugins.treenq.buildkit.control.HistoryQuery;
import io.jenkins.plugins.treenq.buildkit.session.Secrets;
import io.jenkins.plugins.treenq.buildkit.session.SessionContent;
import java.io.ByteArrayOutputStream;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/** The history of a real daemon. */
@ParameterizedClass
@MethodSource("io.jenkins.plugins.treenq.buildkit.Daemon#all")
class HistoryTest {
    @Parameter
    Daemon daemon;

    @TempDir
    Path folder;

    private BuildkitClient client;

    @BeforeEach
    void connect() throws Exception {
        client = BuildkitClient.connect(daemon.endpoint());
    }

    @AfterEach
    void disconnect() {
        client.close();
    }

    private String build(String dockerfile, BuildRequest.Builder builder) throws Exception {
        BuildRequest request = builder.build();
        Builds.dockerfile(folder, dockerfile);
        try {
            client.build(request, Builds.content(folder, daemon.logins()), BuildListener.NONE);
        } catch (BuildkitException e) {
            // The failure is also in the history.
        }
        return request.ref();
    }

    @Test
    void theResultOfABuildIsReadFromTheHistory() throws Exception {
        Builds.dockerfile(folder, "FROM busybox\nRUN echo recalled > /made\n");
        BuildRequest request = Builds.request(Builds.push(daemon.registry() + "/client/recalled:1"))
                .build();
        BuildResult result = client.build(request, Builds.content(folder, daemon.logins()), BuildListener.NONE);
        BuildResult recalled = client.historyResult(request.ref()).orElseThrow();

        assertEquals(result.digest(), recalled.digest());
        assertTrue(recalled.digest().isPresent());
        assertEquals(result.metadata().get("image.name"), recalled.metadata().get("image.name"));
    }

    @Test
    void aFailedOrUnknownBuildHasNoResult() throws Exception {
        String failed = build("FROM busybox\nRUN false\n", Builds.request());

        assertEquals(Optional.empty(), client.historyResult(failed));
        assertEquals(Optional.empty(), client.historyResult(BuildRequest.newRef()));
    }

    @Test
    void theRecordOfAnEndedBuildIsComplete() throws Exception {
        String image = daemon.registry() + "/client/history-" + daemon.version() + ":1";
        String ref = build(
                "FROM busybox AS app\nRUN echo made > /made\n",
                Builds.request(Builds.push(image)).option("target", "app"));
        BuildRecord record = client.history(ref).orElseThrow();

        assertEquals("dockerfile.v0", record.frontend());
        assertEquals("app", record.options().get("target"));
        assertEquals("image", record.exports().get(0).type());
        assertEquals(image, record.exports().get(0).attributes().get("name"));
        assertNotNull(record.completed());
        assertFalse(record.completed().isBefore(record.created()));
        assertEquals("", record.error());
        assertTrue(
                record.metadata().containsKey("containerimage.config"),
                record.metadata().toString());
        assertEquals(
                Optional.of(record.result().exported().get(0L).digest().value()),
                new Registry(daemon).digest("client/history-" + daemon.version(), "1"));
        assertTrue(record.steps().total() >= 3, record.steps().toString());
        assertFalse(record.pinned());
        assertTrue(client.history(HistoryQuery.ALL).stream()
                .anyMatch(found -> found.ref().equals(ref)));
    }

    @Test
    void buildsAreFilteredAndLimited() throws Exception {
        String good = build("FROM scratch\nCOPY Dockerfile /\n", BuildRequest.builder());
        String bad = build("FROM scratch\nCOPY absent /\n", BuildRequest.builder());
        List<BuildRecord> newest = client.history(new HistoryQuery("", false, List.of(), 2)).stream()
                .filter(record -> record.completed() != null)
                .toList();
        assertEquals(2, newest.size());
        assertFalse(newest.get(0).created().isBefore(newest.get(1).created()));
        if (!client.info().atLeast(29)) {
            BuildkitException failure = assertThrows(
                    BuildkitException.InvalidRequestException.class,
                    () -> client.history(new HistoryQuery("", false, List.of("status==error"), 0)));
            assertTrue(failure.getMessage().contains("v0.29"), failure.getMessage());
            return;
        }
        List<String> failed =
                client.history(new HistoryQuery("", false, List.of("status==error,startedAt>=10m"), 0)).stream()
                        .map(BuildRecord::ref)
                        .toList();
        assertTrue(failed.contains(bad));
        assertFalse(failed.contains(good));
        BuildkitException failure = assertThrows(
                BuildkitException.class,
                () -> client.history(new HistoryQuery("", false, List.of("startedAt>=soon"), 0)));
        assertTrue(failure.getMessage().contains("soon"), failure.getMessage());
    }

    @Test
    void theLogOfAnEndedBuildIsReplayed() throws Exception {
        BuildRequest request = BuildRequest.builder().option("no-cache", "").build();
        Builds.dockerfile(folder, "FROM busybox\nRUN for i in $(seq 500); do echo line $i 日本; done\n");
        Builds.Log first = new Builds.Log();
        client.build(request, Builds.content(folder, daemon.logins()), first);
        Builds.Log again = new Builds.Log();
        client.logs(request.ref(), again);
        assertEquals(first.toString(), again.toString());
        assertTrue(again.toString().contains("line 500 日本"));
    }

    @Test
    void aRunningBuildIsListedAndItsLogIsFollowedToItsEnd() throws Exception {
        BuildRequest request = BuildRequest.builder().option("no-cache", "").build();
        Builds.dockerfile(folder, "FROM busybox\nRUN echo started && sleep 12 && echo ended\n");
        Builds.Log log = new Builds.Log("started");
        CompletableFuture<Void> build = CompletableFuture.runAsync(() -> {
            try {
                client.build(request, Builds.content(folder, daemon.logins()), log);
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
        });
        assertTrue(log.awaitText());
        assertNull(client.history(request.ref()).orElseThrow().completed());
        assertTrue(client.history(new HistoryQuery("", true, List.of(), 0)).stream()
                .anyMatch(record -> record.ref().equals(request.ref())));
        Builds.Log other = new Builds.Log();
        client.logs(request.ref(), other);
        assertTrue(other.toString().contains("ended"), other.toString());
        build.get(2, TimeUnit.MINUTES);
    }

    @Test
    void theFailureOfABuildIsReadFromTheHistory() throws Exception {
        String ref = build("FROM busybox\nRUN echo before && \\\n  exit 5\n", BuildRequest.builder());
        BuildkitException.BuildFailedException failure =
                (BuildkitException.BuildFailedException) client.failure(ref).orElseThrow();
        assertEquals(5, failure.exitCode());
        assertEquals(2, failure.location().line());
        assertEquals("  exit 5", failure.location().lines().get(2));
        assertEquals(
                Optional.empty(), client.failure(build("FROM scratch\nCOPY Dockerfile /\n", BuildRequest.builder())));
    }

    @Test
    void aRecordIsPinnedUnpinnedAndDeleted() throws Exception {
        String ref = build("FROM scratch\nCOPY Dockerfile /\n", BuildRequest.builder());
        client.pinHistory(ref, true);
        assertTrue(client.history(ref).orElseThrow().pinned());
        client.pinHistory(ref, false);
        assertFalse(client.history(ref).orElseThrow().pinned());
        client.deleteHistory(ref);
        assertEquals(Optional.empty(), client.history(ref));
    }

    @Test
    void aMissingRecordIsReported() {
        assertThrows(
                BuildkitException.InvalidRequestException.class,
                () -> client.logs("no-such-build", BuildListener.NONE));
        assertThrows(BuildkitException.InvalidRequestException.class, () -> client.failure("no-such-build"));
        assertThrows(BuildkitException.InvalidRequestException.class, () -> client.pinHistory("no-such-build", true));
        Digest digest = new Digest("sha256:" + "0".repeat(64));
        assertThrows(
                BuildkitException.InvalidRequestException.class,
                () -> client.blob(digest, new ByteArrayOutputStream()));
    }

    @Test
    void aBlobOfTheHistoryIsCopied() throws Exception {
        String ref = build("FROM scratch\nCOPY absent /\n", BuildRequest.builder());
        BuildRecord record = client.history(ref).orElseThrow();
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        client.blob(record.logs().digest(), bytes);
        assertEquals(record.logs().sizeBytes(), bytes.size());
    }

    /** The record of a build contains the frontend's options for cache imports for days. */
    @Test
    void aBuildThatImportsCacheWithKeysIsNeverInTheHistory() throws Exception {
        String key = "key-" + UUID.randomUUID();
        CacheEntry cache = new CacheEntry(
                "s3",
                Map.of(
                        "bucket", "cache",
                        "region", "here",
                        "endpoint_url", "http://localhost:1",
                        "access_key_id", "me",
                        "secret_access_key", key));
        PreparedBuild prepared = DockerfileBuild.builder()
                .dockerfileText("FROM busybox\nRUN echo " + key.hashCode() + "\n")
                .build()
                .withCache(List.of(cache), List.of())
                .in(new Workspace(folder, folder));
        LinkedBlockingQueue<String> events = new LinkedBlockingQueue<>();
        Thread follower = new Thread(() -> {
            try {
                client.followHistory(
                        HistoryQuery.ALL, event -> events.add(event.record().ref()));
            } catch (Exception e) {
                // The test is over.
            }
        });
        String earlier = build("FROM scratch\nCOPY Dockerfile /\n", BuildRequest.builder());
        follower.start();
        upTo(earlier, events);

        SessionContent content = prepared.content(daemon.logins(), Secrets.NONE, Map.of(), "");
        Builds.Log log = new Builds.Log();
        client.build(prepared.request(), content, log);
        String later = build("FROM scratch\nCOPY Dockerfile /\n", BuildRequest.builder());

        assertFalse(upTo(later, events).contains(prepared.request().ref()));
        follower.interrupt();
        assertTrue(log.toString().contains("" + key.hashCode()), log.toString());
        assertEquals(Optional.empty(), client.history(prepared.request().ref()));
        String all = daemon.buildctl(folder, List.of("debug", "histories", "--format={{json .}}"));
        assertTrue(all.contains(later), all);
        assertFalse(all.contains(key), "the key is in the history");
    }

    /** Returns the builds in the events of the history up to the given build. */
    private static Set<String> upTo(String ref, LinkedBlockingQueue<String> events) throws InterruptedException {
        Set<String> told = new HashSet<>();
        while (!told.contains(ref)) {
            told.add(Objects.requireNonNull(events.poll(1, TimeUnit.MINUTES), "the history does not tell of " + ref));
        }
        return told;
    }

    @Test
    void eventsAreDeliveredUntilAnInterrupt() throws Exception {
        LinkedBlockingQueue<HistoryEvent> events = new LinkedBlockingQueue<>();
        CompletableFuture<Throwable> end = new CompletableFuture<>();
        BuildRequest request = BuildRequest.builder().option("no-cache", "").build();
        Thread follower = new Thread(() -> {
            try {
                client.followHistory(new HistoryQuery(request.ref(), false, List.of(), 0), events::add);
                end.complete(new AssertionError("the call ended without an interrupt"));
            } catch (Exception e) {
                end.complete(e);
            }
        });
        follower.start();
        Builds.dockerfile(folder, "FROM busybox\nRUN --mount=type=secret,id=any true\n");
        CompletableFuture<HistoryEvent> first = new CompletableFuture<>();
        SessionContent content = Builds.content(folder, daemon.logins());
        // The build cannot end before the first event.
        Secrets secrets = id -> {
            try {
                first.complete(events.poll(2, TimeUnit.MINUTES));
            } catch (InterruptedException e) {
                first.completeExceptionally(e);
            }
            return Optional.empty();
        };
        client.build(request, new SessionContent(content.locals(), content.logins(), secrets, ""), BuildListener.NONE);
        assertEquals(HistoryEvent.Kind.STARTED, first.get().kind());
        assertEquals(
                HistoryEvent.Kind.COMPLETE, events.poll(2, TimeUnit.MINUTES).kind());
        follower.interrupt();
        assertEquals(InterruptedException.class, end.get(2, TimeUnit.MINUTES).getClass());
    }
}
