// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.jenkins.plugins.treenq.buildkit.BuildEvent;
import io.jenkins.plugins.treenq.buildkit.BuildListener;
import io.jenkins.plugins.treenq.buildkit.BuildRequest;
import io.jenkins.plugins.treenq.buildkit.BuildResult;
import io.jenkins.plugins.treenq.buildkit.BuildkitException;
import io.jenkins.plugins.treenq.buildkit.Daemon;
import io.jenkins.plugins.treenq.buildkit.Export;
import io.jenkins.plugins.treenq.buildkit.Output;
import io.jenkins.plugins.treenq.buildkit.Registry;
import io.jenkins.plugins.treenq.buildkit.session.SessionContent;
import java.io.FileOutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/** Outputs of a real daemon equal those that buildctl receives. */
@ParameterizedClass
@MethodSource("io.jenkins.plugins.treenq.buildkit.Daemon#all")
class OutputTest {
    /** A tree with every kind of entry, beside a whole image with its hundreds of hard links. */
    private static final String EVERYTHING = """
            FROM busybox
            RUN mkdir -p /tree/deep/er /tree/empty /tree/set && cd /tree \\
              && echo hello > file && touch none && ln file hard && ln file deep/er/hard \\
              && head -c 3000000 /dev/urandom > large \\
              && ln -s file link && ln -s /nowhere dangling && ln -s ../..//x/ odd && ln -s deep folderlink \\
              && echo x > "with space" && echo x > 'umläut' && echo x > '日本' && echo x > "$(printf 'no\\377utf8')" \\
              && ln -s x "$(printf 'link\\377')" \\
              && for m in 0000 0111 0200 0444 0600 0777 4755 2711 6711 1644; do echo $m > m$m; chmod $m m$m; done \\
              && chmod 2775 set && chmod 1777 empty && mkfifo pipe && chmod 0622 pipe \\
              && mkdir locked && echo x > locked/in && chmod 0000 locked && mkdir ro && echo x > ro/in && chmod 0555 ro \\
              && touch -d '2001-02-03 04:05:06' file deep && touch -d '1999-01-01' large
            """;

    @Parameter
    Daemon daemon;

    @TempDir
    Path folder;

    @TempDir
    Path scratch;

    private Path ours;
    private Path theirs;

    @BeforeEach
    void names() {
        ours = scratch.resolve("ours");
        theirs = scratch.resolve("theirs");
    }

    private BuildResult build(BuildRequest request, Map<Integer, Output> outputs) throws Exception {
        return build(request, outputs, BuildListener.NONE);
    }

    private BuildResult build(BuildRequest request, Map<Integer, Output> outputs, BuildListener listener)
            throws Exception {
        SessionContent content = Builds.content(folder, daemon.logins());
        try (BuildkitClient client = BuildkitClient.connect(daemon.endpoint())) {
            return client.build(
                    request,
                    new SessionContent(
                            content.locals(),
                            content.logins(),
                            content.secrets(),
                            Map.of(),
                            outputs,
                            Map.of(),
                            Map.of(),
                            ""),
                    listener);
        }
    }

    private BuildResult build(Output output, Export export, String... options) throws Exception {
        BuildRequest.Builder request = BuildRequest.builder().exports(List.of(export));
        for (String option : options) {
            request.option(option.substring(0, option.indexOf('=')), option.substring(option.indexOf('=') + 1));
        }
        return build(request.build(), Map.of(0, output));
    }

    private void buildctl(String output, String... options) throws Exception {
        List<String> arguments = new ArrayList<>(List.of(
                "build",
                "--frontend=dockerfile.v0",
                "--progress=plain",
                "--local=context=" + folder,
                "--local=dockerfile=" + folder,
                "--output=" + output));
        for (String option : options) {
            arguments.add("--opt=" + option);
        }
        daemon.buildctl(scratch, arguments);
    }

    private static Export export(String type, String... attributes) {
        Map<String, String> map = new java.util.HashMap<>();
        for (String attribute : attributes) {
            map.put(attribute.substring(0, attribute.indexOf('=')), attribute.substring(attribute.indexOf('=') + 1));
        }
        return new Export(type, map);
    }

    private void assertSameTrees() throws Exception {
        assertEquals(Trees.describe(theirs), Trees.describe(ours));
    }

