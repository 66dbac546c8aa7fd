// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.jenkins.plugins.treenq.buildkit.BuildEvent;
import io.jenkins.plugins.treenq.buildkit.BuildListener;
import io.jenkins.plugins.treenq.buildkit.BuildResult;
import io.jenkins.plugins.treenq.buildkit.BuildkitException;
import io.jenkins.plugins.treenq.buildkit.Daemon;
import io.jenkins.plugins.treenq.buildkit.images.ImageRegistry;
import io.jenkins.plugins.treenq.buildkit.inputs.BuildInputs;
import io.jenkins.plugins.treenq.buildkit.inputs.FolderHashes;
import io.jenkins.plugins.treenq.buildkit.session.SessionContent;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Random;
import java.util.SortedMap;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/** Targets of bake files are built together, at real daemons. */
@ParameterizedClass
@MethodSource("io.jenkins.plugins.treenq.buildkit.Daemon#all")
@Timeout(300)
class BakeRunTest {
    @Parameter
    Daemon daemon;

    @TempDir
    Path folder;

    private SortedMap<String, BuildResult> bake(String hcl, String... targets) throws Exception {
        return bake(Bakes.prepared(daemon, folder, hcl, targets), "");
    }

    private SortedMap<String, BuildResult> bake(SortedMap<String, PreparedTarget> targets, String sharedKey)
            throws Exception {
        try (BuildkitClient client = BuildkitClient.connect(daemon.endpoint());
                BakeRun run = BakeRun.open(client, targets, sharedKey)) {
            return run.build(target -> BuildListener.NONE);
        }
    }

    private String text(String path) throws Exception {
        return Files.readString(folder.resolve(path)).strip();
    }

    private void write(String path, String text) throws Exception {
        Path file = folder.resolve(path);
        Files.createDirectories(file.getParent());
        Files.writeString(file, text);
    }

    @Test
    void aChainOfTargetsIsBuiltInTheDaemon() throws Exception {
        write("base/Dockerfile", "FROM busybox\nENV COLOUR=blue\nRUN head -c 16 /dev/urandom | base64 > /id\n");
        write("middle/Dockerfile", "FROM base\nRUN echo \"$COLOUR\" > /colour\n");
        write("app/Dockerfile", """
                FROM busybox AS copied
                COPY --from=lower /id /colour /out/
                ARG NAME
                RUN echo "$NAME" > /out/name
                FROM scratch
                COPY --from=copied /out /
                """);
        SortedMap<String, BuildResult> results = bake("""
                group "default" { targets = ["app"] }
                target "base" { context = "base" }
                target "middle" {
                  context = "middle"
                  contexts = { base = "target:base" }
                }
                target "app" {
                  matrix = { item = ["one", "two"] }
                  name = "app-${item}"
                  context = "app"
                  contexts = { lower = "target:middle" }
                  args = { NAME = item }
                  output = ["type=local,dest=out/${item}"]
                }
                """);
        assertEquals(List.of("app-one", "app-two", "base", "middle"), List.copyOf(results.keySet()));
        assertEquals("blue", text("out/one/colour"));
        assertEquals("one", text("out/one/name"));
        assertEquals("two", text("out/two/name"));
        // The step of the base was executed once.
        assertEquals(text("out/one/id"), text("out/two/id"));
    }

