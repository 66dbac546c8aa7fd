// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.run;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.hasSize;
import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import edu.umd.cs.findbugs.annotations.CheckForNull;
import hudson.ExtensionList;
import hudson.XmlFile;
import hudson.model.Run;
import hudson.model.Saveable;
import hudson.model.listeners.SaveableListener;
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
import io.jenkins.plugins.treenq.report.JobImages;
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
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.stream.IntStream;
import jenkins.model.Jenkins;
import org.jenkinsci.plugins.workflow.cps.CpsFlowDefinition;
import org.jenkinsci.plugins.workflow.job.WorkflowJob;
import org.jenkinsci.plugins.workflow.job.WorkflowRun;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.function.Executable;
import org.jvnet.hudson.test.JenkinsRule;
import org.jvnet.hudson.test.junit.jupiter.RealJenkinsExtension;

/**
 * Builds in the middle of which the controller is restarted, or killed. The controller is a process of its own, which
 * takes long to start, so the builds share its restarts: each has a job and a builder of its own.
 */
class RestartTest {
    private static final int POLL_MILLIS = 100;

    /** One for each build, because each waits in the middle of a step on the built-in node. */
    private static final int EXECUTORS = 10;

    private static final String RESTARTED = "restarted";
    private static final String KILLED = "killed";
    private static final String BAKE = "bake";
    private static final String KILLED_TWICE = "killed-twice";
    private static final String WAITING = "waiting";
    private static final String INSPECTION = "inspection";
    private static final String PROMOTION = "promotion";

    /** Names of daemons that are lost with the controller, one of which is started again. */
    private static final String LOST = "restart-lost";

    private static final String BACK = "restart-back";

    /** The end of a step's name, which the text of a Dockerfile does not contain. */
    private static final String FIRST_STEP = "2/3] RUN echo first";

    @RegisterExtension
    private final RealJenkinsExtension controller = new RealJenkinsExtension();

    private final List<AutoCloseable> resources = new ArrayList<>();

    private static String image() {
        return "test-" + UUID.randomUUID().toString().substring(0, 8);
    }

    private <T extends AutoCloseable> T open(T resource) {
        resources.add(resource);
        return resource;
    }

    @AfterEach
    void close() throws Exception {
        for (AutoCloseable resource : resources) {
            resource.close();
        }
    }