    @Test
    void anExportedFolderEqualsBuildctls() throws Exception {
        Builds.dockerfile(folder, EVERYTHING);
        buildctl("type=local,dest=" + theirs);
        build(new Output.Folder(ours), export("local", "setuid=true"));
        assertSameTrees();
        assertTrue(Files.exists(ours.resolve("bin/busybox")));
        assertEquals(
                Files.getAttribute(theirs, "unix:mode"), Files.getAttribute(ours, "unix:mode"), "of the folder itself");
    }

    @Test
    void filesLoseSetuidAndSetgidBitsUnlessSetuidIsSet() throws Exception {
        Builds.dockerfile(
                folder,
                "FROM busybox AS b\nRUN mkdir /o && cd /o && for m in 4755 2711 1644; do echo > m$m; chmod $m m$m; done"
                        + " && mkdir s && chmod 2775 s\nFROM scratch\nCOPY --from=b /o /\n");
        List<String> warnings = new ArrayList<>();
        build(
                BuildRequest.builder().exports(List.of(export("local"))).build(),
                Map.of(0, new Output.Folder(ours)),
                event -> {
                    if (event instanceof BuildEvent.Warning warning) {
                        warnings.add(warning.summary());
                    }
                });
        assertEquals(
                List.of("2 files, such as 'm2711', were written without their setuid or setgid bits; add "
                        + "setuid=true to the"
                        + " output to keep such bits"),
                warnings);
        assertEquals(0100755, Files.getAttribute(ours.resolve("m4755"), "unix:mode"));
        assertEquals(0100711, Files.getAttribute(ours.resolve("m2711"), "unix:mode"));
        assertEquals(0101644, Files.getAttribute(ours.resolve("m1644"), "unix:mode"));
        assertEquals(042775, Files.getAttribute(ours.resolve("s"), "unix:mode"));
        BuildkitException failure = assertThrows(
                BuildkitException.InvalidRequestException.class,
                () -> build(new Output.Folder(theirs), export("local", "setuid=perhaps")));
        assertEquals("'perhaps' is not a value for setuid; write true or false", failure.getMessage());
    }

    /** Newer versions of buildctl fail. */
    @Test
    void namesThatAreNotUtf8AreKept() throws Exception {
        Builds.dockerfile(
                folder,
                "FROM busybox\nRUN mkdir \"$(printf 'dir\\377')\" && echo hello > \"$(printf 'dir\\377/\\303')\"\n");
        build(new Output.Folder(ours), export("local"));
        Path file = Path.of(java.net.URI.create(ours.toUri() + "dir%FF/%C3"));
        assertEquals("hello\n", Files.readString(file));
    }

    @Test
    void withSourceDateEpochAllTimesAreTheEpoch() throws Exception {
        Builds.dockerfile(folder, EVERYTHING);
        buildctl("type=local,dest=" + theirs, "build-arg:SOURCE_DATE_EPOCH=1700000000");
        build(new Output.Folder(ours), export("local", "setuid=true"), "build-arg:SOURCE_DATE_EPOCH=1700000000");
        assertSameTrees();
    }

    @Test
    void aResultIsMergedIntoAnExistingFolder() throws Exception {
        Builds.dockerfile(
                folder,
                "FROM busybox AS b\nRUN mkdir -p /o/dir/sub /o/was/x && echo new > /o/file && echo new > /o/dir/file"
                        + " && ln -s dir /o/link && echo new > /o/was/x/y && touch -d 2001-01-01 /o/dir/sub\n"
                        + "FROM scratch\nCOPY --from=b /o /\n");
        for (Path target : List.of(ours, theirs)) {
            Files.createDirectories(target.resolve("dir/kept"));
            Files.writeString(target.resolve("dir/file"), "old, and longer than the new one");
            Files.writeString(target.resolve("other"), "other");
            Files.createDirectories(target.resolve("file/was/a/folder"));
            Files.createSymbolicLink(target.resolve("was"), Path.of("dir"));
            Files.writeString(target.resolve("link"), "a file");
            for (String path : List.of("dir/kept", "other")) {
                Files.setLastModifiedTime(target.resolve(path), FileTime.from(Instant.ofEpochSecond(1_000_000_000)));
            }
        }
        buildctl("type=local,dest=" + theirs);
        build(new Output.Folder(ours), export("local"));
        assertEquals(Trees.describe(theirs, false), Trees.describe(ours, false));
        assertEquals("other", Files.readString(ours.resolve("other")));
    }

