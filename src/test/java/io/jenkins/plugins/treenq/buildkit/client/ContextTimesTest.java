// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.client;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.jenkins.plugins.treenq.buildkit.BuildEvent;
import io.jenkins.plugins.treenq.buildkit.BuildResult;
import io.jenkins.plugins.treenq.buildkit.Daemon;
import io.jenkins.plugins.treenq.buildkit.registry.RegistryLogins;
import io.jenkins.plugins.treenq.buildkit.session.Secrets;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The client sends the times that files have on the disk: a build step that compares them, such as {@code make},
 * detects changes, and the image equals the one that buildctl's build of the same folder creates.
 */
@ParameterizedClass
@MethodSource("io.jenkins.plugins.treenq.buildkit.Daemon#all")
class ContextTimesTest {
    private static final int FILES = 200;
    private static final int FILE_BYTES = 20_000;
    private static final String EPOCH = "1700000000";

    @Parameter
    Daemon daemon;

    @TempDir
    Path workspace;

    @TempDir
    Path scratch;

    /**
     * A unique part of the names of cache mounts and shared keys, so that no earlier run of the tests has filled them.
     */
    private final String unique = UUID.randomUUID().toString();

    /** The clock of these tests: seconds pass when a checkout is written and when a step writes its output. */
    private long now = Long.parseLong(EPOCH) - 1_000_000;

    /**
     * The numbers have no fixed seed: the daemon regards a file with the same size, mode and time as unchanged, and
     * keeps the files of buildctl from one run of the tests to the next.
     */
    private final Random random = new Random();

    /** Works like {@code make}: creates the output if the source is newer, and keeps it in a cache mount. */
    private String makeLike(String copied) {
        return """
                FROM busybox AS files
                WORKDIR /src
                COPY %s ./
                FROM files AS build
                ARG CLOCK
                RUN --mount=type=cache,id=%s,target=/kept \
                    if [ ! -e /kept/out ] || [ src.txt -nt /kept/out ]; then \
                      cp src.txt /kept/out && touch -d @$CLOCK /kept/out; fi; \
                    cp /kept/out /result
                FROM scratch
                COPY --from=build /result /
                """.formatted(copied, unique);
    }

    /** Creates a folder in which all files have new times. */
    private Path checkout(String dockerfile, String source) throws IOException {
        Path checkout = Files.createTempDirectory(workspace, "checkout");
        Files.writeString(checkout.resolve("Dockerfile"), dockerfile);
        // The content is unique, because the daemon would reuse a layer of an earlier build with its older times.
        Files.writeString(checkout.resolve("src.txt"), source + unique);
        // Another file changes with each commit, so that the step is executed again even if the source is the same.
        Files.writeString(checkout.resolve("version"), now + unique);
        written(checkout);
        return checkout;
    }

    private void written(Path folder) throws IOException {
        now += 10;
        for (Path path : below(folder)) {
            Files.setLastModifiedTime(path, FileTime.from(Instant.ofEpochSecond(now, random.nextInt(1_000_000_000))));
        }
        now += 10;
    }

    private static List<Path> below(Path folder) throws IOException {
        try (Stream<Path> paths = Files.walk(folder)) {
            return paths.filter(path -> !path.equals(folder)).toList();
        }
    }

    /** Returns a build with the parameters that the Pipeline step uses. */
    private DockerfileBuild.Builder ours(Path checkout) throws Exception {
        return DockerfileBuild.builder()
                .context(workspace.relativize(checkout).toString())
                .buildArgs(Map.of("CLOCK", Long.toString(now)));
    }

    /** The number of context bytes that were sent, as the daemon reports it, and the result. */
    private record Built(long bytes, BuildResult result) {}

    private Built build(DockerfileBuild.Builder build, String sharedKey) throws Exception {
        PreparedBuild prepared = build.build().in(new Workspace(workspace, workspace));
        AtomicLong bytes = new AtomicLong();
        try (BuildkitClient client = BuildkitClient.connect(daemon.endpoint())) {
            BuildResult result = client.build(
                    prepared.request(),
                    prepared.content(RegistryLogins.NONE, Secrets.NONE, Map.of(), sharedKey),
                    event -> {
                        if (event instanceof BuildEvent.Progress progress
                                && progress.id().equals("transferring context:")) {
                            bytes.accumulateAndGet(progress.current(), Math::max);
                        }
                    });
            return new Built(bytes.get(), result);
        }
    }

