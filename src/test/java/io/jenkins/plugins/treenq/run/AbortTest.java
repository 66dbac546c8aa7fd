// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.run;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.is;
import static org.junit.jupiter.api.Assertions.assertEquals;

import hudson.model.FreeStyleProject;
import hudson.model.Result;
import hudson.model.Run;
import hudson.tasks.Shell;
import io.jenkins.plugins.treenq.buildkit.Daemon;
import io.jenkins.plugins.treenq.buildkit.client.BuildkitClient;
import io.jenkins.plugins.treenq.buildkit.control.HistoryQuery;
import io.jenkins.plugins.treenq.config.BuildkitBuilder;
import io.jenkins.plugins.treenq.config.TreenqConfiguration;
import io.jenkins.plugins.treenq.harness.SharedJenkins;
import io.jenkins.plugins.treenq.report.ImagesAction;
import io.jenkins.plugins.treenq.step.TreenqBuildStep;
import io.jenkins.plugins.treenq.step.TreenqBuilder;
import io.jenkins.plugins.treenq.timeline.BuildState;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.jvnet.hudson.test.JenkinsRule;

/**
 * Runs are aborted in each phase of an image build: nothing is archived, no connection is left, and the daemon has no
 * running build. {@link RealBuildTest} aborts running build steps, {@link PoolTest} builds that wait for a slot.
 */
@SharedJenkins
class AbortTest {
    private JenkinsRule jenkins;
    private Daemon daemon;

    @BeforeEach
    void start(JenkinsRule rule) throws Exception {
        jenkins = rule;
        daemon = Daemon.first();
        Configured.with(daemon);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aRunIsAbortedWhileItConnectsToTheDaemon(boolean freestyle) throws Exception {
        try (ServerSocket silent = new ServerSocket(0, 10, InetAddress.getLoopbackAddress())) {
            BuildkitBuilder builder = new BuildkitBuilder("default", "tcp://localhost:" + silent.getLocalPort());
            builder.setConnectTimeoutSeconds(600);
            TreenqConfiguration.get().setBuilders(List.of(builder));
            Run<?, ?> run = begin(freestyle, "echo FROM scratch > Dockerfile", "web:1");
            try (Socket asked = silent.accept()) {
                stop(run);

                assertNobodyAsks(asked);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aRunIsAbortedWhileItSendsTheContext(boolean freestyle) throws Exception {
        Run<?, ?> run = begin(
                freestyle,
                "printf 'FROM scratch\\nCOPY large /\\n' > Dockerfile; truncate -s 8G large",
                daemon.registry() + "/a/b:1");
        long dockerfileBytes = 10_000;
        DaemonSteps.await("the context is not sent", () -> {
            ImagesAction action = run.getAction(ImagesAction.class);
            return action != null
                    && !action.getBuilds().isEmpty()
                    && action.getBuilds().get(0).getTransferredBytes() > dockerfileBytes;
        });

        stop(run);

        assertDaemonIsIdle();
        assertThat(run.getAction(ImagesAction.class).getBuilds().get(0).getState(), is(BuildState.ABORTED));
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aRunIsAbortedWhileTheDaemonPushesTheImage(boolean freestyle) throws Exception {
        try (ServerSocket silent = new ServerSocket(0, 10, InetAddress.getLoopbackAddress())) {
            Run<?, ?> run = begin(
                    freestyle,
                    "printf 'FROM scratch\\nCOPY Dockerfile /\\n' > Dockerfile",
                    "localhost:" + silent.getLocalPort() + "/a/b:1");
            try (Socket asked = silent.accept()) {
                jenkins.waitForMessage("exporting to image", run);
                stop(run);

                assertDaemonIsIdle();
                assertNobodyAsks(asked);
            }
        }
    }

    /** The build step of freestyle jobs can be called by a Pipeline, too. */
    @Test
    void theFreestyleBuildStepIsAbortedInAPipeline() throws Exception {
        try (ServerSocket silent = new ServerSocket(0, 10, InetAddress.getLoopbackAddress())) {
            BuildkitBuilder builder = new BuildkitBuilder("default", "tcp://localhost:" + silent.getLocalPort());
            builder.setConnectTimeoutSeconds(600);
            TreenqConfiguration.get().setBuilders(List.of(builder));
            Run<?, ?> run = new Pipelines(jenkins)
                    .job(
                            "writeFile file: 'Dockerfile', text: 'FROM scratch'; step([$class: 'TreenqBuilder', build: [tags: ['web:1']]])")
                    .scheduleBuild2(0)
                    .waitForStart();
            try (Socket asked = silent.accept()) {
                stop(run);

                assertNobodyAsks(asked);
            }
        }
    }

    private Run<?, ?> begin(boolean freestyle, String files, String tag) throws Exception {
        if (!freestyle) {
            return new Pipelines(jenkins)
                    .job("sh '''" + files.replace("\\", "\\\\") + "'''; treenqBuild tags: ['" + tag + "']")
                    .scheduleBuild2(0)
                    .waitForStart();
        }
        FreeStyleProject job = jenkins.createFreeStyleProject();
        job.getBuildersList().add(new Shell(files));
        TreenqBuildStep step = new TreenqBuildStep(List.of(tag));
        job.getBuildersList().add(new TreenqBuilder(step));
        return job.scheduleBuild2(0).waitForStart();
    }

    private void stop(Run<?, ?> run) throws Exception {
        run.getExecutor().interrupt();

        jenkins.assertBuildStatus(Result.ABORTED, jenkins.waitForCompletion(run));
        jenkins.assertLogContains("Building on 'default' (", run);
        jenkins.assertLogNotContains("\tat ", run);
        jenkins.assertLogNotContains("InterruptedException", run);
        assertThat(run.getAction(ImagesAction.class).getImages(), is(empty()));
        assertThat(run.getArtifacts(), is(empty()));
    }

    private void assertDaemonIsIdle() throws Exception {
        try (BuildkitClient client = BuildkitClient.connect(daemon.endpoint())) {
            DaemonSteps.await(
                    "the daemon still builds something", () -> client.history(new HistoryQuery("", true, List.of(), 0))
                            .isEmpty());
        }
    }

    /** Asserts that the client closes its connection. */
    private static void assertNobodyAsks(Socket asked) throws Exception {
        asked.setSoTimeout(Math.toIntExact(DaemonSteps.PATIENCE.toMillis()));
        assertEquals(-1, RegistryImagesTest.endOf(asked));
    }
}