    /** As targets of a bake with skipIfUnchanged. */
    @Test
    void recordedFoldersAreSentAsTheyWereRecorded() throws Exception {
        write("Dockerfile", "FROM scratch\nARG NAME\nCOPY files /\n");
        write("other.Dockerfile", "FROM scratch\nCOPY files /\n");
        write("other.Dockerfile.dockerignore", "**/skipped\n");
        write("files/file", UUID.randomUUID().toString());
        write("files/skipped", "skipped");
        SortedMap<String, PreparedTarget> targets = Bakes.prepared(daemon, folder, """
                group "default" { targets = ["one", "two", "three"] }
                target "one" {
                  args = { NAME = "one" }
                  output = ["type=local,dest=out/one"]
                }
                target "two" {
                  args = { NAME = "two" }
                  output = ["type=local,dest=out/two"]
                }
                target "three" {
                  dockerfile = "other.Dockerfile"
                  output = ["type=local,dest=out/three"]
                }
                """);
        FolderHashes hashes = new FolderHashes();
        try (ImageRegistry images = new ImageRegistry(daemon.logins(), Map.of())) {
            for (Map.Entry<String, PreparedTarget> target : targets.entrySet()) {
                SessionContent content = target.getValue().content();
                BuildInputs inputs = BuildInputs.of(
                        target.getValue().request(),
                        content.locals(),
                        content.boundary(),
                        images,
                        Map.of(),
                        Map.of(),
                        hashes);
                assertEquals("", inputs.obstacle());
                target.setValue(target.getValue().with(content.withLocals(inputs.locals())));
            }
        }
        assertSame(
                targets.get("one").content().locals().get("context"),
                targets.get("two").content().locals().get("context"));

        write("files/new", "new");
        write("other.Dockerfile.dockerignore", "");
        bake(targets, UUID.randomUUID().toString());
        for (String name : List.of("one", "two", "three")) {
            assertEquals(text("files/file"), text("out/" + name + "/file"));
            assertFalse(Files.exists(folder.resolve("out/" + name + "/new")));
        }
        assertEquals("skipped", text("out/two/skipped"));
        assertFalse(Files.exists(folder.resolve("out/three/skipped")));

        write("files/file", "changed");
        targets.replaceAll((name, target) -> new PreparedTarget(
                target.request().withNewRef(),
                target.content().withSharedKey(UUID.randomUUID().toString()),
                target.subrequest()));
        TargetFailedException failure = assertThrows(
                TargetFailedException.class,
                () -> bake(targets, UUID.randomUUID().toString()));
        assertTrue(
                failure.getCause().getMessage().startsWith("context file 'files/file' cannot be read: it was changed"),
                failure.getCause().getMessage());
    }

    @Test
    void aMultiPlatformTargetIsLinkedForEachPlatform() throws Exception {
        write("base/amd64", "of amd64");
        write("base/arm64", "of arm64");
        write("base/Dockerfile", "FROM scratch\nARG TARGETARCH\nENV ORIGIN=$TARGETARCH\nCOPY $TARGETARCH /text\n");
        write("app/Dockerfile", "FROM base\nWORKDIR /$ORIGIN\nCOPY Dockerfile .\n");
        bake("""
                group "default" { targets = ["app", "one"] }
                target "base" {
                  context = "base"
                  platforms = ["linux/amd64", "linux/arm64"]
                }
                target "app" {
                  context = "app"
                  contexts = { base = "target:base" }
                  platforms = ["linux/amd64", "linux/arm64"]
                  output = ["type=local,dest=out"]
                }
                target "one" {
                  inherits = ["app"]
                  platforms = ["linux/arm64"]
                  output = ["type=local,dest=one"]
                }
                """);
        assertEquals("of amd64", text("out/linux_amd64/text"));
        assertEquals("of arm64", text("out/linux_arm64/text"));
        assertTrue(Files.exists(folder.resolve("out/linux_amd64/amd64/Dockerfile")));
        assertTrue(Files.exists(folder.resolve("out/linux_arm64/arm64/Dockerfile")));
        assertEquals("of arm64", text("one/text"));
    }

    @Test
    void aLinkedTargetIsExportedIfItIsRequested() throws Exception {
        write("Dockerfile", "FROM scratch AS base\nCOPY Dockerfile /\nFROM scratch AS app\nCOPY --from=other / /\n");
        String name = daemon.registry() + "/bake-" + UUID.randomUUID();
        SortedMap<String, BuildResult> results = bake("""
                group "default" { targets = ["base", "app"] }
                target "base" {
                  target = "base"
                  tags = ["%1$s-base:1"]
                  output = ["type=registry"]
                }
                target "app" {
                  target = "app"
                  contexts = { other = "target:base" }
                  tags = ["%1$s-app:1", "%1$s-app:2"]
                  output = ["type=image,push=true"]
                }
                """.formatted(name));
        for (String target : List.of("base", "app")) {
            String repository = name.substring(name.indexOf('/') + 1) + "-" + target;
            assertEquals(
                    results.get(target).digest().orElseThrow().value(),
                    new io.jenkins.plugins.treenq.buildkit.Registry(daemon)
                            .digest(repository, "1")
                            .orElseThrow());
        }
        assertEquals(
                name + "-app:1," + name + "-app:2",
                results.get("app").metadata().get("image.name"));
    }

