// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.run;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.HttpServer;
import hudson.model.Result;
import hudson.model.Run;
import io.jenkins.plugins.treenq.buildkit.Daemon;
import io.jenkins.plugins.treenq.buildkit.Registry;
import io.jenkins.plugins.treenq.config.BuildkitBuilder;
import io.jenkins.plugins.treenq.config.TreenqConfiguration;
import io.jenkins.plugins.treenq.harness.SharedJenkins;
import io.jenkins.plugins.treenq.pool.Affinity;
import io.jenkins.plugins.treenq.pool.DaemonCandidates;
import io.jenkins.plugins.treenq.pool.DaemonSlot;
import io.jenkins.plugins.treenq.report.Bake;
import io.jenkins.plugins.treenq.report.BuiltImage;
import io.jenkins.plugins.treenq.report.ImagesAction;
import io.jenkins.plugins.treenq.timeline.BuildState;
import io.jenkins.plugins.treenq.timeline.TimelinePage;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.RandomAccessFile;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jenkinsci.plugins.workflow.cps.CpsFlowDefinition;
import org.jenkinsci.plugins.workflow.job.WorkflowJob;
import org.jenkinsci.plugins.workflow.job.WorkflowRun;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.jvnet.hudson.test.JenkinsRule;

/** Builds whose daemon is killed, stopped, damaged or taken away in the middle. Only this class uses the daemons. */
@SharedJenkins
class DaemonLossTest {
    private static final String JOB = "job";
    private static final List<String> NAMES = List.of("loss-1", "loss-2");

    /** A disk of its own is removed with the daemon, so that damage does not last. */
    private static final String DISK = "256M";

    /** The names of snapshots in the database of containerd's snapshotter. */
    private static final Pattern SNAPSHOT = Pattern.compile("buildkit/\\d+/[a-z0-9]{25}");

    private static final Map<String, Daemon> DAEMONS = new LinkedHashMap<>();

    private final String image = "loss-" + UUID.randomUUID().toString().substring(0, 8);
    private JenkinsRule jenkins;
    private Daemon launcher;
    private HeldStep step;

    /** The daemon that the job prefers. */
    private Daemon own;

    private Daemon other;
    private String ownName;
    private boolean damaged;

    @BeforeEach
    void start(JenkinsRule rule) throws Exception {
        jenkins = rule;
        launcher = Daemon.first();
        step = new HeldStep();
        for (String name : NAMES) {
            if (!isRunning(DAEMONS.get(name))) {
                up(name);
            }
        }
        Map<String, String> names = DAEMONS.keySet().stream()
                .collect(Collectors.toMap(name -> DAEMONS.get(name).address(), name -> name));
        List<String> order =
                Affinity.order(DAEMONS.values().stream().map(Daemon::address).toList(), JOB + "\0.\0Dockerfile\0");
        ownName = names.get(order.get(0));
        own = DAEMONS.get(ownName);
        other = DAEMONS.get(names.get(order.get(1)));
        Configured.with(launcher);
        configure(own, other);
    }

    @AfterEach
    void removeDamage() throws Exception {
        if (step != null) {
            step.close();
        }
        if (damaged) {
            launcher.down(ownName);
            DAEMONS.remove(ownName);
        }
    }

    @AfterAll
    static void end() throws Exception {
        for (String name : DAEMONS.keySet()) {
            Daemon.first().down(name);
        }
        DAEMONS.clear();
    }

    private static Daemon up(String name) throws Exception {
        Daemon daemon = Daemon.first().another(name, "--disk", DISK);
        DAEMONS.put(name, daemon);
        return daemon;
    }

    private static boolean isRunning(Daemon daemon) throws IOException {
        return daemon != null && ProcessHandle.of(daemon.pid()).isPresent();
    }

    private static BuildkitBuilder configure(Daemon... daemons) {
        BuildkitBuilder builder = Configured.builder(
                "default", Stream.of(daemons).map(Daemon::address).collect(Collectors.joining("\n")));
        TreenqConfiguration.get().setBuilders(List.of(builder));
        TreenqConfiguration.get().save();
        return builder;
    }

