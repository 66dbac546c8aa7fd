// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.util.concurrent.Uninterruptibles;
import io.jenkins.plugins.treenq.buildkit.BuildListener;
import io.jenkins.plugins.treenq.buildkit.BuildRequest;
import io.jenkins.plugins.treenq.buildkit.BuildkitException;
import io.jenkins.plugins.treenq.buildkit.Daemon;
import io.jenkins.plugins.treenq.buildkit.Lint;
import io.jenkins.plugins.treenq.buildkit.Outline;
import io.jenkins.plugins.treenq.buildkit.Target;
import io.jenkins.plugins.treenq.buildkit.control.HistoryQuery;
import io.jenkins.plugins.treenq.buildkit.session.SessionContent;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/** Subrequests to a real daemon's frontend, compared with the output of buildctl. */
@ParameterizedClass
@MethodSource("io.jenkins.plugins.treenq.buildkit.Daemon#all")
class DockerfileSubrequestsTest {
    private static final String DOCKERFILE = """
            ARG VERSION=1.2
            # base holds the tools
            FROM busybox AS base
            RUN --mount=type=secret,id=token,required=true --mount=type=secret,id=extra \\
                --mount=type=ssh --mount=type=cache,id=downloads,target=/c true

            # app is what ships
            FROM base as App
            # VERSION to announce
            ARG VERSION
            COPY Dockerfile /
            MAINTAINER nobody
            """;

    @Parameter
    Daemon daemon;

    @TempDir
    Path folder;

    @TempDir
    Path scratch;

    private String buildctl(String question, String... options) throws Exception {
        List<String> arguments = new ArrayList<>(List.of(
                "build",
                "--progress=quiet",
                "--frontend=dockerfile.v0",
                "--local=context=" + folder,
                "--local=dockerfile=" + folder,
                "--opt=requestid=" + question));
        arguments.addAll(List.of(options));
        return daemon.buildctl(scratch, arguments);
    }

    private SessionContent content() throws Exception {
        return Builds.content(Builds.dockerfile(folder, DOCKERFILE), daemon.logins());
    }

    @Test
    void checksReportTheSameWarningsAsBuildctl() throws Exception {
        try (BuildkitClient client = BuildkitClient.connect(daemon.endpoint())) {
            Lint lint = client.check(BuildRequest.builder().build(), content());

            List<String> ours = lint.warnings().stream()
                    .map(warning -> "WARNING: " + warning.rule() + " - " + warning.url() + "\n" + warning.detail()
                            + "\n" + warning.location().file() + ":"
                            + warning.location().line())
                    .toList();
            String theirs = buildctl("frontend.lint");
            ours.forEach(warning -> assertTrue(theirs.contains(warning), warning + "\nis not in\n" + theirs));
            assertEquals(theirs.split("WARNING: ", -1).length - 1, ours.size(), theirs);

            Lint.Warning casing = lint.warnings().stream()
                    .filter(warning -> warning.rule().equals("StageNameCasing"))
                    .findFirst()
                    .orElseThrow();
            assertTrue(casing.detail().contains("'App'"), casing.toString());
            assertFalse(casing.description().isEmpty());
            assertEquals(8, casing.location().line());
            assertEquals("FROM base as App", casing.location().lines().get(7));
            assertNull(lint.problem());
            assertFalse(lint.clean());
        }
    }

    @Test
    void aDockerfileWithoutViolationsHasNoWarnings() throws Exception {
        Builds.dockerfile(folder, "FROM scratch\nCOPY Dockerfile /\n");
        try (BuildkitClient client = BuildkitClient.connect(daemon.endpoint())) {
            Lint lint = client.check(BuildRequest.builder().build(), Builds.content(folder, daemon.logins()));
            assertTrue(lint.clean(), lint.toString());
        }
    }

    @Test
    void aDockerfileThatCannotBeBuiltIsAProblemWithItsLine() throws Exception {
        Builds.dockerfile(folder, "FROM busybox\nRUM true\n");
        try (BuildkitClient client = BuildkitClient.connect(daemon.endpoint())) {
            Lint lint = client.check(BuildRequest.builder().build(), Builds.content(folder, daemon.logins()));
            assertTrue(lint.problem().message().contains("RUM"), lint.toString());
            assertEquals(2, lint.problem().location().line());
            assertEquals("RUM true", lint.problem().location().lines().get(1));
            assertFalse(lint.clean());
        }
    }

    @Test
    void theOutlineListsAllParametersOfAStage() throws Exception {
        try (BuildkitClient client = BuildkitClient.connect(daemon.endpoint())) {
            BuildRequest request =
                    BuildRequest.builder().option("build-arg:VERSION", "3.4").build();
            Outline outline = client.outline(request, content());

            assertEquals("app", outline.target());
            assertEquals("is what ships", outline.description());
            Outline.Arg version = outline.args().get(0);
            assertEquals("VERSION", version.name());
            assertEquals("3.4", version.value());
            assertEquals("to announce", version.description());
            assertEquals(
                    "Dockerfile:10",
                    version.location().file() + ":" + version.location().line());
            assertEquals(
                    Map.of("token", true, "extra", false),
                    Map.of(
                            outline.secrets().get(0).id(),
                                    outline.secrets().get(0).required(),
                            outline.secrets().get(1).id(),
                                    outline.secrets().get(1).required()));
            assertEquals("default", outline.ssh().get(0).id());
            // The outline of BuildKit's own frontend has a field for cache mounts, which is always empty.
            assertEquals(List.of(), outline.caches());

            String theirs = buildctl("frontend.outline", "--opt=build-arg:VERSION=3.4");
            for (String line :
                    List.of("TARGET: +app", "VERSION +3.4 +to announce", "token +true", "extra *", "default *")) {
                assertTrue(theirs.lines().anyMatch(one -> one.matches(line)), line + "\nis not in\n" + theirs);
            }
        }
    }