    /** One test, so that all of it runs again when surefire repeats a failed test. */
    @Test
    void buildsGoOn() throws Throwable {
        String restarted = image();
        String killed = image();
        String baked = image();
        String lost = image();
        String back = image();
        String killedTwice = image();
        String waiting = image();
        Daemon daemon = Daemon.first();
        Daemon lostDaemon = another(LOST);
        Daemon backDaemon = another(BACK);
        Relay relay = open(new Relay(daemon.address()));
        // A daemon for the pool, so that its only slot is no other build's.
        Relay limited = open(new Relay(daemon.address()));
        ServerSocket silentRegistry = open(new ServerSocket(0, 10, InetAddress.getLoopbackAddress()));
        silentRegistry.setSoTimeout((int) DaemonSteps.PATIENCE.toMillis());
        Path mark = Files.createTempFile("treenq", "mark");
        Files.delete(mark);
        resources.add(() -> Files.deleteIfExists(mark));
        String promoted = image();
        Path recorded = Files.createTempFile("treenq", "recorded");
        Files.delete(recorded);
        resources.add(() -> Files.deleteIfExists(recorded));

        assertAll(
                // The first time before the step had the result, the second time while the daemon was asked for it.
                step("a finished build is found after the controller was killed twice", () -> {
                    controller.startJenkins();
                    controller.runRemotely(
                            RestartTest::startBuildThatIsNotRecorded, killedTwice, relay.address(), mark.toString());
                    DaemonSteps.await("the build does not end", () -> Files.exists(mark));
                    controller.stopJenkinsForcibly();
                    relay.silence(true);
                    controller.startJenkins();
                    DaemonSteps.await("the daemon is not asked", () -> relay.unanswered() > 0);
                    controller.stopJenkinsForcibly();
                    relay.silence(false);
                    controller.startJenkins();
                    controller.runRemotely(RestartTest::takeFinishedBuild, killedTwice);
                }),
                step("a build goes on after an orderly restart", () -> {
                    controller.runRemotely(RestartTest::startBuild, RESTARTED, restarted);
                    DaemonSteps.await(restarted, true);
                    controller.stopJenkins();
                    controller.startJenkins();
                    controller.runRemotely(RestartTest::finishBuild, RESTARTED, restarted);
                }),
                step("the controller is killed", () -> {
                    controller.runRemotely(RestartTest::startWaitingBuild, waiting, limited.address());
                    controller.runRemotely(RestartTest::startBuild, KILLED, killed);
                    // A controller that is killed has what it has stored.
                    controller.runRemotely(RestartTest::awaitStoredStep, KILLED);
                    controller.runRemotely(RestartTest::startBake, baked);
                    controller.runRemotely(RestartTest::startPromotion, promoted, recorded.toString());
                    DaemonSteps.await("the promotion is not recorded", () -> Files.exists(recorded));
                    // As late as possible, because an inspection gives up after a time without an answer.
                    controller.runRemotely(RestartTest::startInspection, silentRegistry.getLocalPort());
                    silentRegistry.accept();
                    controller.runRemotely(RestartTest::startBuildOn, LOST, lost, lostDaemon.address());
                    controller.runRemotely(RestartTest::startBuildOn, BACK, back, backDaemon.address());
                    for (String image : List.of(killed, baked, lost, back)) {
                        DaemonSteps.await(image, true);
                    }
                    controller.stopJenkinsForcibly();
                    kill(lostDaemon);
                    kill(backDaemon);
                    daemon.another(BACK);
                    // The daemon stops the build of the lost client.
                    DaemonSteps.await(killed, false);
                    DaemonSteps.await(baked, false);
                    controller.startJenkins();
                }),
                step("a build goes on", () -> controller.runRemotely(RestartTest::finishBuild, KILLED, killed)),
                step(
                        "a recorded promotion is not repeated",
                        () -> controller.runRemotely(RestartTest::finishPromotion, promoted)),
                step("a bake is repeated", () -> controller.runRemotely(RestartTest::finishBake, baked)),
                // A daemon that was started again has forgotten the build.
                step(
                        "a build whose daemon was lost with the controller, and is back, is built again",
                        () -> controller.runRemotely(
                                RestartTest::finishBuildAgain, BACK, back, backDaemon.address(), true)),
                step(
                        "a build whose daemon was lost with the controller is built again",
                        () -> controller.runRemotely(
                                RestartTest::finishBuildAgain, LOST, lost, lostDaemon.address(), false)),
                step(
                        "a build that waited is linked to the one that repeats it",
                        () -> controller.runRemotely(RestartTest::finishWaitingBuild)),
                step(
                        "a registry is asked again",
                        // Fails if nobody asks.
                        silentRegistry::accept));
    }

    private static Executable step(String name, Executable body) {
        return () -> {
            try {
                body.execute();
            } catch (Throwable e) {
                throw new AssertionError(name, e);
            }
        };
    }

    private Daemon another(String name) throws Exception {
        resources.add(() -> Daemon.first().down(name));
        return Daemon.first().another(name);
    }

    private static void kill(Daemon daemon) throws Exception {
        ProcessHandle process = ProcessHandle.of(daemon.pid()).orElseThrow();
        process.destroyForcibly();
        process.onExit().join();
    }

    /** Adds a builder, and what all builders need. */
    private static void configure(BuildkitBuilder builder) throws Exception {
        TreenqConfiguration configuration = TreenqConfiguration.get();
        if (configuration.getBuilders().isEmpty()) {
            Configured.with(Daemon.first());
            Jenkins.get().setNumExecutors(EXECUTORS);
        }
        List<BuildkitBuilder> builders = new ArrayList<>(configuration.getBuilders());
        builders.add(builder);
        configuration.setBuilders(builders);
        configuration.save();
    }

    private static WorkflowRun start(JenkinsRule jenkins, String job, String script) throws Exception {
        WorkflowJob created = jenkins.createProject(WorkflowJob.class, job);
        created.setDefinition(new CpsFlowDefinition(script, true));
        return created.scheduleBuild2(0).waitForStart();
    }