    private WorkflowRun begin(String run, String arguments) throws Exception {
        WorkflowJob job = jenkins.createProject(WorkflowJob.class, JOB);
        job.setDefinition(
                new CpsFlowDefinition("""
                node {
                    writeFile file: 'Dockerfile', text: 'FROM busybox\\nRUN %s\\n'
                    def image = treenqBuild(tags: ["%s:$BUILD_NUMBER"] %s)
                    echo "digest=$image.digest"
                }
                """.formatted(run, launcher.registry() + "/" + image, arguments), true));
        return job.scheduleBuild2(0).waitForStart();
    }

    /** Starts a build and waits until its step is running. */
    private WorkflowRun beginSlow(String arguments) throws Exception {
        WorkflowRun run = begin(step.command() + " && echo " + image, arguments);
        step.awaitBegun();
        return run;
    }

    private static void kill(Daemon daemon) throws Exception {
        ProcessHandle process = ProcessHandle.of(daemon.pid()).orElseThrow();
        process.destroyForcibly();
        process.onExit().join();
    }

    private static void signal(Daemon daemon, String signal) throws Exception {
        assertEquals(
                0,
                new ProcessBuilder("kill", "-" + signal, String.valueOf(daemon.pid()))
                        .start()
                        .waitFor());
    }

    private void assertBuilt(Run<?, ?> run, BuildState... states) throws Exception {
        jenkins.assertBuildStatusSuccess(jenkins.waitForCompletion(run));
        ImagesAction action = run.getAction(ImagesAction.class);
        assertEquals(
                List.of(states),
                action.getBuilds().stream().map(TimelinePage::getState).toList());
        String digest = new Registry(launcher).digest(image, "1").orElseThrow();
        assertEquals(
                List.of(digest),
                action.getImages().stream().map(BuiltImage::getDigest).toList());
        jenkins.assertLogContains("digest=" + digest, run);
    }

    static void assertNoSlotIsHeld(Daemon... daemons) {
        for (Daemon daemon : daemons) {
            CompletableFuture<DaemonSlot> slot = ControllerDaemonPool.get()
                    .acquire(() -> new DaemonCandidates.Daemons(List.of(daemon.address()), 1));
            assertTrue(slot.isDone(), "a slot at " + daemon.address() + " is held");
            slot.join().close();
        }
    }

    @Test
    void aBuildWhoseDaemonIsKilledIsRepeatedOnAnotherDaemon() throws Exception {
        WorkflowRun run = beginSlow("");

        kill(own);

        assertBuilt(run, BuildState.DAEMON_LOST, BuildState.SUCCESS);
        assertNoSlotIsHeld(own, other);
        jenkins.assertLogContains(
                "the connection to " + own.address() + " was lost during the build; check that the daemon still runs;"
                        + " building again on another daemon of 'default' (retry 1 of 2)",
                run);
        jenkins.assertLogContains("Building on 'default' (" + other.address() + ")", run);
        TimelinePage lost = run.getAction(ImagesAction.class).getBuilds().get(0);
        assertEquals(2, lost.getContinuedBy());
        assertThat(lost.getFailure(), containsString(own.address() + " was lost during the build"));
        try (JenkinsRule.WebClient client = jenkins.createWebClient()) {
            String page = client.getPage(run).asNormalizedText();
            assertThat(page, containsString("the daemon was lost"));
            assertThat(page, containsString("built again as image build 2"));
        }
    }

