// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.run;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.hasSize;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import hudson.model.Run;
import io.jenkins.plugins.treenq.buildkit.Daemon;
import io.jenkins.plugins.treenq.buildkit.Registry;
import io.jenkins.plugins.treenq.config.BuildkitBuilder;
import io.jenkins.plugins.treenq.config.Policy;
import io.jenkins.plugins.treenq.config.TreenqConfiguration;
import io.jenkins.plugins.treenq.pool.Affinity;
import io.jenkins.plugins.treenq.pool.DaemonCandidates;
import io.jenkins.plugins.treenq.pool.DaemonPool;
import io.jenkins.plugins.treenq.report.BuiltImage;
import io.jenkins.plugins.treenq.report.ImagesAction;
import io.jenkins.plugins.treenq.timeline.BuildState;
import io.jenkins.plugins.treenq.timeline.ExportedStep;
import io.jenkins.plugins.treenq.timeline.TimelinePage;
import java.io.IOException;
import java.lang.reflect.Method;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.stream.IntStream;
import jenkins.model.ArtifactManager;
import jenkins.model.ArtifactManagerConfiguration;
import jenkins.model.ArtifactManagerFactory;
import org.jenkinsci.plugins.workflow.cps.CpsFlowDefinition;
import org.jenkinsci.plugins.workflow.job.WorkflowJob;
import org.jenkinsci.plugins.workflow.job.WorkflowRun;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.jvnet.hudson.test.JenkinsRule;
import org.jvnet.hudson.test.junit.jupiter.RealJenkinsExtension;

/** A controller that is killed, or restarted, in the middle of a step: a process of its own. */
class RestartTest {
    private static final String JOB = "job";
    private static final int POLL_MILLIS = 100;

    @RegisterExtension
    private final RealJenkinsExtension controller = new RealJenkinsExtension();

    @Test
    void aBuildGoesOnAfterTheControllerWasKilled() throws Throwable {
        String image = "test-" + UUID.randomUUID().toString().substring(0, 8);
        controller.startJenkins();
        controller.runRemotely(RestartTest::startBuild, image);
        DaemonSteps.await(image, true);

        controller.stopJenkinsForcibly();

        // The daemon keeps no orphan.
        DaemonSteps.await(image, false);
        controller.startJenkins();
        controller.runRemotely(RestartTest::finishBuild, image);
    }

    @Test
    void aBuildGoesOnAfterAnOrderlyRestart() throws Throwable {
        String image = "test-" + UUID.randomUUID().toString().substring(0, 8);
        controller.startJenkins();
        controller.runRemotely(RestartTest::startBuild, image);
        DaemonSteps.await(image, true);

        controller.stopJenkins();

        controller.startJenkins();
        controller.runRemotely(RestartTest::finishBuild, image);
    }

    @Test
    void aBakeIsRepeatedAfterTheControllerWasKilled() throws Throwable {
        String image = "test-" + UUID.randomUUID().toString().substring(0, 8);
        controller.startJenkins();
        controller.runRemotely(RestartTest::startBake, image);
        DaemonSteps.await(image, true);

        controller.stopJenkinsForcibly();

        DaemonSteps.await(image, false);
        controller.startJenkins();
        controller.runRemotely(RestartTest::finishBake, image);
    }

    private static void startBake(JenkinsRule jenkins, String image) throws Throwable {
        Daemon daemon = Daemon.first();
        Configured.with(daemon);
        TreenqConfiguration.get().save();
        WorkflowJob job = jenkins.createProject(WorkflowJob.class, JOB);
        job.setDefinition(new CpsFlowDefinition("""
                node {
                    writeFile file: 'docker-bake.hcl', text: '''
                    target "web" {
                      dockerfile-inline = "FROM busybox\\\\nRUN sleep 15; echo %2$s"
                      tags = ["%1$s/%2$s:1"]
                    }
                    '''
                    def images = treenqBake(targets: ['web'])
                    echo "digest=$images.web.digest"
                }
                """.formatted(daemon.registry(), image), true));
        WorkflowRun run = job.scheduleBuild2(0).waitForStart();
        jenkins.waitForMessage("RUN sleep 15", run);
    }

    private static void finishBake(JenkinsRule jenkins, String image) throws Throwable {
        WorkflowRun run = jenkins.jenkins.getAllItems(WorkflowJob.class).get(0).getBuildByNumber(1);
        jenkins.assertBuildStatusSuccess(jenkins.waitForCompletion(run));

        String digest = new Registry(Daemon.first()).digest(image, "1").orElseThrow();
        jenkins.assertLogContains("digest=" + digest, run);
        List<TimelinePage> builds = run.getAction(ImagesAction.class).getBuilds();
        assertEquals(
                List.of(BuildState.INTERRUPTED, BuildState.SUCCESS),
                builds.stream().map(TimelinePage::getState).toList());
        assertEquals(2, builds.get(0).getContinuedBy());
    }