    private static WorkflowRun finished(JenkinsRule jenkins, String job) throws Exception {
        WorkflowRun run =
                jenkins.jenkins.getItemByFullName(job, WorkflowJob.class).getBuildByNumber(1);
        return jenkins.assertBuildStatusSuccess(jenkins.waitForCompletion(run));
    }

    /** Returns a step that waits the first time, and not when the same daemon runs it again. */
    private static String waitingOnce(String image) {
        return "RUN --mount=type=cache,id=%1$s,target=/runs mkdir /runs/first && sleep 300; echo %1$s".formatted(image);
    }

    /** Returns the name of a job for which the daemon is the first choice of the two. */
    private static String jobOf(String prefix, String first, String second) {
        return IntStream.range(0, 100)
                .mapToObj(number -> prefix + number)
                .filter(job -> Affinity.order(List.of(first, second), job + "\0.\0Dockerfile\0")
                        .get(0)
                        .equals(first))
                .findFirst()
                .orElseThrow();
    }

    private static void startBake(JenkinsRule jenkins, String image) throws Throwable {
        Daemon daemon = Daemon.first();
        configure(Configured.builder(BAKE, daemon.address()));
        WorkflowRun run = start(jenkins, BAKE, """
                node {
                    writeFile file: 'docker-bake.hcl', text: '''
                    target "web" {
                      dockerfile-inline = "FROM busybox\\\\n%4$s"
                      tags = ["%1$s/%2$s:1"]
                    }
                    '''
                    def images = treenqBake(builder: '%3$s', targets: ['web'])
                    echo "digest=$images.web.digest"
                }
                """.formatted(daemon.registry(), image, BAKE, waitingOnce(image)));
        jenkins.waitForMessage("sleep 300", run);
    }

    private static void finishBake(JenkinsRule jenkins, String image) throws Throwable {
        WorkflowRun run = finished(jenkins, BAKE);

        String digest = new Registry(Daemon.first()).digest(image, "1").orElseThrow();
        jenkins.assertLogContains("digest=" + digest, run);
        assertRepeated(run);
    }

    /** Starts a promotion that is recorded, and whose step does not end. */
    private static void startPromotion(JenkinsRule jenkins, String image, String mark) throws Throwable {
        Daemon daemon = Daemon.first();
        configure(Configured.builder(PROMOTION, daemon.address()));
        ExtensionList.lookup(SaveableListener.class).add(0, new RecordedPromotion(Path.of(mark)));
        start(jenkins, PROMOTION, """
                def image
                node {
                    writeFile file: 'Dockerfile', text: 'FROM scratch\\nCOPY Dockerfile /\\nLABEL image=%2$s\\n'
                    image = treenqBuild(builder: '%3$s', tags: ['%1$s/%2$s:1'])
                }
                def promoted = treenqPromote(from: image, to: ['%1$s/%2$s:stable'])
                echo "digest=$promoted.digest"
                """.formatted(daemon.registry(), image, PROMOTION));
    }

    /** Blocks the thread that has stored a promotion with its run. */
    private static final class RecordedPromotion extends SaveableListener {
        private final Path mark;

        RecordedPromotion(Path mark) {
            this.mark = mark;
        }

        @Override
        public void onChange(Saveable saved, XmlFile file) {
            ImagesAction action = saved instanceof Run<?, ?> run ? run.getAction(ImagesAction.class) : null;
            if (action == null
                    || action.getImages().stream().allMatch(image -> image.getPromotedFrom() == null)
                    || Files.exists(mark)) {
                return;
            }
            try {
                Files.createFile(mark);
                new CountDownLatch(1).await();
            } catch (IOException | InterruptedException e) {
                throw new IllegalStateException(e);
            }
        }
    }

    private static void finishPromotion(JenkinsRule jenkins, String image) throws Throwable {
        WorkflowRun run = finished(jenkins, PROMOTION);

        String digest = new Registry(Daemon.first()).digest(image, "stable").orElseThrow();
        jenkins.assertLogContains("digest=" + digest, run);
        assertEquals(
                1,
                run.getAction(ImagesAction.class).getImages().stream()
                        .filter(each -> each.getPromotedFrom() != null)
                        .count());
        // Jenkins was stopped before the image was added to those of the job.
        assertEquals(
                1,
                JobImages.of(run.getParent()).read().stream()
                        .filter(tagged -> tagged.getTag().endsWith(":stable"))
                        .count());
    }