    @Test
    void unfinishedTargetsOfABakeAreRepeatedOnAnotherDaemon() throws Exception {
        WorkflowJob job = jenkins.createProject(WorkflowJob.class, JOB);
        job.setDefinition(new CpsFlowDefinition("""
                node {
                    writeFile file: 'docker-bake.hcl', text: '''
                    target "quick" {
                      dockerfile-inline = "FROM busybox\\\\nRUN echo quick"
                      tags = ["%1$s/%2$s:quick"]
                    }
                    target "slow" {
                      dockerfile-inline = "FROM busybox\\\\nRUN %3$s && echo %2$s"
                      tags = ["%1$s/%2$s:1"]
                    }
                    '''
                    def images = treenqBake(targets: ['quick', 'slow'])
                    echo "quick=$images.quick.digest slow=$images.slow.digest"
                }
                """.formatted(launcher.registry(), image, step.command()), true));
        WorkflowRun run = job.scheduleBuild2(0).waitForStart();
        step.awaitBegun();
        DaemonSteps.await(
                "no target is finished",
                () -> !run.getAction(ImagesAction.class).getImages().isEmpty());
        boolean isOwn = JenkinsRule.getLog(run).contains("Building 2 targets on 'default' (" + own.address());

        kill(isOwn ? own : other);

        jenkins.assertBuildStatusSuccess(jenkins.waitForCompletion(run));
        ImagesAction action = run.getAction(ImagesAction.class);
        assertEquals(
                List.of(BuildState.SUCCESS, BuildState.DAEMON_LOST, BuildState.SUCCESS),
                action.getBuilds().stream().map(TimelinePage::getState).toList());
        Registry registry = new Registry(launcher);
        String quick = registry.digest(image, "quick").orElseThrow();
        String slow = registry.digest(image, "1").orElseThrow();
        assertEquals(
                List.of(quick, slow),
                action.getImages().stream().map(BuiltImage::getDigest).toList());
        jenkins.assertLogContains("quick=" + quick + " slow=" + slow, run);
        jenkins.assertLogContains("Building 1 target on 'default' (" + (isOwn ? other : own).address() + ")", run);
        assertNoSlotIsHeld(own, other);
        assertEquals(
                List.of(1, 3),
                action.getBakes().get(0).getTargets().stream()
                        .map(Bake.BakedTarget::getBuild)
                        .toList());
    }

    /** The daemon is killed while it exports the cache of a target that only serves another one, which is built. */
    @Test
    void aBakeSucceedsIfTheDaemonIsLostWhenAllThatWasAskedForIsBuilt() throws Exception {
        try (ServerSocket silentRegistry = new ServerSocket(0, 10, InetAddress.getLoopbackAddress())) {
            WorkflowJob job = jenkins.createProject(WorkflowJob.class, JOB);
            job.setDefinition(new CpsFlowDefinition(
                    """
                    node {
                        writeFile file: 'docker-bake.hcl', text: '''
                        target "base" {
                          dockerfile-inline = "FROM busybox\\\\nRUN echo %2$s > /base"
                          cache-to = ["type=registry,ref=localhost:%3$d/cache"]
                        }
                        target "web" {
                          contexts = { base = "target:base" }
                          dockerfile-inline = "FROM base\\\\nRUN cat /base"
                          tags = ["%1$s/%2$s:1"]
                        }
                        '''
                        def images = treenqBake(targets: ['web'])
                        echo "digest=$images.web.digest"
                    }
                    """.formatted(launcher.registry(), image, silentRegistry.getLocalPort()), true));
            WorkflowRun run = job.scheduleBuild2(0).waitForStart();
            silentRegistry.setSoTimeout((int) DaemonSteps.PATIENCE.toMillis());
            silentRegistry.accept();
            jenkins.waitForMessage("[target:web] Built ", run);
            boolean isOwn = JenkinsRule.getLog(run).contains("Building 2 targets on 'default' (" + own.address());

            kill(isOwn ? own : other);

            jenkins.assertBuildStatusSuccess(jenkins.waitForCompletion(run));
            String digest = new Registry(launcher).digest(image, "1").orElseThrow();
            jenkins.assertLogContains("digest=" + digest, run);
            jenkins.assertLogContains("[target:base] Nothing is built: everything that needs the result", run);
            ImagesAction action = run.getAction(ImagesAction.class);
            assertEquals(
                    List.of(digest),
                    action.getImages().stream().map(BuiltImage::getDigest).toList());
            assertEquals(
                    List.of(BuildState.DAEMON_LOST, BuildState.SUCCESS, BuildState.SKIPPED),
                    action.getBuilds().stream().map(TimelinePage::getState).toList());
            assertNoSlotIsHeld(own, other);
        }
    }