    /** A daemon that was started again has forgotten the build. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aBuildWhoseDaemonWasLostWithTheControllerIsBuiltAgain(boolean isBack) throws Throwable {
        String image = "test-" + UUID.randomUUID().toString().substring(0, 8);
        String name = "restart-lost";
        Daemon lost = Daemon.first().another(name);
        try {
            controller.startJenkins();
            controller.runRemotely(RestartTest::startBuildOn, image, lost.address());
            DaemonSteps.await(image, true);
            controller.stopJenkinsForcibly();
            ProcessHandle daemon = ProcessHandle.of(lost.pid()).orElseThrow();
            daemon.destroyForcibly();
            daemon.onExit().join();
            if (isBack) {
                Daemon.first().another(name);
            }

            controller.startJenkins();

            controller.runRemotely(RestartTest::finishBuildAgain, image, lost.address(), isBack);
        } finally {
            Daemon.first().down(name);
        }
    }

    /** A pool in which the daemon is the first choice of the job. */
    private static void startBuildOn(JenkinsRule jenkins, String image, String address) throws Throwable {
        Daemon daemon = Daemon.first();
        Configured.with(daemon);
        TreenqConfiguration.get().setBuilders(List.of(Configured.builder("default", address + " " + daemon.address())));
        TreenqConfiguration.get().save();
        String name = IntStream.range(0, 100)
                .mapToObj(number -> JOB + number)
                .filter(job -> Affinity.order(List.of(address, daemon.address()), job + "\0.\0Dockerfile\0")
                        .get(0)
                        .equals(address))
                .findFirst()
                .orElseThrow();
        WorkflowJob job = jenkins.createProject(WorkflowJob.class, name);
        job.setDefinition(new CpsFlowDefinition("""
                node {
                    writeFile file: 'Dockerfile', text: 'FROM busybox\\nRUN sleep 15; echo %s\\n'
                    def image = treenqBuild(tags: ['%s/%s:1'])
                    echo "digest=$image.digest"
                }
                """.formatted(image, daemon.registry(), image), true));
        WorkflowRun run = job.scheduleBuild2(0).waitForStart();
        jenkins.waitForMessage("RUN sleep 15", run);
    }

    private static void finishBuildAgain(JenkinsRule jenkins, String image, String lost, boolean isBack)
            throws Throwable {
        WorkflowRun run = jenkins.jenkins.getAllItems(WorkflowJob.class).get(0).getBuildByNumber(1);
        jenkins.assertBuildStatusSuccess(jenkins.waitForCompletion(run));

        if (isBack) {
            jenkins.assertLogContains("The daemon did not finish the build; building again", run);
            assertEquals(3, JenkinsRule.getLog(run).split("Building on 'default' \\(" + lost, -1).length);
        } else {
            jenkins.assertLogContains("; building again", run);
            jenkins.assertLogContains("Building on 'default' (" + Daemon.first().address() + ")", run);
        }
        String digest = new Registry(Daemon.first()).digest(image, "1").orElseThrow();
        jenkins.assertLogContains("digest=" + digest, run);
    }

    /** The first time before the step had the result, the second time while the daemon was asked for it. */
    @Test
    void aFinishedBuildIsFoundAfterTheControllerWasKilledTwice() throws Throwable {
        String image = "test-" + UUID.randomUUID().toString().substring(0, 8);
        Path mark = Files.createTempFile("treenq", "mark");
        Files.delete(mark);
        try (Relay relay = new Relay(Daemon.first().address())) {
            controller.startJenkins();
            controller.runRemotely(RestartTest::startBuildThatIsNotRecorded, image, relay.address(), mark.toString());
            DaemonSteps.await("the build does not end", () -> Files.exists(mark));
            controller.stopJenkinsForcibly();
            relay.silence(true);
            controller.startJenkins();
            DaemonSteps.await("the daemon is not asked", () -> relay.unanswered() > 0);

            controller.stopJenkinsForcibly();

            relay.silence(false);
            controller.startJenkins();
            controller.runRemotely(RestartTest::takeFinishedBuild, image);
        } finally {
            Files.deleteIfExists(mark);
        }
    }