    @Test
    void aFailedTargetIsNamedAndCancelsTheOthers() throws Exception {
        write("fails/Dockerfile", "FROM busybox\nRUN sleep 1; exit 3\n");
        write("base/Dockerfile", "FROM busybox\nRUN echo started " + UUID.randomUUID() + " && sleep 600\n");
        write("waits/Dockerfile", "FROM base\n");
        String hcl = """
                group "default" { targets = ["fails", "waits", "sleeps"] }
                target "fails" { context = "fails" }
                target "base" { context = "base" }
                target "sleeps" { context = "base" }
                target "waits" {
                  context = "waits"
                  contexts = { base = "target:base" }
                }
                """;
        SortedMap<String, PreparedTarget> targets = Bakes.prepared(daemon, folder, hcl);
        try (BuildkitClient client = BuildkitClient.connect(daemon.endpoint());
                BakeRun run = BakeRun.open(client, targets, "")) {
            TargetFailedException failure =
                    assertThrows(TargetFailedException.class, () -> run.build(target -> BuildListener.NONE));
            assertEquals("fails", failure.target());
            assertInstanceOf(BuildkitException.BuildFailedException.class, failure.getCause());
            assertTrue(failure.getMessage().startsWith("target fails: "), failure::getMessage);
            assertEnded(client, targets);
        }
    }

    @Test
    void anInterruptEndsAllBuildsInTheDaemon() throws Exception {
        write("base/Dockerfile", "FROM busybox\nRUN echo started " + UUID.randomUUID() + " && sleep 600\n");
        write("app/Dockerfile", "FROM base\n");
        String hcl = """
                group "default" { targets = ["app", "other"] }
                target "base" { context = "base" }
                target "other" {
                  context = "base"
                  args = { X = "1" }
                }
                target "app" {
                  context = "app"
                  contexts = { base = "target:base" }
                }
                """;
        SortedMap<String, PreparedTarget> targets = Bakes.prepared(daemon, folder, hcl);
        Builds.Log log = new Builds.Log("started");
        try (BuildkitClient client = BuildkitClient.connect(daemon.endpoint());
                BakeRun run = BakeRun.open(client, targets, "")) {
            CompletableFuture<Throwable> outcome = new CompletableFuture<>();
            Thread thread = new Thread(() -> {
                try {
                    run.build(target -> log);
                    outcome.complete(null);
                } catch (TargetFailedException | InterruptedException | RuntimeException e) {
                    outcome.complete(e);
                }
            });
            thread.start();
            assertTrue(log.awaitText());
            thread.interrupt();
            assertInstanceOf(InterruptedException.class, outcome.get(2, TimeUnit.MINUTES));
            assertEnded(client, targets);
        }
    }

    /** No build of these targets is left in the daemon. */
    private static void assertEnded(BuildkitClient client, Map<String, PreparedTarget> targets) throws Exception {
        for (PreparedTarget target : targets.values()) {
            // A build that waited for others was never sent.
            if (client.history(target.request().ref()).isPresent()) {
                assertTrue(Builds.awaitEnd(client, target.request().ref()).completed() != null);
            }
        }
    }

