// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import hudson.AbortException;
import io.jenkins.plugins.treenq.buildkit.BuildResult;
import io.jenkins.plugins.treenq.buildkit.Digest;
import io.jenkins.plugins.treenq.buildkit.Endpoint;
import io.jenkins.plugins.treenq.buildkit.ImageContent;
import io.jenkins.plugins.treenq.buildkit.ImageDigests;
import io.jenkins.plugins.treenq.buildkit.Lint;
import io.jenkins.plugins.treenq.buildkit.Outline;
import io.jenkins.plugins.treenq.buildkit.Platform;
import io.jenkins.plugins.treenq.buildkit.SourceLocation;
import io.jenkins.plugins.treenq.buildkit.Target;
import io.jenkins.plugins.treenq.buildkit.bake.TargetEntries.Ssh;
import io.jenkins.plugins.treenq.buildkit.client.DockerfileBuild;
import io.jenkins.plugins.treenq.buildkit.client.TargetBuild;
import io.jenkins.plugins.treenq.buildkit.images.ImageDescription;
import io.jenkins.plugins.treenq.buildkit.progress.ProgressReport;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** Answers of a hostile agent, with wrong types in lists and maps, and excessive sizes. */
@SuppressWarnings({"unchecked", "rawtypes"})
class AgentAnswersTest {
    private static final String DIGEST = "sha256:" + "a".repeat(64);
    private static final String LONG = "x".repeat(1 << 20);

    private static FinishedBuild build(Map<String, ?> metadata) {
        Object digest = metadata.get("containerimage.digest");
        ImageDigests image = DIGEST.equals(digest) ? new ImageDigests(new Digest(DIGEST), null) : null;
        return new FinishedBuild(new BuildResult("ref", image, (Map) metadata, Duration.ofSeconds(1)), 1, null);
    }

    /** Returns nested maps. */
    private static Map<String, Object> deep(int depth) {
        Map<String, Object> deep = new HashMap<>();
        for (int i = 0; i < depth; i++) {
            deep = new HashMap<>(Map.of("a", deep));
        }
        return deep;
    }

    private static ImageDescription image(List<ImageDescription.Variant> variants) {
        return new ImageDescription(new Digest(DIGEST), "type", -1, Map.of("a", LONG), variants, List.of());
    }

    private static CheckedDockerfile dockerfile(List<Lint.Warning> warnings, List<Target> targets) {
        return new CheckedDockerfile(
                new Lint(warnings, null), targets, new Outline("", "", List.of(), List.of(), List.of(), List.of()));
    }

    private static void assertRefused(Object answer, java.util.function.Function<Object, ?> taker) {
        assertThrows(RuntimeException.class, () -> taker.apply(answer));
    }

    @Test
    void aValidBuildIsAcceptedUnchanged() {
        FinishedBuild build = build(Map.of(
                "containerimage.digest",
                DIGEST,
                "image.name",
                "a/b:1",
                "containerimage.descriptor",
                Map.of("size", 525L, "annotations", List.of("a", true, 0.5))));
        assertEquals(build, AgentAnswers.finished(build));
        assertEquals(new BuildOutcome(build, null), AgentAnswers.buildOutcome(new BuildOutcome(build, null)));
        assertNull(AgentAnswers.recovered(null));
        Platform arm = Platform.parse("linux/arm64");
        ImageDescription unchanged = image(List.of(
                new ImageDescription.Variant(arm, new Digest(DIGEST), 5, Instant.now(), Map.of("a", LONG), Map.of())));
        ImageDescription taken =
                AgentAnswers.buildOutcome(new BuildOutcome(null, unchanged)).unchanged();
        assertEquals(unchanged.digest(), taken.digest());
        assertEquals(arm, taken.variants().get(0).platform());
        assertEquals(0, taken.sizeBytes());
        assertEquals(Map.of(), taken.annotations());
    }

    @Test
    void onlyDaemonsOfTheBuilderAreAccepted() {
        String name = "dns:///buildkitd.svc:1234";
        List<Endpoint> endpoints = List.of(Endpoint.of(name, null), Endpoint.of("tcp://host:1", null));
        List<ProbedDaemon> found = List.of(
                new ProbedDaemon(name, name + "#10.0.0.7", 3),
                new ProbedDaemon(name, name + "#fd00::7", 0),
                new ProbedDaemon("tcp://host:1", "tcp://host:1", 1));
        assertEquals(found, AgentAnswers.daemons(found, endpoints));
        assertEquals(
                0,
                AgentAnswers.daemons(List.of(new ProbedDaemon(name, name, -5)), endpoints)
                        .get(0)
                        .builds());

        for (Object wrong : new Object[] {
            null,
            "text",
            List.of("text"),
            List.of(new ProbedDaemon("tcp://other:1", "tcp://other:1", 0)),
            List.of(new ProbedDaemon("tcp://host:1", "tcp://other:1", 0)),
            List.of(new ProbedDaemon("tcp://host:1", "tcp://host:1#10.0.0.7", 0)),
            List.of(new ProbedDaemon(name, null, 0)),
            List.of(new ProbedDaemon(name, "dns:///other:1#10.0.0.7", 0)),
            List.of(new ProbedDaemon(name, name + "#other", 0)),
            List.of(new ProbedDaemon(name, name + "#10.0.0.7\n", 0)),
            List.of(new ProbedDaemon(name, name + "#" + LONG, 0)),
            Collections.nCopies(1001, found.get(0))
        }) {
            assertRefused(wrong, answer -> AgentAnswers.daemons(answer, endpoints));
        }
    }