    private static void startBuildThatIsNotRecorded(JenkinsRule jenkins, String image, String address, String mark)
            throws Throwable {
        Daemon daemon = Daemon.first();
        Configured.with(daemon);
        BuildkitBuilder builder = Configured.builder("default", address);
        builder.setServerName(URI.create(daemon.address()).getHost());
        builder.setConnectTimeoutSeconds(600);
        TreenqConfiguration.get().setBuilders(List.of(builder));
        TreenqConfiguration.get().save();
        ArtifactManagerConfiguration.get().getArtifactManagerFactories().add(new NothingIsArchived(mark));
        WorkflowJob job = jenkins.createProject(WorkflowJob.class, JOB);
        job.setDefinition(new CpsFlowDefinition("""
                node {
                    writeFile file: 'Dockerfile', text: 'FROM scratch\\nCOPY Dockerfile /\\nLABEL image=%s\\n'
                    def image = treenqBuild(tags: ['%s/%s:1'])
                    echo "digest=$image.digest"
                }
                """.formatted(image, daemon.registry(), image), true));
        job.scheduleBuild2(0).waitForStart();
    }

    /** A build that is over in the daemon stays on its way into the run. It is gone when Jenkins comes back. */
    public static final class NothingIsArchived extends ArtifactManagerFactory {
        private final String mark;

        NothingIsArchived(String mark) {
            this.mark = mark;
        }

        @Override
        public ArtifactManager managerFor(Run<?, ?> build) {
            try {
                Files.createFile(Path.of(mark));
                new CountDownLatch(1).await();
            } catch (IOException | InterruptedException e) {
                throw new IllegalStateException(e);
            }
            return null;
        }
    }

    private static void takeFinishedBuild(JenkinsRule jenkins, String image) throws Throwable {
        WorkflowRun run =
                jenkins.jenkins.getItemByFullName(JOB, WorkflowJob.class).getBuildByNumber(1);
        jenkins.assertBuildStatusSuccess(jenkins.waitForCompletion(run));

        jenkins.assertLogContains("The daemon finished the build while Jenkins was restarting", run);
        jenkins.assertLogNotContains("building again", run);
        // Once before the first restart.
        assertEquals(2, JenkinsRule.getLog(run).split("Building on 'default'", -1).length);
        List<BuiltImage> images = run.getAction(ImagesAction.class).getImages();
        assertThat(images, hasSize(1));
        String digest = new Registry(Daemon.first()).digest(image, "1").orElseThrow();
        assertEquals(digest, images.get(0).getDigest());
        assertEquals(
                List.of(BuildState.SUCCESS),
                run.getAction(ImagesAction.class).getBuilds().stream()
                        .map(TimelinePage::getState)
                        .toList());
        jenkins.assertLogContains("digest=" + digest, run);
    }

    /** The daemon's only slot belongs to another build, which the daemon never answers. */
    @Test
    void aBuildThatWaitedIsLinkedToTheOneThatRepeatsItAfterTheControllerWasKilled() throws Throwable {
        String image = "test-" + UUID.randomUUID().toString().substring(0, 8);
        controller.startJenkins();
        controller.runRemotely(RestartTest::startWaitingBuild, image);

        controller.stopJenkinsForcibly();

        controller.startJenkins();
        controller.runRemotely(RestartTest::finishWaitingBuild);
    }

    private static void startWaitingBuild(JenkinsRule jenkins, String image) throws Throwable {
        Daemon daemon = Daemon.first();
        Configured.with(daemon);
        BuildkitBuilder builder = Configured.builder("default", daemon.address());
        builder.setLimit(1);
        TreenqConfiguration.get().setBuilders(List.of(builder));
        TreenqConfiguration.get().save();
        // The slot is taken until this process ends. The plugin has a class loader of its own here, so this class is
        // not
        // in its package.
        Method pool = jenkins.jenkins
                .getPluginManager()
                .uberClassLoader
                .loadClass(RestartTest.class.getPackageName() + ".ControllerDaemonPool")
                .getDeclaredMethod("get");
        pool.setAccessible(true);
        ((DaemonPool) pool.invoke(null))
                .acquire(() -> new DaemonCandidates.Daemons(List.of(daemon.address()), 1))
                .join();
        WorkflowJob job = jenkins.createProject(WorkflowJob.class, JOB);
        job.setDefinition(new CpsFlowDefinition("""
                node {
                    writeFile file: 'Dockerfile', text: 'FROM scratch\\nCOPY Dockerfile /\\nLABEL image=%s\\n'
                    treenqBuild tags: ['%s/%s:1']
                }
                """.formatted(image, daemon.registry(), image), true));
        WorkflowRun run = job.scheduleBuild2(0).waitForStart();
        jenkins.waitForMessage("Waiting: each daemon of 'default' has reached its limit", run);
    }

