// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.ctl;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.jenkins.plugins.treenq.buildkit.Daemon;
import io.jenkins.plugins.treenq.buildkit.client.BuildkitClient;
import io.jenkins.plugins.treenq.buildkit.control.BuildRecord;
import io.jenkins.plugins.treenq.buildkit.control.CachePolicy;
import io.jenkins.plugins.treenq.buildkit.control.HistoryQuery;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.eclipse.jgit.api.Git;
import org.eclipse.jgit.transport.URIish;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/** treenqctl prints the same as buildctl for the same arguments and the same daemon. */
@ParameterizedClass
@MethodSource("io.jenkins.plugins.treenq.buildkit.Daemon#all")
class BuildctlComparisonTest {
    private static final int ATTEMPTS = 5;

    @Parameter
    Daemon daemon;

    @TempDir
    Path folder;

    @TempDir
    Path scratch;

    @BeforeEach
    void dockerfile() throws Exception {
        Files.writeString(folder.resolve("Dockerfile"), "FROM busybox as app\nRUN echo made > /made\n");
    }

    /** Repeats the comparison, because other tests build on the daemon at the same time. */
    private void assertSame(String... arguments) throws Exception {
        Ctl ours = null;
        Ctl theirs = null;
        for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
            theirs = Ctl.buildctl(daemon, scratch, arguments);
            ours = Ctl.treenqctl(daemon, arguments);
            if (ours.equals(theirs)) {
                return;
            }
        }
        assertEquals(theirs, ours);
    }

    @Test
    void debugWorkersAndInfoPrintTheSameAsBuildctl() throws Exception {
        assertSame("debug", "info");
        assertSame("debug", "info", "--format", "json");
        assertSame("debug", "workers");
        assertSame("debug", "workers", "-v");
        assertSame("debug", "workers", "--format", "{{json .}}");
        assertSame("debug", "workers", "--filter", "id==nobody");
        assertSame("debug", "workers", "--filter", "id==nobody", "--format", "json");
    }

    @Test
    void diskUsageAndHistoriesPrintTheSameAsBuildctl() throws Exception {
        String name = "ctl-" + daemon.version();
        daemon = daemon.another(name);
        try {
            forgetEarlierRuns();
            assertSame("du");
            assertSame("du", "--format", "json");
            build("app");
            build("absent");
            assertSame("du");
            assertSame("du", "-v");
            assertSame("du", "--format", "json");
            assertSame("du", "--filter", "type==regular");
            assertSame("du", "-f", "type==source.local", "-f", "type==regular", "-v");
            assertSame("debug", "histories");
            assertSame("debug", "histories", "--format", "json");
            assertSame("prune", "--keep-duration", "1h");

            Matcher ref = Pattern.compile("COMPLETE\\s+(\\S+)")
                    .matcher(Ctl.treenqctl(daemon, "debug", "histories").out());
            assertTrue(ref.find());
            assertEquals(
                    0,
                    Ctl.treenqctl(daemon, "debug", "ctl", "--pin", ref.group(1)).exit());
            assertSame("debug", "histories");
            Ctl logs = Ctl.treenqctl(daemon, "debug", "logs", "--progress", "plain", ref.group(1));
            assertTrue(logs.out().contains("load build definition"), logs.toString());
            Ctl pruned = Ctl.treenqctl(daemon, "prune-histories");
            assertEquals(2, pruned.out().lines().count(), pruned.toString());
            assertTrue(pruned.out().startsWith("TYPE\t"), pruned.toString());
            assertSame("debug", "histories");
            Ctl gone = Ctl.treenqctl(daemon, "prune", "--all");
            assertTrue(gone.out().startsWith("ID\t"), gone.toString());
            assertTrue(gone.out()
                    .lines()
                    .reduce((first, second) -> second)
                    .orElseThrow()
                    .startsWith("Total:\t"));
            assertSame("prune", "--all");
            assertSame("prune-histories");
        } finally {
            daemon.down(name);
        }
    }

    /** A daemon with a fixed name keeps its state between runs of the tests. */
    private void forgetEarlierRuns() throws Exception {
        try (BuildkitClient client = BuildkitClient.connect(daemon.endpoint())) {
            for (BuildRecord record : client.history(HistoryQuery.ALL)) {
                client.deleteHistory(record.ref());
            }
            client.prune(new CachePolicy(true, List.of(), Duration.ZERO, 0, 0, 0), record -> {});
        }
    }

    private Ctl build(String target) throws Exception {
        return Ctl.treenqctl(daemon, arguments("--opt=target=" + target));
    }

    private String[] arguments(String... more) {
        String[] all = new String[4 + more.length];
        all[0] = "build";
        all[1] = "--frontend=dockerfile.v0";
        all[2] = "--local=context=" + folder;
        all[3] = "--local=dockerfile=" + folder;
        System.arraycopy(more, 0, all, 4, more.length);
        return all;
    }

    @Test
    void subrequestsPrintTheSameAsBuildctl() throws Exception {
        for (String question : new String[] {"lint", "outline", "targets", "subrequests.describe"}) {
            assertSame(arguments("--progress=quiet", "--opt=requestid=frontend." + question));
        }
    }

    @Test
    void theMetadataFileIsTheSame() throws Exception {
        String output = "--output=type=image,name=example.com/ctl/app:1";
        Path theirs = scratch.resolve("theirs.json");
        Path ours = scratch.resolve("ours.json");
        Ctl.buildctl(daemon, scratch, arguments("--progress=quiet", output, "--metadata-file=" + theirs));
        Ctl run = Ctl.treenqctl(daemon, arguments("--progress=quiet", output, "--metadata-file=" + ours));
        assertEquals(new Ctl(0, "", ""), run);
        // The creation time of the image is that of the first build, because the second build uses its cache.
        assertEquals(Files.readString(theirs), Files.readString(ours));
        Path none = scratch.resolve("none.json");
        assertEquals(
                0,
                Ctl.treenqctl(daemon, arguments("--progress=quiet", "--metadata-file=" + none))
                        .exit());
        assertFalse(Files.exists(none));
    }

    @Test
    void theRefFileIsWrittenEvenIfTheBuildFails() throws Exception {
        Path file = scratch.resolve("ref");
        assertEquals(
                1,
                Ctl.treenqctl(daemon, arguments("--progress=quiet", "--opt=target=absent", "--ref-file=" + file))
                        .exit());
        assertTrue(Files.readString(file).matches("[0-9a-z]{25,}"), Files.readString(file));
        assertTrue(Ctl.treenqctl(daemon, "debug", "histories").out().contains(Files.readString(file)));
    }

    @Test
    void anErrorPrintsItsLocationLikeBuildctl() throws Exception {
        Files.writeString(folder.resolve("Dockerfile"), "FROM busybox\nRUN echo before; exit 3\n");
        String[] arguments = arguments("--progress=quiet");
        assertSame(arguments);
        String plain = Ctl.treenqctl(daemon, arguments("--progress=tty")).err();
        assertTrue(plain.contains("------\n > [2/2] RUN echo before; exit 3:\n"), plain);
        assertTrue(plain.endsWith("exit code: 3\n"), plain);
    }

    @Test
    void rawJsonProgressIsTheSame() throws Exception {
        Ctl run = Ctl.treenqctl(daemon, arguments("--no-cache", "--progress=rawjson"));
        assertTrue(run.err().lines().allMatch(line -> line.startsWith("{\"") && line.endsWith("]}")), run.err());
        assertTrue(run.err().contains("\"name\":\"transferring\""), run.err());
    }

    @Test
    void debugInspectAndProvenancePrintTheRecordOfABuild() throws Exception {
        Path file = scratch.resolve("ref");
        Ctl.treenqctl(daemon, arguments("--progress=quiet", "--opt=label:a=b", "--ref-file=" + file));
        String ref = Files.readString(file);
        String text = Ctl.treenqctl(daemon, "debug", "inspect", ref).out();
        assertTrue(text.contains("Ref:          " + ref), text);
        assertTrue(text.contains("Option:       label:a=b"), text);
        assertTrue(text.contains("Attestation:  sha256:"), text);
        String provenance = Ctl.treenqctl(daemon, "debug", "provenance", ref).out();
        assertTrue(provenance.contains("\"label:a\": \"b\""), provenance);

        Files.writeString(folder.resolve("Dockerfile"), "FROM busybox\nRUN exit 4\n");
        Ctl.treenqctl(daemon, arguments("--progress=quiet", "--ref-file=" + file));
        text = Ctl.treenqctl(daemon, "debug", "inspect", Files.readString(file)).out();
        assertTrue(text.contains(">>> RUN exit 4"), text);
        assertEquals(
                1, Ctl.treenqctl(daemon, "debug", "inspect", "no-such-build").exit());
        assertEquals(
                1, Ctl.treenqctl(daemon, "debug", "provenance", "no-such-build").exit());
    }

    @Test
    void gitMetadataOfTheContextIsInTheProvenance() throws Exception {
        String commit;
        try (Git git = Git.init().setDirectory(folder.toFile()).call()) {
            git.add().addFilepattern(".").call();
            commit = git.commit().setMessage("a commit").setSign(false).call().name();
            git.remoteAdd()
                    .setName("origin")
                    .setUri(new URIish("https://user:secret@example.com/shop.git"))
                    .call();
        }
        Path file = scratch.resolve("ref");
        Ctl.treenqctl(daemon, arguments("--progress=quiet", "--vcs", "--ref-file=" + file));
        String provenance = Ctl.treenqctl(daemon, "debug", "provenance", Files.readString(file))
                .out();
        assertTrue(provenance.contains("\"revision\": \"" + commit + "\""), provenance);
        assertTrue(provenance.contains("\"source\": \"https://example.com/shop.git\""), provenance);
        assertTrue(provenance.contains("\"localdir:context\": \".\""), provenance);
        assertEquals(
                new Ctl(1, "", "error: --vcs needs --local context=FOLDER\n"),
                Ctl.treenqctl(daemon, "build", "--frontend=dockerfile.v0", "--vcs"));
    }

    @Test
    void anInvalidDefinitionIsReported() throws Exception {
        Ctl run = Ctl.treenqctl(
                daemon, scratch, "no definition".getBytes(StandardCharsets.UTF_8), "build", "--progress=quiet");
        assertEquals(1, run.exit());
        assertTrue(run.err().contains("not a marshalled LLB"), run.err());
        run = Ctl.treenqctl(daemon, scratch, new byte[0], "build", "--progress=quiet");
        assertTrue(run.err().contains("is empty"), run.err());
    }
}