    @Test
    void aBuildWhoseOnlyDaemonIsKilledIsRepeatedWhenTheDaemonIsBack() throws Exception {
        configure(own);
        WorkflowRun run = beginSlow("");

        kill(own);
        jenkins.waitForMessage("; trying again in ", run);
        up(ownName);

        assertBuilt(run, BuildState.DAEMON_LOST, BuildState.SUCCESS);
        jenkins.assertLogContains("; building again on 'default' (retry 1 of 2)", run);
    }

    @Test
    void aBuildOfASilentDaemonIsRepeatedOnAnotherAndStoppedOnTheFirst() throws Exception {
        WorkflowRun run = beginSlow("");

        signal(own, "STOP");
        try {
            assertBuilt(run, BuildState.DAEMON_LOST, BuildState.SUCCESS);
            jenkins.assertLogContains("Building on 'default' (" + other.address() + ")", run);
        } finally {
            signal(own, "CONT");
        }
        DaemonSteps.await(image, false);
    }

    /** The image has two parts, of which one has a step that takes long. */
    @Test
    void onePlatformOfAnImageIsRepeatedIfItsDaemonIsKilled() throws Exception {
        BuildkitBuilder amd = Configured.builder("amd", own.address() + " " + other.address());
        amd.setPlatforms(List.of("linux/amd64"));
        BuildkitBuilder arm = Configured.builder("arm", launcher.address());
        arm.setPlatforms(List.of("linux/arm64"));
        TreenqConfiguration.get().setBuilders(List.of(amd, arm));
        WorkflowJob job = jenkins.createProject(WorkflowJob.class, JOB);
        job.setDefinition(new CpsFlowDefinition("""
                node {
                    writeFile file: 'Dockerfile', text: '''
                        ARG TARGETARCH
                        FROM busybox AS arm64
                        FROM busybox AS amd64
                        RUN %3$s; echo %1$s
                        FROM $TARGETARCH
                        COPY Dockerfile /
                        '''
                    def image = treenqBuild(tags: ['%2$s/%1$s:1'], platforms: ['linux/amd64', 'linux/arm64'])
                    echo "digest=$image.digest"
                }
                """.formatted(image, launcher.registry(), step.command()), true));
        WorkflowRun run = job.scheduleBuild2(0).waitForStart();
        step.awaitBegun();
        boolean isOwn = JenkinsRule.getLog(run).contains("Building on 'amd' (" + own.address() + ")");

        kill(isOwn ? own : other);

        jenkins.assertBuildStatusSuccess(jenkins.waitForCompletion(run));
        jenkins.assertLogContains(
                "[linux/amd64] the connection to " + (isOwn ? own : other).address() + " was lost during the build",
                run);
        jenkins.assertLogContains("[linux/amd64] Building on 'amd' (" + (isOwn ? other : own).address() + ")", run);
        jenkins.assertLogContains(
                "digest=" + new Registry(launcher).digest(image, "1").orElseThrow(), run);
        assertEquals(
                Map.of(BuildState.SUCCESS, 3L, BuildState.DAEMON_LOST, 1L),
                run.getAction(ImagesAction.class).getBuilds().stream()
                        .collect(Collectors.groupingBy(TimelinePage::getState, Collectors.counting())));
        assertNoSlotIsHeld(own, other, launcher);
    }