    private static void finishWaitingBuild(JenkinsRule jenkins) throws Throwable {
        WorkflowRun run =
                jenkins.jenkins.getItemByFullName(JOB, WorkflowJob.class).getBuildByNumber(1);
        jenkins.assertBuildStatusSuccess(jenkins.waitForCompletion(run));
        List<TimelinePage> builds = run.getAction(ImagesAction.class).getBuilds();
        assertEquals(
                List.of(BuildState.INTERRUPTED, BuildState.SUCCESS),
                builds.stream().map(TimelinePage::getState).toList());
        assertEquals(2, builds.get(0).getContinuedBy());
    }

    @Test
    void aRegistryIsAskedAgainAfterTheControllerWasKilled() throws Throwable {
        try (ServerSocket silent = new ServerSocket(0, 10, InetAddress.getLoopbackAddress())) {
            silent.setSoTimeout(60_000);
            controller.startJenkins();
            controller.runRemotely(RestartTest::startInspection, silent.getLocalPort());
            silent.accept();

            controller.stopJenkinsForcibly();

            controller.startJenkins();
            // Which fails if nobody asks.
            silent.accept();
        }
    }

    private static void startInspection(JenkinsRule jenkins, int port) throws Throwable {
        Policy policy = new Policy();
        policy.setControllerHosts(List.of("localhost:" + port));
        TreenqConfiguration.get().setPolicy(policy);
        TreenqConfiguration.get().save();
        WorkflowJob job = jenkins.createProject(WorkflowJob.class, JOB);
        job.setDefinition(new CpsFlowDefinition("treenqInspect 'localhost:" + port + "/a/b:1'", true));
        job.scheduleBuild2(0).waitForStart();
    }

    /** On a daemon that would be its second choice again. */
    private static void startBuild(JenkinsRule jenkins, String image) throws Throwable {
        Daemon daemon = Daemon.first();
        Configured.with(daemon);
        String nobody = IntStream.range(1, 100)
                .mapToObj(port -> "tcp://localhost:" + port)
                .filter(address -> Affinity.order(List.of(address, daemon.address()), JOB + "\0.\0Dockerfile\0")
                        .get(0)
                        .equals(address))
                .findFirst()
                .orElseThrow();
        TreenqConfiguration.get().setBuilders(List.of(Configured.builder("default", nobody + " " + daemon.address())));
        TreenqConfiguration.get().save();
        WorkflowJob job = jenkins.createProject(WorkflowJob.class, JOB);
        job.setDefinition(new CpsFlowDefinition("""
                node {
                    writeFile file: 'Dockerfile', text: 'FROM busybox\\nRUN echo first\\nRUN sleep 15; echo %s\\n'
                    def image = treenqBuild(tags: ['%s/%s:1'])
                    echo "digest=$image.digest"
                }
                """.formatted(image, daemon.registry(), image), true));
        WorkflowRun run = job.scheduleBuild2(0).waitForStart();
        Path kept = run.getRootDir().toPath().resolve("treenq/1.json");
        while (!Files.exists(kept) || !Files.readString(kept).contains("RUN echo first")) {
            assertTrue(run.isBuilding(), "nothing of it was kept");
            Thread.sleep(POLL_MILLIS);
        }
    }

    private static void finishBuild(JenkinsRule jenkins, String image) throws Throwable {
        WorkflowRun run =
                jenkins.jenkins.getItemByFullName(JOB, WorkflowJob.class).getBuildByNumber(1);
        jenkins.assertBuildStatusSuccess(jenkins.waitForCompletion(run));

        jenkins.assertLogContains("Looking for build ", run);
        jenkins.assertLogContains("The daemon did not finish the build; building again with the builder's cache", run);
        // The first daemon was only tried before the restart.
        assertEquals(2, JenkinsRule.getLog(run).split("; trying another daemon of 'default'", -1).length);
        List<TimelinePage> builds = run.getAction(ImagesAction.class).getBuilds();
        assertEquals(
                List.of(BuildState.INTERRUPTED, BuildState.SUCCESS),
                builds.stream().map(TimelinePage::getState).toList());
        assertEquals(2, builds.get(0).getContinuedBy());
        JenkinsRule.WebClient client = jenkins.createWebClient();
        String text = client.getPage(run).asNormalizedText();
        assertThat(text, containsString("interrupted by a restart of Jenkins"));
        assertThat(text, containsString("built again as image build 2"));
        assertThat(
                builds.get(0).getSteps().stream().map(ExportedStep::name).toList(),
                hasItem(containsString("RUN echo first")));
        List<BuiltImage> images = run.getAction(ImagesAction.class).getImages();
        assertThat(images, hasSize(1));
        String digest = new Registry(Daemon.first()).digest(image, "1").orElseThrow();
        assertEquals(digest, images.get(0).getDigest());
        jenkins.assertLogContains("digest=" + digest, run);
    }
}