    @Test
    void invalidBuildsAreRefused() {
        for (Object answer : new Object[] {
            null,
            "text",
            new FinishedBuild(null, 1, null),
            new FinishedBuild(new BuildResult("ref", null, Map.of(), null), 1, null),
            new FinishedBuild(new BuildResult(null, null, Map.of(), Duration.ZERO), 1, null),
            build((Map) Map.of("containerimage.digest", 1)),
            build((Map) Map.of(1, "x")),
            build(Map.of("containerimage.digest", "../../etc/passwd")),
            build(Map.of("containerimage.config.digest", "x")),
            build(Map.of("a", "x".repeat(5 << 20))),
            build(Map.of(LONG, "x")),
            build(many()),
            build(Map.of("a", List.of(1f))),
            build(Map.of("a", Double.POSITIVE_INFINITY)),
            build(Map.of("a", List.of(Map.of("b", Double.NaN)))),
            build(Map.of("a", Map.of(1, "x"))),
            build(Map.of("a", Collections.nCopies(5 << 20, null))),
            build(deep(1000)),
            new FinishedBuild(
                    new BuildResult("ref", new ImageDigests(new Digest(DIGEST), null), Map.of(), Duration.ZERO),
                    1,
                    null)
        }) {
            assertRefused(answer, AgentAnswers::finished);
        }
        assertRefused(new BuildOutcome(null, image((List) List.of("x"))), AgentAnswers::buildOutcome);
        assertRefused(
                new BuildOutcome(
                        null,
                        image(List.of(new ImageDescription.Variant(
                                new Platform("linux", LONG, ""), new Digest(DIGEST), 1, null, Map.of(), Map.of())))),
                AgentAnswers::buildOutcome);
        ProgressReport progress =
                new ProgressReport(Instant.now(), (List) List.of(1), Map.of(), List.of(), null, false);
        assertRefused(new RecoveredBuild(build(Map.of()), progress), AgentAnswers::recovered);
        assertRefused(new RecoveredBuild(build(Map.of()), null), AgentAnswers::recovered);
    }

    private static Map<String, String> many() {
        Map<String, String> many = new HashMap<>();
        for (int i = 0; i < 10_000; i++) {
            many.put("" + i, "");
        }
        return many;
    }

    @Test
    @SuppressWarnings({"unchecked", "rawtypes"})
    void theContentOfAnImageIsLimited() {
        Digest digest = new Digest("sha256:" + "a".repeat(64));
        ImageContent large = new ImageContent(Collections.nCopies(
                1000,
                new ImageContent.Variant(
                        LONG,
                        digest,
                        Collections.nCopies(1000, new ImageContent.Layer(digest, -1, LONG)),
                        Collections.nCopies(
                                1000,
                                new ImageContent.Attested(
                                        LONG,
                                        -1,
                                        LONG,
                                        LONG,
                                        Collections.nCopies(1000, new ImageContent.Material(LONG, LONG)))))));

        ImageContent content = AgentAnswers.finished(
                        new FinishedBuild(new BuildResult("ref", null, Map.of(), Duration.ZERO), 1, large))
                .content();

        assertEquals(64, content.variants().size());
        assertEquals(
                2000,
                content.variants().stream()
                        .mapToInt(each -> each.layers().size())
                        .sum());
        assertEquals(
                200,
                content.variants().stream()
                        .mapToInt(each -> each.attestations().size())
                        .sum());
        assertEquals(
                1000,
                content.variants().stream()
                        .flatMap(each -> each.attestations().stream())
                        .mapToInt(each -> each.materials().size())
                        .sum());
        assertEquals(1001, content.variants().get(0).layers().get(0).createdBy().length());
        assertEquals(0, content.variants().get(0).layers().get(0).sizeBytes());
        for (ImageContent wrong : List.of(
                new ImageContent((List) List.of("a variant")),
                new ImageContent(List.of(new ImageContent.Variant(null, digest, List.of(), List.of()))),
                new ImageContent(List.of(new ImageContent.Variant("", digest, (List) List.of(1), List.of()))))) {
            assertThrows(
                    IllegalArgumentException.class,
                    () -> AgentAnswers.finished(
                            new FinishedBuild(new BuildResult("ref", null, Map.of(), Duration.ZERO), 1, wrong)));
        }
    }