    /** Exports the files of the result, and returns their folder. */
    private Path files(Path checkout, String sharedKey) throws Exception {
        Path out = Files.createTempDirectory(workspace, "out");
        String name = workspace.relativize(out).toString();
        build(ours(checkout).destinations(List.of(new FileOutput("local", name, Map.of()))), sharedKey);
        return out;
    }

    private String made(Path checkout, String sharedKey) throws Exception {
        return result(files(checkout, sharedKey));
    }

    private void buildctl(Path checkout, String... more) throws Exception {
        List<String> arguments = new ArrayList<>(List.of(
                "build",
                "--frontend=dockerfile.v0",
                "--progress=plain",
                "--local=context=" + checkout,
                "--local=dockerfile=" + checkout));
        arguments.addAll(List.of(more));
        daemon.buildctl(scratch, arguments);
    }

    private String madeByBuildctl(Path checkout) throws Exception {
        Path out = Files.createTempDirectory(scratch, "out");
        buildctl(checkout, "--opt=build-arg:CLOCK=" + now, "--output=type=local,dest=" + out);
        return result(out);
    }

    private String result(Path out) throws IOException {
        return Files.readString(out.resolve("result")).replace(unique, "");
    }

    @Test
    void aBuildStepDetectsTheChangesOfAFreshCheckout() throws Exception {
        List<String> made = new ArrayList<>();
        for (String source : List.of("ddd", "eee", "fff")) {
            made.add(made(checkout(makeLike("src.txt"), source), unique));
        }
        assertEquals(List.of("ddd", "eee", "fff"), made);
    }

    @Test
    void twoJobsThatShareACacheMountEachGetTheirOwnSource() throws Exception {
        record Push(String job, String source) {}
        List<Push> pushes = List.of(
                new Push("main", "one"),
                new Push("feature", "two"),
                new Push("main", "one"),
                new Push("feature", "two"),
                new Push("main", "three"),
                new Push("feature", "two"),
                new Push("main", "one"));
        List<Push> made = new ArrayList<>();
        for (Push push : pushes) {
            Path checkout = checkout(makeLike("."), push.source());
            made.add(new Push(push.job(), made(checkout, push.job() + unique)));
        }
        assertEquals(pushes, made);
    }

    /** The daemon finds the layer of a COPY by its content, also if another client has built it. */
    @Test
    void theCacheOfABuildIsCorrectForBuildctl() throws Exception {
        assertEquals("older", madeByBuildctl(checkout(makeLike("src.txt"), "older")));
        build(ours(checkout(makeLike("src.txt"), "newer")).target("files"), unique);
        assertEquals("newer", madeByBuildctl(checkout(makeLike("src.txt"), "newer")));
    }

    @Test
    void theImageHasTheTimesOnTheDiskInFirstAndLaterBuilds() throws Exception {
        Path checkout = Files.createDirectories(workspace.resolve("tree"));
        Files.writeString(checkout.resolve("Dockerfile"), "FROM scratch\nCOPY . /\n");
        Files.createDirectories(checkout.resolve("a/b"));
        for (int i = 0; i < 20; i++) {
            Files.writeString(checkout.resolve("a/b/" + i), "file " + i + unique);
        }
        written(checkout);
        assertEquals(times(checkout), times(files(checkout, unique)));

        // A kept workspace: some files are written again, with the same or new content. A folder of the daemon has the
        // time at
        // which the daemon last wrote a file into it, with any client (fsutil's diskwriter.go).
        Files.writeString(checkout.resolve("a/b/3"), "changed");
        for (int i = 3; i < 7; i++) {
            now += 10;
            Files.setLastModifiedTime(checkout.resolve("a/b/" + i), FileTime.from(Instant.ofEpochSecond(now, i)));
        }
        assertEquals(timesOfFiles(checkout), timesOfFiles(files(checkout, unique)));

        // A fresh checkout: all files are written again, in another order.
        Files.writeString(checkout.resolve("a/b/3"), "changed again");
        written(checkout);
        assertEquals(timesOfFiles(checkout), timesOfFiles(files(checkout, unique)));
    }

    private static Map<String, Long> times(Path folder) throws IOException {
        return times(folder, below(folder));
    }

    private static Map<String, Long> timesOfFiles(Path folder) throws IOException {
        return times(folder, below(folder).stream().filter(Files::isRegularFile).toList());
    }

    private static Map<String, Long> times(Path folder, List<Path> paths) throws IOException {
        Map<String, Long> times = new TreeMap<>();
        for (Path path : paths) {
            FileTime time = Files.getLastModifiedTime(path, LinkOption.NOFOLLOW_LINKS);
            times.put(folder.relativize(path).toString(), time.to(TimeUnit.NANOSECONDS));
        }
        return times;
    }