    @Test
    void aFolderThatManyTargetsUseIsSentOnce() throws Exception {
        Random random = new Random(1);
        byte[] content = new byte[1000];
        // The files are sent as their names, which take most of the time, and some of them as their content, too.
        long bytes = 0;
        for (int i = 0; i < 20_000; i++) {
            Path file = folder.resolve("files/" + i % 100 + "/" + i);
            if (i < 100) {
                Files.createDirectories(file.getParent());
            }
            if (i % 10 == 0) {
                random.nextBytes(content);
                Files.write(file, content);
                bytes += content.length;
            } else {
                Files.createFile(file);
            }
            bytes += folder.relativize(file).toString().length();
        }
        write("Dockerfile", "FROM scratch\nARG N\nLABEL n=$N\nCOPY . /\n");
        StringBuilder hcl = new StringBuilder("group \"default\" { targets = [\"t\"] }\n");
        hcl.append("target \"t\" {\n  matrix = { n = [");
        for (int i = 0; i < 20; i++) {
            hcl.append(i == 0 ? "" : ", ").append('"').append(i).append('"');
        }
        hcl.append("] }\n  name = \"t${n}\"\n  args = { N = n }\n  output = [\"type=image\"]\n}\n");
        Queue<String> transfers = new ConcurrentLinkedQueue<>();
        try (Relay relay = Relay.slow(daemon.socket(), 100_000_000)) {
            SortedMap<String, PreparedTarget> targets = Bakes.prepared(daemon, folder, hcl.toString());
            try (BuildkitClient client =
                            BuildkitClient.connect(relay.endpoint(null).withCompression(false));
                    BakeRun run =
                            BakeRun.open(client, targets, UUID.randomUUID().toString())) {
                SortedMap<String, BuildResult> results = run.build(target -> event -> {
                    if (event instanceof BuildEvent.Progress progress
                            && progress.id().startsWith("transferring context")) {
                        transfers.add(progress.vertex());
                    }
                });
                assertEquals(20, results.size());
            }
            long sent = relay.bytesFromClients();
            assertTrue(sent > bytes && sent < 2 * bytes, () -> sent + " bytes were sent");
        }
        // The files, and before them the ignore file.
        assertEquals(2, transfers.stream().distinct().count());
    }