    /** The daemon is killed while it waits for the context. */
    @Test
    void aCheckWhoseDaemonIsKilledIsRepeatedOnAnotherDaemon(@TempDir Path folder) throws Exception {
        Files.writeString(folder.resolve("Dockerfile"), "FROM busybox\nCOPY Dockerfile /\n");
        Path archive = folder.resolve("context.tar");
        assertEquals(
                0,
                new ProcessBuilder("tar", "-cf", archive.toString(), "-C", folder.toString(), "Dockerfile")
                        .inheritIO()
                        .start()
                        .waitFor());
        CountDownLatch asked = new CountDownLatch(1);
        CountDownLatch killed = new CountDownLatch(1);
        ExecutorService threads = Executors.newCachedThreadPool();
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(threads);
        server.createContext("/", exchange -> {
            try (exchange) {
                asked.countDown();
                killed.await();
                byte[] bytes = Files.readAllBytes(archive);
                exchange.sendResponseHeaders(200, bytes.length);
                exchange.getResponseBody().write(bytes);
            } catch (InterruptedException e) {
                throw new InterruptedIOException();
            }
        });
        server.start();
        try {
            WorkflowJob job = jenkins.createProject(WorkflowJob.class, JOB);
            job.setDefinition(new CpsFlowDefinition(
                    "treenqCheck context: 'http://127.0.0.1:"
                            + server.getAddress().getPort() + "/context.tar'",
                    true));
            WorkflowRun run = job.scheduleBuild2(0).waitForStart();
            assertTrue(asked.await(1, TimeUnit.MINUTES), () -> "the daemon does not request the context");
            boolean isOwn = JenkinsRule.getLog(run).contains("Checking on 'default' (" + own.address() + ")");

            kill(isOwn ? own : other);
            killed.countDown();

            jenkins.assertBuildStatusSuccess(jenkins.waitForCompletion(run));
            jenkins.assertLogContains(
                    "the connection to " + (isOwn ? own : other).address() + " was lost during the build", run);
            jenkins.assertLogContains("Checking on 'default' (" + (isOwn ? other : own).address() + ")", run);
            jenkins.assertLogContains("The Dockerfile violates no rule", run);
        } finally {
            killed.countDown();
            server.stop(0);
            threads.shutdown();
        }
    }

    @Test
    void aBuildWhoseDaemonLosesASnapshotIsBuiltOnAnotherOne() throws Exception {
        Set<String> before = snapshots(own);
        WorkflowRun run = beginSlow("");
        loseSnapshots(before);
        step.release();

        assertBuilt(run, BuildState.DAEMON_LOST, BuildState.SUCCESS);

        jenkins.assertLogContains(
                "the cache of " + own.address() + " is incomplete; restart the daemon, or prune", run);
        jenkins.assertLogContains("snapshot does not exist: not found)", run);
        jenkins.assertLogContains("; building again on another daemon of 'default' (retry 1 of 2)", run);
        jenkins.assertLogContains("Building on 'default' (" + other.address() + ")", run);
        assertNoSlotIsHeld(own, other);
    }

    @Test
    void aSnapshotThatTheOnlyDaemonHasLostFailsBuildsUntilTheDaemonIsRestarted() throws Exception {
        configure(own);
        Set<String> before = snapshots(own);
        WorkflowRun run = beginSlow("");
        loseSnapshots(before);
        step.release();
        jenkins.assertBuildStatus(Result.FAILURE, jenkins.waitForCompletion(run));
        jenkins.assertLogContains("failed: the cache of " + own.address() + " is incomplete; restart the daemon", run);
        jenkins.assertLogNotContains("building again", run);
        jenkins.assertBuildStatus(Result.FAILURE, run.getParent().scheduleBuild2(0));

        kill(own);
        up(ownName);

        jenkins.buildAndAssertSuccess(run.getParent());
    }

    private static Path database(Daemon daemon) {
        return Path.of(daemon.socket().substring("unix://".length()))
                .resolveSibling("root")
                .resolve("runc-overlayfs/snapshots/metadata.db");
    }

    private static Set<String> snapshots(Daemon daemon) throws IOException {
        return SNAPSHOT.matcher(Files.readString(database(daemon), StandardCharsets.ISO_8859_1))
                .results()
                .map(MatchResult::group)
                .collect(Collectors.toSet());
    }