    @Test
    void generatedFilesStayNewerThanTheirSources() throws Exception {
        Path checkout = checkout("""
                FROM busybox AS build
                WORKDIR /src
                COPY . .
                RUN for s in *.y; do [ $s -nt ${s%.y}.c ] && echo $s; done > /result; true
                FROM scratch
                COPY --from=build /result /
                """, unique);
        for (int build = 0; build < 2; build++) {
            now += 10;
            for (String kind : List.of("y", "c")) {
                now += 1;
                for (int i = 0; i < 20; i++) {
                    Path file = Files.writeString(checkout.resolve(i + "." + kind), build + kind + i + unique);
                    Files.setLastModifiedTime(file, FileTime.from(Instant.ofEpochSecond(now)));
                }
            }
            assertEquals("", made(checkout, unique));
        }
    }

    @Test
    void theImageEqualsBuildctlsByDefault() throws Exception {
        Path checkout = checkout("FROM scratch\nCOPY . /\n", unique);
        for (String rewrite : List.of("true", "false")) {
            Built ours = build(
                    DockerfileBuild.builder()
                            .context(workspace.relativize(checkout).toString())
                            .buildArgs(Map.of("SOURCE_DATE_EPOCH", EPOCH))
                            .tags(List.of("localhost/times"))
                            .imageOptions(Map.of("rewrite-timestamp", rewrite))
                            .noCache(true),
                    unique);
            Path metadata = scratch.resolve("metadata.json");
            buildctl(
                    checkout,
                    "--opt=build-arg:SOURCE_DATE_EPOCH=" + EPOCH,
                    "--no-cache",
                    "--output=type=image,name=localhost/times,rewrite-timestamp=" + rewrite,
                    "--metadata-file=" + metadata);
            String digest = com.google.gson.JsonParser.parseString(Files.readString(metadata))
                    .getAsJsonObject()
                    .get("containerimage.digest")
                    .getAsString();
            assertEquals(digest, ours.result().digest().orElseThrow().value(), "rewrite-timestamp=" + rewrite);
        }
    }

    @Test
    void exportedFilesEqualBuildctlsByDefault() throws Exception {
        Path checkout = checkout("FROM scratch\nCOPY . /\n", unique);
        build(ours(checkout).noCache(true).destinations(List.of(new FileOutput("tar", "ours.tar", Map.of()))), unique);
        Path theirs = scratch.resolve("theirs.tar");
        buildctl(checkout, "--no-cache", "--output=type=tar,dest=" + theirs);
        assertArrayEquals(Files.readAllBytes(theirs), Files.readAllBytes(workspace.resolve("ours.tar")));
    }

    private Path large(String name) throws IOException {
        Path folder = Files.createDirectory(workspace.resolve(name));
        Files.writeString(folder.resolve("Dockerfile"), "FROM scratch\nCOPY . /\n");
        byte[] bytes = new byte[FILE_BYTES];
        for (int i = 0; i < FILES; i++) {
            random.nextBytes(bytes);
            Files.write(folder.resolve("f" + i), bytes);
        }
        return folder;
    }

    @Test
    void onlyChangedFilesOfAKeptWorkspaceAreSent() throws Exception {
        Path kept = large("kept");
        Path other = large("other");
        long first = build(ours(kept), "kept" + unique).bytes();
        assertTrue(first > FILES * FILE_BYTES, "sent " + first + " bytes");
        build(ours(other), "other" + unique);
        build(ours(other), "");
        buildctl(other);

        long unchanged = build(ours(kept), "kept" + unique).bytes();
        assertTrue(unchanged < FILES * 200, "sent " + unchanged + " bytes");
        byte[] bytes = new byte[FILE_BYTES];
        random.nextBytes(bytes);
        Files.write(kept.resolve("f7"), bytes);
        build(ours(other), "other" + unique);
        buildctl(other);
        long changed = build(ours(kept), "kept" + unique).bytes();
        assertTrue(changed > FILE_BYTES && changed < FILE_BYTES + FILES * 200, "sent " + changed + " bytes");
    }

    /** The shared key makes a daemon keep the files of a workspace apart from those of other builds. */
    @Test
    void withoutASharedKeyAnotherBuildCausesAllFilesToBeSentAgain() throws Exception {
        Path kept = large("kept");
        Path other = large("other");
        build(ours(kept), "");
        buildctl(other);
        long again = build(ours(kept), "").bytes();
        assertTrue(again > FILES * FILE_BYTES, "sent " + again + " bytes");
    }
}