    /** The sources of all targets have the same names, such as context. */
    @Test
    void theDaemonKeepsTheFolderOfEachTarget() throws Exception {
        Random random = new Random(2);
        byte[] content = new byte[200_000];
        StringBuilder hcl = new StringBuilder();
        List<String> names = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            String name = "t" + i;
            names.add(name);
            write(name + "/Dockerfile", "FROM scratch\nCOPY file /\n");
            random.nextBytes(content);
            Files.write(folder.resolve(name + "/file"), content);
            hcl.append("target \"%1$s\" { context = \"%1$s\" }\n".formatted(name));
        }
        String key = UUID.randomUUID().toString();
        long all = names.size() * (long) content.length;
        long sent = Long.MAX_VALUE;
        // The daemon releases the files of a build soon after its end, and until then does not use them again.
        for (int attempt = 0; attempt < 5 && sent > all / 2; attempt++) {
            sent = bytesOfBake(
                    Bakes.preparedWithKey(key, daemon, folder, hcl.toString(), names.toArray(String[]::new)));
            assertTrue(attempt > 0 || sent > all);
        }
        assertTrue(sent < all / 2, sent + " bytes were sent again");
    }

    /** Daemons compare files by their sizes and times, not by their content. */
    @Test
    void anotherFolderOfTheSameTargetIsSentAlthoughItsFilesLookTheSame() throws Exception {
        for (String name : List.of("a", "b")) {
            write(name + "/Dockerfile", "FROM scratch\nCOPY file /\n");
            write(name + "/file", "of " + name);
            for (String file : List.of("/Dockerfile", "/file", "")) {
                Files.setLastModifiedTime(folder.resolve(name + file), FileTime.fromMillis(1_700_000_000_000L));
            }
        }
        String key = UUID.randomUUID().toString();
        for (String name : List.of("a", "a", "b", "b", "a")) {
            String hcl =
                    "target \"default\" {\n  context = \"" + name + "\"\n  output = [\"type=local,dest=out\"]\n}\n";
            try (BuildkitClient client = BuildkitClient.connect(daemon.endpoint());
                    BakeRun run = BakeRun.open(client, Bakes.preparedWithKey(key, daemon, folder, hcl), "")) {
                run.build(target -> BuildListener.NONE);
            }
            assertEquals("of " + name, text("out/file"));
        }
    }

    private long bytesOfBake(SortedMap<String, PreparedTarget> targets) throws Exception {
        try (Relay relay = Relay.slow(daemon.socket(), 100_000_000)) {
            try (BuildkitClient client =
                            BuildkitClient.connect(relay.endpoint(null).withCompression(false));
                    BakeRun run = BakeRun.open(client, targets, "")) {
                run.build(target -> BuildListener.NONE);
            }
            return relay.bytesFromClients();
        }
    }

    @Test
    void aFailedTargetEndsTheCheckOfAnother() throws Exception {
        write("Dockerfile", "FROM scratch\nCOPY missing /\n");
        try (ServerSocket server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
                BuildkitClient client = BuildkitClient.connect(daemon.endpoint())) {
            // The daemon connects and gets no answer.
            SortedMap<String, PreparedTarget> targets =
                    Bakes.prepared(daemon, folder, """
                    group "default" { targets = ["fails", "waits"] }
                    target "fails" {}
                    target "waits" {
                      context = "http://127.0.0.1:%d/waits.tar"
                      call = "check"
                    }
                    """.formatted(server.getLocalPort()));
            try (BakeRun run = BakeRun.open(client, targets, "")) {
                CompletableFuture<Socket> asked = new CompletableFuture<>();
                CompletableFuture<Throwable> check = CompletableFuture.supplyAsync(() -> {
                    try {
                        run.check("waits");
                        return null;
                    } catch (BuildkitException | InterruptedException e) {
                        return e;
                    }
                });
                Thread accepting = new Thread(() -> {
                    try {
                        asked.complete(server.accept());
                    } catch (IOException e) {
                        asked.completeExceptionally(e);
                    }
                });
                accepting.start();
                try (Socket ignored = asked.get(1, TimeUnit.MINUTES)) {
                    assertThrows(TargetFailedException.class, () -> run.build(target -> BuildListener.NONE));
                    assertInstanceOf(BuildkitException.BuildCancelledException.class, check.get(1, TimeUnit.MINUTES));
                }
                assertThrows(BuildkitException.BuildCancelledException.class, () -> run.check("waits"));
            }
        }
    }

    @Test
    void aTargetThatLinksAnotherCanBeChecked() throws Exception {
        write("base/Dockerfile", "FROM scratch\nENV COLOUR=blue\nCOPY Dockerfile /\n");
        write("app/Dockerfile", "from base\nRUN echo $COLOUR\n");
        String hcl = """
                group "default" { targets = ["base", "app"] }
                target "base" {
                  context = "base"
                  output = ["type=local,dest=out"]
                }
                target "app" {
                  context = "app"
                  contexts = { base = "target:base" }
                  call = "check"
                }
                """;
        try (BuildkitClient client = BuildkitClient.connect(daemon.endpoint());
                BakeRun run = BakeRun.open(client, Bakes.prepared(daemon, folder, hcl), "")) {
            // The target that is checked is not built, and the other does not wait for it.
            assertEquals(
                    List.of("base"),
                    List.copyOf(run.build(target -> BuildListener.NONE).keySet()));
            assertTrue(Files.exists(folder.resolve("out/Dockerfile")));
            assertEquals(null, run.check("app").problem());
            assertEquals(
                    List.of("ConsistentInstructionCasing"),
                    run.check("app").warnings().stream()
                            .map(io.jenkins.plugins.treenq.buildkit.Lint.Warning::rule)
                            .toList());
            assertFalse(run.answer("app", BuildListener.NONE)
                    .getOrDefault("result.json", "")
                    .isEmpty());
        }
    }

    @Test
    void targetsThatLinkEachOtherAreRefused() throws Exception {
        write("Dockerfile", "FROM scratch\nCOPY Dockerfile /\n");
        SortedMap<String, PreparedTarget> targets = Bakes.prepared(daemon, folder, """
                group "default" { targets = ["a"] }
                target "a" { contexts = { other = "target:b" } }
                target "b" {}
                """);
        PreparedTarget a = targets.get("a");
        try (BuildkitClient client = BuildkitClient.connect(daemon.endpoint())) {
            assertThrows(
                    BuildkitException.InvalidRequestException.class,
                    () -> client.begin(a.request(), a.content(), BuildListener.NONE));
            assertThrows(
                    BuildkitException.InvalidRequestException.class, () -> BakeRun.open(client, Map.of("a", a), ""));
            PreparedTarget back = new PreparedTarget(
                    a.request().withNewRef().withOptions(Map.of("context:other", "target:a")), a.content(), "");
            BuildkitException failure = assertThrows(
                    BuildkitException.InvalidRequestException.class,
                    () -> BakeRun.open(client, Map.of("a", a, "b", back), ""));
            assertTrue(failure.getMessage().contains("a, b"), failure::getMessage);
        }
    }
}