    private static void assertRepeated(WorkflowRun run) {
        List<TimelinePage> builds = run.getAction(ImagesAction.class).getBuilds();
        assertEquals(
                List.of(BuildState.INTERRUPTED, BuildState.SUCCESS),
                builds.stream().map(TimelinePage::getState).toList());
        assertEquals(2, builds.get(0).getContinuedBy());
    }

    /** Starts a build with a pool in which the job prefers the daemon. */
    private static void startBuildOn(JenkinsRule jenkins, String builder, String image, String address)
            throws Throwable {
        Daemon daemon = Daemon.first();
        configure(Configured.builder(builder, address + " " + daemon.address()));
        WorkflowRun run = start(
                jenkins, jobOf(builder, address, daemon.address()), """
                node {
                    writeFile file: 'Dockerfile', text: 'FROM busybox\\nRUN sleep 20; echo %2$s\\n'
                    def image = treenqBuild(builder: '%3$s', tags: ['%1$s/%2$s:1'])
                    echo "digest=$image.digest"
                }
                """.formatted(daemon.registry(), image, builder));
        jenkins.waitForMessage("RUN sleep 20", run);
    }

    private static void finishBuildAgain(
            JenkinsRule jenkins, String builder, String image, String address, boolean isBack) throws Throwable {
        String daemon = Daemon.first().address();
        WorkflowRun run = finished(jenkins, jobOf(builder, address, daemon));

        if (isBack) {
            jenkins.assertLogContains("The daemon did not finish the build; building again", run);
            assertEquals(3, JenkinsRule.getLog(run).split("Building on '" + builder + "' \\(" + address, -1).length);
        } else {
            jenkins.assertLogContains("; building again", run);
            jenkins.assertLogContains("Building on '" + builder + "' (" + daemon + ")", run);
        }
        String digest = new Registry(Daemon.first()).digest(image, "1").orElseThrow();
        jenkins.assertLogContains("digest=" + digest, run);
    }

    private static void startBuildThatIsNotRecorded(JenkinsRule jenkins, String image, String address, String mark)
            throws Throwable {
        Daemon daemon = Daemon.first();
        BuildkitBuilder builder = Configured.builder(KILLED_TWICE, address);
        builder.setServerName(URI.create(daemon.address()).getHost());
        builder.setConnectTimeoutSeconds(600);
        configure(builder);
        NothingIsArchived.of(KILLED_TWICE, mark);
        start(jenkins, KILLED_TWICE, """
                node {
                    writeFile file: 'Dockerfile', text: 'FROM scratch\\nCOPY Dockerfile /\\nLABEL image=%2$s\\n'
                    def image = treenqBuild(builder: '%3$s', tags: ['%1$s/%2$s:1'])
                    echo "digest=$image.digest"
                }
                """.formatted(daemon.registry(), image, KILLED_TWICE));
    }