    @Test
    void severalPlatformsAreWrittenToSeparateFolders() throws Exception {
        Builds.dockerfile(
                folder,
                "FROM --platform=$BUILDPLATFORM busybox AS b\nARG TARGETARCH\nRUN mkdir /o && echo $TARGETARCH "
                        + "> /o/arch"
                        + " && echo $TARGETARCH > /o/of-$TARGETARCH\nFROM scratch\nCOPY --from=b /o /\n");
        String platforms = "platform=linux/amd64,linux/arm64,linux/arm/v7";
        String epoch = "build-arg:SOURCE_DATE_EPOCH=1700000000";
        buildctl("type=local,dest=" + theirs, platforms, epoch);
        build(new Output.Folder(ours), export("local"), platforms, epoch);
        assertSameTrees();
        assertEquals("arm64\n", Files.readString(ours.resolve("linux_arm64/arch")));
    }

    @Test
    void platformsCanShareAFolder() throws Exception {
        Builds.dockerfile(folder, "FROM scratch\nARG TARGETARCH\nCOPY $TARGETARCH /shared/\n");
        for (String arch : List.of("amd64", "arm64")) {
            Files.createDirectories(folder.resolve(arch));
            for (int i = 0; i < 200; i++) {
                Files.writeString(folder.resolve(arch).resolve(arch + i), arch + i);
            }
        }
        String platforms = "platform=linux/amd64,linux/arm64";
        buildctl("type=local,platform-split=false,dest=" + theirs, platforms);
        build(new Output.Folder(ours), export("local", "platform-split=false"), platforms);
        assertEquals(Trees.describe(theirs, false), Trees.describe(ours, false));
        assertTrue(Files.exists(ours.resolve("shared/arm64199")));
    }

    @Test
    void modeDeleteMirrorsOrIsReportedAsUnsupported() throws Exception {
        Builds.dockerfile(folder, "FROM scratch\nARG TARGETARCH\nCOPY a /dir/\n");
        Files.writeString(folder.resolve("a"), "new");
        for (Path target : List.of(ours, theirs)) {
            Files.createDirectories(target.resolve("gone/deep"));
            Files.createDirectories(target.resolve("linux_amd64/dir/gone"));
            Files.writeString(target.resolve("linux_amd64/dir/a"), "old");
        }
        String platforms = "platform=linux/amd64,linux/arm64";
        if (daemon.version().startsWith("v0.23")) {
            BuildkitException failure = assertThrows(
                    BuildkitException.InvalidRequestException.class,
                    () -> build(new Output.Folder(ours), export("local", "mode=delete"), platforms));
            assertTrue(failure.getMessage().contains("mode=delete"), failure.getMessage());
            assertTrue(Files.exists(ours.resolve("gone/deep")));
            return;
        }
        buildctl("type=local,mode=delete,dest=" + theirs, platforms);
        build(new Output.Folder(ours), export("local", "mode=delete"), platforms);
        assertEquals(Trees.describe(theirs, false), Trees.describe(ours, false));
        assertFalse(Files.exists(ours.resolve("gone")));
    }

    @Test
    void attestationsAreWrittenAsFiles() throws Exception {
        Builds.dockerfile(folder, "FROM busybox AS b\nRUN echo x > /x\nFROM scratch\nCOPY --from=b /x /\n");
        build(new Output.Folder(ours), export("local"), "attest:provenance=mode=max");
        // The older daemon puts the platform into the name.
        try (Stream<Path> files = Files.list(ours)) {
            Path provenance = files.filter(file -> file.getFileName().toString().startsWith("provenance"))
                    .findFirst()
                    .orElseThrow();
            assertTrue(Files.readString(provenance).contains("slsa"));
        }
    }

    @Test
    void aTarArchiveEqualsBuildctls() throws Exception {
        Builds.dockerfile(folder, EVERYTHING);
        buildctl("type=tar,dest=" + theirs);
        build(new Output.Stream(() -> Files.newOutputStream(ours)), export("tar"));
        assertEquals(-1, Files.mismatch(theirs, ours));
        assertTrue(Files.size(ours) > 3_000_000);
    }

    @Test
    void ociAndDockerArchivesEqualBuildctls() throws Exception {
        Builds.dockerfile(folder, EVERYTHING);
        String epoch = "build-arg:SOURCE_DATE_EPOCH=1700000000";
        for (String type : List.of("oci", "docker")) {
            Path file = scratch.resolve(type + ".ours");
            Path other = scratch.resolve(type + ".theirs");
            buildctl("type=" + type + ",name=example.com/x:1,rewrite-timestamp=true,dest=" + other, epoch);
            BuildResult result = build(
                    new Output.Stream(() -> Files.newOutputStream(file)),
                    export(type, "name=example.com/x:1", "rewrite-timestamp=true"),
                    epoch);
            assertEquals(-1, Files.mismatch(other, file), type);
            assertTrue(result.digest().isPresent());
        }
    }