    /**
     * Gives the snapshots that have been created since then another name in the database of the snapshotter, so that
     * the daemon does not find them: the same state as when the snapshotter has committed a snapshot, and the disk was
     * full when the daemon wrote its own database. The running daemon has mapped the file.
     */
    private void loseSnapshots(Set<String> before) throws IOException {
        damaged = true;
        Path database = database(own);
        Matcher names = SNAPSHOT.matcher(Files.readString(database, StandardCharsets.ISO_8859_1));
        int lost = 0;
        try (RandomAccessFile file = new RandomAccessFile(database.toFile(), "rw")) {
            while (names.find()) {
                if (!before.contains(names.group())) {
                    file.seek(names.end() - 1);
                    file.write(names.group().endsWith("0") ? '1' : '0');
                    lost++;
                }
            }
        }
        assertTrue(lost > 0, "the step has no snapshot");
    }

    @Test
    void withoutRetriesALostDaemonFailsTheBuild() throws Exception {
        WorkflowRun run = beginSlow(", retries: 0");

        kill(own);

        jenkins.assertBuildStatus(Result.FAILURE, jenkins.waitForCompletion(run));
        jenkins.assertLogContains(
                "ERROR: building " + launcher.registry() + "/" + image
                        + ":1 on builder 'default' failed: the connection to " + own.address()
                        + " was lost during the build",
                run);
        jenkins.assertLogNotContains("building again", run);
        assertNoSlotIsHeld(own, other);
    }

    @Test
    void aFailedCommandThatPrintsErrorsOfDaemonsIsNotRetried() throws Exception {
        WorkflowRun run = begin("echo no active session, : no space left on device; exit 3", "");

        jenkins.assertBuildStatus(Result.FAILURE, jenkins.waitForCompletion(run));

        jenkins.assertLogContains("the command did not complete successfully: exit code: 3", run);
        jenkins.assertLogNotContains("building again", run);
    }

    @Test
    void aRefusedDockerfileIsNotRetriedWhateverItSays() throws Exception {
        WorkflowRun run = begin("true\\nCOPY --\": no space left on device\" a b", "");

        jenkins.assertBuildStatus(Result.FAILURE, jenkins.waitForCompletion(run));

        jenkins.assertLogContains("unknown flag: --: no space left on device", run);
        jenkins.assertLogNotContains("building again", run);
        jenkins.assertLogNotContains("is full", run);
    }

    @Test
    void anAbortedBuildIsNotRetried() throws Exception {
        configure(own);
        WorkflowRun run = beginSlow("");
        kill(own);
        jenkins.waitForMessage("; trying again in ", run);

        run.getExecutor().interrupt();

        jenkins.assertBuildStatus(Result.ABORTED, jenkins.waitForCompletion(run));
        assertEquals(
                List.of(BuildState.DAEMON_LOST, BuildState.ABORTED),
                run.getAction(ImagesAction.class).getBuilds().stream()
                        .map(TimelinePage::getState)
                        .toList());
        assertNoSlotIsHeld(own, other);
    }

    @Test
    void aRemovedDaemonFinishesItsBuildAndGetsNoNewBuilds() throws Exception {
        WorkflowRun run = beginSlow("");

        configure(other);
        WorkflowRun next = run.getParent().scheduleBuild2(0).waitForStart();
        jenkins.assertBuildStatusSuccess(jenkins.waitForCompletion(next));
        step.release();

        assertBuilt(run, BuildState.SUCCESS);
        jenkins.assertLogContains("Building on 'default' (" + own.address() + ")", run);
        assertNoSlotIsHeld(own, other);
        jenkins.assertLogContains("Building on 'default' (" + other.address() + ")", next);
    }

    /** The pods of a rolling upgrade get this signal, and are killed after their grace period. */
    @Test
    void aDaemonThatGetsSigtermFinishesItsBuildAndGetsNoNewBuilds() throws Exception {
        WorkflowRun run = beginSlow("");
        long pid = own.pid();

        signal(own, "TERM");
        WorkflowRun next = run.getParent().scheduleBuild2(0).waitForStart();
        jenkins.assertBuildStatusSuccess(jenkins.waitForCompletion(next));
        step.release();

        assertBuilt(run, BuildState.SUCCESS);
        assertNoSlotIsHeld(own, other);
        jenkins.assertLogContains("Building on 'default' (" + other.address() + ")", next);
        ProcessHandle.of(pid).ifPresent(process -> process.onExit().join());
    }
}