    @Test
    void timesAndSizesAreLimitedToValidValues() {
        FinishedBuild build = AgentAnswers.finished(new FinishedBuild(
                new BuildResult("ref", null, Map.of(), Duration.ofSeconds(Long.MAX_VALUE)), Long.MIN_VALUE, null));

        assertEquals(0, build.sizeBytes());
        assertTrue(build.result().duration().toMillis() > 0);
    }

    @Test
    void checksOfDockerfilesAreLimitedAndInvalidOnesRefused() {
        SourceLocation place = new SourceLocation("Dockerfile", List.of(LONG), List.of(new SourceLocation.Lines(3, 4)));
        Lint.Warning warning = new Lint.Warning("Rule", LONG, LONG, "url", place);

        Lint.Warning taken = AgentAnswers.dockerfile(dockerfile(List.of(warning), List.of()))
                .lint()
                .warnings()
                .get(0);

        assertTrue(taken.detail().length() < 10_000);
        assertEquals(3, taken.location().line());
        assertEquals(List.of(), taken.location().lines());
        assertRefused(dockerfile((List) List.of("x"), List.of()), AgentAnswers::dockerfile);
        assertRefused(dockerfile(List.of(), (List) List.of("x")), AgentAnswers::dockerfile);
        assertRefused(dockerfile(Collections.nCopies(10_000, warning), List.of()), AgentAnswers::dockerfile);
        assertRefused(
                dockerfile(List.of(new Lint.Warning(null, "", "", "", null)), List.of()), AgentAnswers::dockerfile);
        assertRefused(new CheckedDockerfile(null, List.of(), null), AgentAnswers::dockerfile);
    }

    @Test
    @SuppressWarnings({"unchecked", "rawtypes"})
    void invalidTargetsOfABakeAreRefused() throws Exception {
        TargetBuild target =
                target("web", DockerfileBuild.builder().tags(List.of("a/b:1")).push(true), "");
        assertEquals(Map.of("web", target), AgentAnswers.targets(new TreeMap<>(Map.of("web", target))));
        DockerfileBuild build = target.build();
        for (TargetBuild wrong : List.of(
                target("../web", DockerfileBuild.builder(), ""),
                target("other", DockerfileBuild.builder(), ""),
                new TargetBuild("web", "", build, false, "", List.of(), List.of(new Ssh("id", (List) List.of(1)))),
                new TargetBuild("web", "", build, false, "", (List) List.of(1), List.of()),
                target("web", DockerfileBuild.builder().frontendOptions((Map) Map.of("a", 1)), ""),
                target("web", DockerfileBuild.builder().dockerfileText("x".repeat(5 << 20)), ""))) {
            assertThrows(
                    RuntimeException.class,
                    () -> AgentAnswers.targets(new TreeMap<>(Map.of("web", wrong))),
                    wrong.name());
        }
        assertThrows(IllegalArgumentException.class, () -> AgentAnswers.targets((Map) Map.of("web", "x")));
        assertThrows(IllegalArgumentException.class, () -> AgentAnswers.targets(null));
    }

    private static TargetBuild target(String name, DockerfileBuild.Builder build, String subrequest) throws Exception {
        return new TargetBuild(name, "", build.build(), false, subrequest, List.of(), List.of());
    }

    @Test
    void theFailureOfATargetKeepsItsNameAndALimitedMessage() {
        BakeTargetException failure = (BakeTargetException) AgentAnswers.failure(new BakeTargetException("web", LONG));

        assertEquals("web", failure.target());
        assertTrue(failure.getMessage().length() < 10_000);
    }

    @Test
    void failuresHaveLimitedCausesAndReadableMessages() {
        IOException one = new IOException("one");
        IOException other = new IOException("other", one);
        one.initCause(other);
        assertEquals(List.of(one, other), AgentAnswers.causes(one));
        assertEquals("java.io.IOException: one", AgentAnswers.failure(one).getMessage());
        IOException known = new IOException("known", new IllegalStateException("cause"));
        assertSame(known, AgentAnswers.failure(known));
        Throwable aborted = AgentAnswers.failure(new AbortException(LONG));
        assertInstanceOf(AbortException.class, aborted);
        assertTrue(aborted.getMessage().length() < 10_000);
        DaemonUnreachableException missed =
                (DaemonUnreachableException) AgentAnswers.failure(new DaemonUnreachableException(LONG, null, true));
        assertEquals("null", missed.reason());
        assertTrue(missed.isPassing());
        DaemonLostException lost =
                (DaemonLostException) AgentAnswers.failure(new DaemonLostException(LONG, LONG, true));
        assertTrue(lost.getMessage().length() + lost.reason().length() < 20_000);
        assertTrue(lost.isStorageFailed());
        assertTrue(AgentAnswers.failure(new IllegalStateException(LONG))
                        .getMessage()
                        .length()
                < 10_000);
        assertInstanceOf(IOException.class, AgentAnswers.failure(null));
    }
}