    @Test
    void anOciLayoutEqualsBuildctls() throws Exception {
        Builds.dockerfile(folder, EVERYTHING);
        String epoch = "build-arg:SOURCE_DATE_EPOCH=1700000000";
        String platforms = "platform=linux/amd64";
        for (String names : List.of("example.com/x/y:1.2,other:3", "")) {
            buildctl(
                    "type=oci,tar=false,rewrite-timestamp=true,\"name=" + names + "\",dest=" + theirs,
                    epoch,
                    platforms);
            build(
                    new Output.Layout(ours),
                    names.isEmpty()
                            ? export("oci", "tar=false", "rewrite-timestamp=true")
                            : export("oci", "tar=false", "rewrite-timestamp=true", "name=" + names),
                    epoch,
                    platforms);
            assertEquals(Trees.describe(theirs.resolve("blobs"), false), Trees.describe(ours.resolve("blobs"), false));
            assertEquals(Files.readString(theirs.resolve("oci-layout")), Files.readString(ours.resolve("oci-layout")));
            assertEquals(Files.readString(theirs.resolve("index.json")), Files.readString(ours.resolve("index.json")));
        }
    }

    @Test
    void aBuildCanHaveSeveralOutputs() throws Exception {
        Builds.dockerfile(folder, "FROM busybox\nRUN echo several-" + daemon.version() + " > /x\n");
        String image = daemon.registry() + "/client/several-" + daemon.version() + ":1";
        Export push = export("image", "name=" + image, "push=true", "oci-mediatypes=true", "rewrite-timestamp=true");
        Path tar = scratch.resolve("tar");
        Path oci = scratch.resolve("oci");
        Path layout = scratch.resolve("layout");
        BuildResult result = build(
                Builds.request(
                                export("tar"),
                                push,
                                export("local"),
                                export("oci", "rewrite-timestamp=true"),
                                export("oci", "tar=false", "rewrite-timestamp=true"))
                        .build(),
                Map.of(
                        0,
                        new Output.Stream(() -> Files.newOutputStream(tar)),
                        2,
                        new Output.Folder(ours),
                        3,
                        new Output.Stream(() -> Files.newOutputStream(oci)),
                        4,
                        new Output.Layout(layout)));
        assertEquals("several-" + daemon.version() + "\n", Files.readString(ours.resolve("x")));
        assertTrue(Files.size(tar) > 1 << 20);
        assertTrue(Files.size(oci) > 1 << 19);
        String digest = result.digest().orElseThrow().value();
        assertEquals(
                digest,
                new Registry(daemon)
                        .digest("client/several-" + daemon.version(), "1")
                        .orElseThrow());
        assertTrue(Files.exists(layout.resolve("blobs/sha256/" + digest.substring(7))));
    }

    @Test
    void anUnwritableOutputFailsTheBuildWithOneLine() throws Exception {
        Builds.dockerfile(folder, "FROM busybox\n");
        BuildkitException full = assertThrows(
                BuildkitException.OutputUnwritableException.class,
                () -> build(new Output.Stream(() -> new FileOutputStream("/dev/full")), export("tar")));
        assertTrue(full.getMessage().contains("No space left on device"), full.getMessage());
        Files.writeString(scratch.resolve("file"), "");
        BuildkitException noFolder = assertThrows(
                BuildkitException.OutputUnwritableException.class,
                () -> build(new Output.Folder(scratch.resolve("file/below")), export("local")));
        assertTrue(noFolder.getMessage().contains("cannot be written"), noFolder.getMessage());
    }

    @Test
    void exportersRequireMatchingOutputs() {
        for (Export export : List.of(export("local"), export("oci"), export("tar"), export("oci", "tar=false"))) {
            assertThrows(
                    BuildkitException.InvalidRequestException.class,
                    () -> build(BuildRequest.builder().exports(List.of(export)).build(), Map.of()));
        }
        for (Export export : List.of(export("image"), export("oci"), export("local", "mode=destroy"))) {
            assertThrows(BuildkitException.InvalidRequestException.class, () -> build(new Output.Folder(ours), export));
        }
    }
}