    @Test
    void theOutlineDescribesTheSelectedTarget() throws Exception {
        try (BuildkitClient client = BuildkitClient.connect(daemon.endpoint())) {
            Outline outline = client.outline(
                    BuildRequest.builder().option("target", "base").build(), content());
            assertEquals("base", outline.target());
            assertEquals(List.of(), outline.args());
        }
    }

    @Test
    void theTargetsAreTheStages() throws Exception {
        try (BuildkitClient client = BuildkitClient.connect(daemon.endpoint())) {
            List<Target> targets = client.targets(BuildRequest.builder().build(), content());

            assertEquals(
                    List.of("base", "app"), targets.stream().map(Target::name).toList());
            assertEquals("holds the tools", targets.get(0).description());
            assertEquals("busybox", targets.get(0).base());
            assertEquals("base", targets.get(1).base());
            assertFalse(targets.get(0).isDefault());
            assertTrue(targets.get(1).isDefault());
            assertEquals(8, targets.get(1).location().line());

            String theirs = buildctl("frontend.targets");
            assertTrue(theirs.contains("app (default)"), theirs);
            assertEquals(targets.size() + 1, theirs.lines().count(), theirs);
        }
    }

    @Test
    void anUnsupportedSubrequestIsReported() throws Exception {
        try (BuildkitClient client = BuildkitClient.connect(daemon.endpoint())) {
            BuildRequest request = BuildRequest.builder()
                    .option("requestid", "frontend.nonsense")
                    .build();
            BuildkitException failure = assertThrows(
                    BuildkitException.BuildFailedException.class,
                    () -> client.frontendAnswer(request, content(), BuildListener.NONE));
            assertTrue(failure.getMessage().contains("frontend.nonsense"), failure.getMessage());

            Map<String, String> answer = client.frontendAnswer(
                    BuildRequest.builder()
                            .option("requestid", "frontend.subrequests.describe")
                            .build(),
                    content(),
                    BuildListener.NONE);
            assertEquals(buildctl("frontend.subrequests.describe"), answer.get("result.txt"));
        }
    }

    @Test
    void aMissingDockerfileIsReported() throws Exception {
        try (BuildkitClient client = BuildkitClient.connect(daemon.endpoint())) {
            SessionContent content = Builds.content(folder, daemon.logins());
            BuildkitException failure = assertThrows(
                    BuildkitException.class,
                    () -> client.check(BuildRequest.builder().build(), content));
            assertTrue(failure.getMessage().contains("Dockerfile"), failure.getMessage());
        }
    }

    @Test
    void subrequestsCreateNoRecordAndDoNotUseTheRefOfTheBuild() throws Exception {
        BuildRequest request = BuildRequest.builder().option("target", "app").build();
        Builds.dockerfile(folder, "FROM scratch AS app\nCOPY Dockerfile /\n");
        SessionContent content = Builds.content(folder, daemon.logins());
        try (BuildkitClient client = BuildkitClient.connect(daemon.endpoint())) {
            client.check(request, content);
            client.targets(request, content);
            assertTrue(client.history(request.ref()).isEmpty());
            client.build(request, content, BuildListener.NONE);
            assertTrue(client.history(request.ref()).isPresent());
            assertEquals(
                    List.of(),
                    client.history(HistoryQuery.ALL).stream()
                            .filter(record -> record.options().containsKey("requestid")
                                    && record.frontend().equals("dockerfile.v0"))
                            .toList());
        }
    }

    @Test
    void concurrentSubrequestsSucceed() throws Exception {
        SessionContent content = content();
        try (BuildkitClient client = BuildkitClient.connect(daemon.endpoint())) {
            List<CompletableFuture<Lint>> answers = IntStream.range(0, 12)
                    .mapToObj(i -> CompletableFuture.supplyAsync(() -> {
                        try {
                            return client.check(BuildRequest.builder().build(), content);
                        } catch (Exception e) {
                            throw new IllegalStateException(e);
                        }
                    }))
                    .toList();
            Lint first = answers.get(0).get();
            for (CompletableFuture<Lint> answer : answers) {
                assertEquals(first, answer.get());
            }
        }
    }

    @Test
    void anInterruptCancelsASubrequest() throws Exception {
        Builds.dockerfile(folder, "FROM busybox\n");
        CountDownLatch asked = new CountDownLatch(1);
        CountDownLatch interrupted = new CountDownLatch(1);
        CompletableFuture<Throwable> end = new CompletableFuture<>();
        try (BuildkitClient client = BuildkitClient.connect(daemon.endpoint())) {
            Thread thread = new Thread(() -> {
                try {
                    client.frontendAnswer(
                            BuildRequest.builder()
                                    .option("requestid", "frontend.targets")
                                    .build(),
                            Builds.content(folder, daemon.logins()),
                            event -> {
                                asked.countDown();
                                Uninterruptibles.awaitUninterruptibly(interrupted);
                            });
                    end.complete(new AssertionError("the call ended without an interrupt"));
                } catch (Throwable e) {
                    end.complete(e);
                }
            });
            thread.start();
            asked.await();
            thread.interrupt();
            interrupted.countDown();
            assertEquals(InterruptedException.class, end.get().getClass());
        }
    }
}