    private static void takeFinishedBuild(JenkinsRule jenkins, String image) throws Throwable {
        WorkflowRun run = finished(jenkins, KILLED_TWICE);

        jenkins.assertLogContains("The daemon finished the build while Jenkins was restarting", run);
        jenkins.assertLogNotContains("building again", run);
        // The line was printed once, before the first restart.
        assertEquals(2, JenkinsRule.getLog(run).split("Building on '" + KILLED_TWICE + "'", -1).length);
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

    /**
     * The daemon's only slot belongs to another build, which the daemon never answers.
     *
     * @param address of a daemon that has no other builds
     */
    private static void startWaitingBuild(JenkinsRule jenkins, String image, String address) throws Throwable {
        Daemon daemon = Daemon.first();
        BuildkitBuilder builder = Configured.builder(WAITING, address);
        builder.setServerName(URI.create(daemon.address()).getHost());
        builder.setLimit(1);
        configure(builder);
        // The slot is taken until this process ends. The plugin has its own class loader here, so this class is not in
        // not in its package.
        Method pool = jenkins.jenkins
                .getPluginManager()
                .uberClassLoader
                .loadClass(RestartTest.class.getPackageName() + ".ControllerDaemonPool")
                .getDeclaredMethod("get");
        pool.setAccessible(true);
        ((DaemonPool) pool.invoke(null))
                .acquire(() -> new DaemonCandidates.Daemons(List.of(address), 1))
                .join();
        WorkflowRun run = start(jenkins, WAITING, """
                node {
                    writeFile file: 'Dockerfile', text: 'FROM scratch\\nCOPY Dockerfile /\\nLABEL image=%2$s\\n'
                    treenqBuild builder: '%3$s', tags: ['%1$s/%2$s:1']
                }
                """.formatted(daemon.registry(), image, WAITING));
        jenkins.waitForMessage("Waiting: each daemon of '" + WAITING + "' has reached its limit", run);
    }

    private static void finishWaitingBuild(JenkinsRule jenkins) throws Throwable {
        assertRepeated(finished(jenkins, WAITING));
    }

    private static void startInspection(JenkinsRule jenkins, int port) throws Throwable {
        Policy policy = new Policy();
        policy.setControllerHosts(List.of("localhost:" + port));
        TreenqConfiguration.get().setPolicy(policy);
        TreenqConfiguration.get().save();
        start(jenkins, INSPECTION, "treenqInspect 'localhost:" + port + "/a/b:1'");
    }

    /** Starts a build on the second daemon of a pool, because the first one is unreachable. */
    private static void startBuild(JenkinsRule jenkins, String name, String image) throws Throwable {
        Daemon daemon = Daemon.first();
        String nobody = IntStream.range(1, 100)
                .mapToObj(port -> "tcp://localhost:" + port)
                .filter(address -> Affinity.order(List.of(address, daemon.address()), name + "\0.\0Dockerfile\0")
                        .get(0)
                        .equals(address))
                .findFirst()
                .orElseThrow();
        configure(Configured.builder(name, nobody + " " + daemon.address()));
        WorkflowRun run = start(jenkins, name, """
                node {
                    writeFile file: 'Dockerfile', text: 'FROM busybox\\nRUN echo first\\n%4$s\\n'
                    def image = treenqBuild(builder: '%3$s', tags: ['%1$s/%2$s:1'])
                    echo "digest=$image.digest"
                }
                """.formatted(daemon.registry(), image, name, waitingOnce(image)));
        while (steps(run.getAction(ImagesAction.class)).stream().noneMatch(step -> step.endsWith(FIRST_STEP))) {
            assertTrue(run.isBuilding(), "the build ended before its step was reported");
            Thread.sleep(POLL_MILLIS);
        }
    }

    private static void awaitStoredStep(JenkinsRule jenkins, String name) throws Throwable {
        Path stored = jenkins.jenkins
                .getItemByFullName(name, WorkflowJob.class)
                .getBuildByNumber(1)
                .getRootDir()
                .toPath()
                .resolve("treenq/1.json");
        DaemonSteps.await(
                "the step is not stored",
                () -> Files.exists(stored) && Files.readString(stored).contains(FIRST_STEP));
    }

    /** Returns the names of the steps of the first image build. */
    private static List<String> steps(@CheckForNull ImagesAction images) {
        return images == null || images.getBuilds().isEmpty()
                ? List.of()
                : images.getBuilds().get(0).getSteps().stream()
                        .map(ExportedStep::name)
                        .toList();
    }

    private static void finishBuild(JenkinsRule jenkins, String name, String image) throws Throwable {
        WorkflowRun run = finished(jenkins, name);

        jenkins.assertLogContains("Looking for build ", run);
        jenkins.assertLogContains("The daemon did not finish the build; building again with the builder's cache", run);
        // The first daemon was tried only before the restart.
        assertEquals(2, JenkinsRule.getLog(run).split("; trying another daemon of '" + name + "'", -1).length);
        assertRepeated(run);
        JenkinsRule.WebClient client = jenkins.createWebClient();
        String text = client.getPage(run).asNormalizedText();
        assertThat(text, containsString("interrupted by a restart of Jenkins"));
        assertThat(text, containsString("built again as image build 2"));
        assertThat(steps(run.getAction(ImagesAction.class)), hasItem(containsString(FIRST_STEP)));
        List<BuiltImage> images = run.getAction(ImagesAction.class).getImages();
        assertThat(images, hasSize(1));
        String digest = new Registry(Daemon.first()).digest(image, "1").orElseThrow();
        assertEquals(digest, images.get(0).getDigest());
        jenkins.assertLogContains("digest=" + digest, run);
    }
}
