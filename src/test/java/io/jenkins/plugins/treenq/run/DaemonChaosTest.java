// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import hudson.model.Computer;
import hudson.model.FreeStyleProject;
import hudson.model.Job;
import hudson.model.Queue;
import hudson.model.Result;
import hudson.model.Run;
import hudson.tasks.Shell;
import hudson.util.RemotingDiagnostics;
import io.jenkins.plugins.treenq.buildkit.Daemon;
import io.jenkins.plugins.treenq.buildkit.Registry;
import io.jenkins.plugins.treenq.buildkit.WebServer;
import io.jenkins.plugins.treenq.buildkit.client.BuildkitClient;
import io.jenkins.plugins.treenq.config.BuildkitBuilder;
import io.jenkins.plugins.treenq.config.TreenqConfiguration;
import io.jenkins.plugins.treenq.pool.DaemonPool;
import io.jenkins.plugins.treenq.report.BuiltImage;
import io.jenkins.plugins.treenq.report.ImagesAction;
import io.jenkins.plugins.treenq.step.TreenqBuildStep;
import io.jenkins.plugins.treenq.step.TreenqBuilder;
import io.jenkins.plugins.treenq.timeline.BuildState;
import java.io.IOException;
import java.io.OutputStream;
import java.io.Serializable;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import jenkins.model.Jenkins;
import jenkins.model.ParameterizedJobMixIn;
import org.jenkinsci.plugins.workflow.cps.CpsFlowDefinition;
import org.jenkinsci.plugins.workflow.job.WorkflowJob;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.jvnet.hudson.test.JenkinsRule;
import org.jvnet.hudson.test.junit.jupiter.InboundAgentExtension;
import org.jvnet.hudson.test.junit.jupiter.RealJenkinsExtension;

/**
 * Many builds on three daemons, of which one after the other is killed, stopped, cut off or filled, while agents come
 * and go, and the controller is killed once. The disturbances follow from {@code -Dtreenq.chaos.seed};
 * {@code -Dtreenq.chaos.builds=60} takes about ten minutes.
 */
class DaemonChaosTest {
    private static final int BUILDS = Integer.getInteger("treenq.chaos.builds", 12);
    private static final long SEED = Long.getLong("treenq.chaos.seed", 14);
    private static final List<String> NAMES = List.of("chaos-1", "chaos-2", "chaos-3");
    private static final List<String> AGENTS = List.of("agent-1", "agent-2");
    private static final String DISK = "256M";
    private static final String CONTEXT = "context.tar.gz";
    private static final int LONGEST_TEST_SECONDS = 3600;

    private static final Pattern NOT_STARTED =
            Pattern.compile("runc run failed: unable to start container process: .*: no space left on device");

    /** Ends the connections that a JVM keeps for a minute for the next build, and no other ones. */
    private static final String CLOSE_IDLE = BuildkitClient.class.getName() + ".closeIdleConnections()";

    private enum Disturbance {
        KILL,
        STOP,
        CUT,
        FILL,
        AGENT
    }

    @RegisterExtension
    private final RealJenkinsExtension controller = new RealJenkinsExtension().withTimeout(LONGEST_TEST_SECONDS);

    @RegisterExtension
    private final InboundAgentExtension agents = new InboundAgentExtension();

    @TempDir
    private Path folder;

    private final Random random = new Random(SEED);
    private final List<Daemon> daemons = new ArrayList<>();
    private final List<Relay> relays = new ArrayList<>();
    private final Map<Disturbance, Integer> disturbances = new EnumMap<>(Disturbance.class);

    @AfterEach
    void end() throws Exception {
        for (Relay relay : relays) {
            relay.close();
        }
        for (String name : NAMES.subList(0, daemons.size())) {
            Daemon.first().down(name);
        }
    }

    /** The parameters of the test for the controller. */
    private record Order(String images, String addresses, String context, int builds, long seed)
            implements Serializable {
        String image(int number) {
            return images + "/" + number;
        }
    }

    /**
     * The result that the controller returns at the end.
     *
     * @param lost how often a daemon was lost during a build
     * @param full builds that could not succeed, because a full disk kept runc from starting a command. The daemon
     *     reports that as a failure of the command
     * @param wrong descriptions of the other builds that failed
     */
    private record Outcome(int lost, ArrayList<String> full, ArrayList<String> wrong) implements Serializable {}

    @Test
    void buildsSurviveLostDaemonsAgentsAndTheController() throws Throwable {
        Daemon launcher = Daemon.first();
        for (int i = 0; i < NAMES.size(); i++) {
            daemons.add(up(i));
            relays.add(new Relay(daemons.get(i).address()));
        }
        try (WebServer server = new WebServer(archive())) {
            Order order = new Order(
                    "chaos-" + UUID.randomUUID().toString().substring(0, 8),
                    relays.stream().map(Relay::address).collect(Collectors.joining("\n")),
                    server.url(CONTEXT),
                    BUILDS,
                    SEED);
            controller.startJenkins();
            for (String agent : AGENTS) {
                agents.createAgent(controller, agent(agent));
            }
            Instant start = Instant.now();
            controller.runRemotely(DaemonChaosTest::begin, order);
            boolean killed = false;
            int left = BUILDS;
            while (left > 0) {
                disturb();
                left = controller.runRemotely(DaemonChaosTest::left);
                if (!killed && left <= BUILDS / 2) {
                    killed = true;
                    controller.runRemotely(DaemonChaosTest::saveQueue);
                    controller.stopJenkinsForcibly();
                    controller.startJenkins();
                    for (String agent : AGENTS) {
                        if (!agents.isAlive(agent)) {
                            agents.start(controller, agent(agent));
                        }
                    }
                    left = controller.runRemotely(DaemonChaosTest::beginLostAgain);
                }
            }
            Duration time = Duration.between(start, Instant.now());

            Outcome outcome = controller.runRemotely(DaemonChaosTest::outcome, order);
            String figures = BUILDS + " builds in " + time.toSeconds() + " s with seed " + SEED + ", " + outcome.lost
                    + " attempts ended with their daemon, " + outcome.full.size()
                    + " builds failed because a full disk kept a command from starting; disturbances: " + disturbances
                    + "; the controller was killed: "
                    + killed;
            assertEquals(List.of(), outcome.wrong, figures);
            assertTrue(killed, figures);
            controller.runRemotely(DaemonChaosTest::awaitNothingLeft);
            controller.runRemotely(DaemonChaosTest::closeIdleConnections);
            DaemonSteps.await(
                    "connections to daemons are left",
                    () -> relays.stream().mapToLong(Relay::connections).sum() == 0);
            // The figures are for the decision record.
            System.out.println(figures);
        }
    }

    private static InboundAgentExtension.Options agent(String name) {
        return InboundAgentExtension.Options.newBuilder()
                .name(name)
                .label("remote")
                .webSocket()
                .build();
    }

    /** Makes the context of builds without a workspace, and returns its folder. */
    private Path archive() throws Exception {
        Path files = Files.createDirectory(folder.resolve("files"));
        Files.writeString(
                files.resolve("Dockerfile"),
                "FROM busybox\nARG IMAGE\nARG SECONDS\nRUN echo $IMAGE; sleep $SECONDS\nCOPY Dockerfile /\n");
        assertEquals(
                0,
                new ProcessBuilder("tar", "-czf", folder.resolve(CONTEXT).toString(), "-C", files.toString(), ".")
                        .inheritIO()
                        .start()
                        .waitFor());
        return folder;
    }

    // --- in the controller

    private static void begin(JenkinsRule jenkins, Order order) throws Throwable {
        Daemon launcher = Daemon.first();
        Configured.with(launcher);
        BuildkitBuilder builder = Configured.builder("default", order.addresses);
        builder.setLimit(2);
        // The daemons are disturbed more often than a build takes.
        builder.setRetries(30);
        TreenqConfiguration.get().setBuilders(List.of(builder));
        TreenqConfiguration.get().save();
        jenkins.jenkins.setNumExecutors(4);
        Random random = new Random(order.seed);
        for (int number = 0; number < order.builds; number++) {
            int seconds = 5 + random.nextInt(16);
            Job<?, ?> job =
                    job(jenkins, order, number, launcher.registry() + "/" + order.image(number) + ":1", seconds);
            ParameterizedJobMixIn.scheduleBuild2(job, 0);
        }
    }

    private static Job<?, ?> job(JenkinsRule jenkins, Order order, int number, String tag, int seconds)
            throws Exception {
        String name = "job" + number;
        String dockerfile = "FROM busybox\nRUN echo " + tag + "; sleep " + seconds + "\nCOPY Dockerfile /\n";
        String script;
        switch (number % 3) {
            case 0 ->
                script = "retry(count: 50, conditions: [agent(), nonresumable()]) { node('remote') {\n"
                        + "writeFile file: 'Dockerfile', text: '" + dockerfile.replace("\n", "\\n") + "'\n"
                        + "treenqBuild tags: ['" + tag + "'] } }";
            case 1 ->
                script = "treenqBuild context: '" + order.context + "', buildArgs: [IMAGE: '" + tag + "', SECONDS: '"
                        + seconds + "'], tags: ['" + tag + "']";
            default -> {
                FreeStyleProject job = jenkins.createFreeStyleProject(name);
                job.setAssignedNode(jenkins.jenkins);
                job.getBuildersList().add(new Shell("printf '" + dockerfile.replace("\n", "\\n") + "' > Dockerfile"));
                job.getBuildersList().add(new TreenqBuilder(new TreenqBuildStep(List.of(tag))));
                return job;
            }
        }
        WorkflowJob job = jenkins.createProject(WorkflowJob.class, name);
        job.setDefinition(new CpsFlowDefinition(script, true));
        return job;
    }

    /** Returns the number of builds that have not ended. */
    private static Integer left(JenkinsRule jenkins) {
        return Math.toIntExact(jobs(jenkins).filter(DaemonChaosTest::isRunning).count());
    }

    private static Stream<Job<?, ?>> jobs(JenkinsRule jenkins) {
        return jenkins.jenkins.getAllItems(Job.class).stream().map(job -> (Job<?, ?>) job);
    }

    private static boolean isRunning(Job<?, ?> job) {
        return job.getLastBuild() == null || job.getLastBuild().isBuilding();
    }

    /** Jenkins saves its queue once a minute, and loses the agents that Pipelines wait for otherwise. */
    private static void saveQueue(JenkinsRule jenkins) {
        jenkins.jenkins.getQueue().save();
    }

    /**
     * Schedules builds again that Jenkins cannot resume: those in the queue when the controller was killed, freestyle
     * builds, and Pipelines that had not begun to build an image.
     */
    private static Integer beginLostAgain(JenkinsRule jenkins) {
        jobs(jenkins)
                .filter(job -> {
                    Run<?, ?> run = job.getLastBuild();
                    return run == null
                            || !run.isBuilding()
                                    && run.getResult() != Result.SUCCESS
                                    && (job instanceof FreeStyleProject || run.getAction(ImagesAction.class) == null);
                })
                .filter(job -> !Jenkins.get().getQueue().contains((Queue.Task) job))
                .toList()
                .forEach(job -> ParameterizedJobMixIn.scheduleBuild2(job, 0));
        return left(jenkins);
    }

    private static Outcome outcome(JenkinsRule jenkins, Order order) throws Throwable {
        Registry registry = new Registry(Daemon.first());
        Outcome outcome = new Outcome(
                (int) jobs(jenkins)
                        .flatMap(job -> job.getBuilds().stream())
                        .map(run -> run.getAction(ImagesAction.class))
                        .filter(action -> action != null)
                        .flatMap(action -> action.getBuilds().stream())
                        .filter(build -> build.getState() == BuildState.DAEMON_LOST)
                        .count(),
                new ArrayList<>(),
                new ArrayList<>());
        for (int number : IntStream.range(0, order.builds).toArray()) {
            Run<?, ?> run =
                    jenkins.jenkins.getItemByFullName("job" + number, Job.class).getLastBuild();
            ImagesAction action = run.getAction(ImagesAction.class);
            List<String> recorded = action == null
                    ? List.of()
                    : action.getImages().stream().map(BuiltImage::getDigest).toList();
            List<String> pushed =
                    registry.digest(order.image(number), "1").stream().toList();
            String log = JenkinsRule.getLog(run);
            if (run.getResult() == Result.FAILURE && NOT_STARTED.matcher(log).find()) {
                outcome.full.add(run.toString());
            } else if (run.getResult() != Result.SUCCESS || !recorded.equals(pushed)) {
                outcome.wrong.add(
                        run + ": " + run.getResult() + ", recorded " + recorded + ", pushed " + pushed + "\n" + log);
            }
        }
        return outcome;
    }

    /** Waits until the controller holds no slot and no thread works on a build. */
    private static void awaitNothingLeft(JenkinsRule jenkins) throws Throwable {
        // The plugin has a class loader of its own here, so this class is not in its package.
        Method get = jenkins.jenkins
                .getPluginManager()
                .uberClassLoader
                .loadClass(DaemonChaosTest.class.getPackageName() + ".ControllerDaemonPool")
                .getDeclaredMethod("get");
        get.setAccessible(true);
        assertEquals(Map.of(), ((DaemonPool) get.invoke(null)).used(), "slots are held");
        DaemonSteps.await("threads work at builds", () -> Thread.getAllStackTraces().entrySet().stream()
                .filter(thread -> thread.getKey().getName().startsWith("treenq"))
                .flatMap(thread -> Stream.of(thread.getValue()))
                .noneMatch(frame -> frame.getClassName().startsWith("io.jenkins.plugins.treenq.")));
    }

    private static void closeIdleConnections(JenkinsRule jenkins) throws Throwable {
        for (Computer computer : jenkins.jenkins.getComputers()) {
            if (computer.isOnline()) {
                assertEquals(
                        "",
                        RemotingDiagnostics.executeGroovy(CLOSE_IDLE, computer.getChannel())
                                .strip());
            }
        }
    }

    // --- the disturbances

    /** The third daemon has the disk of the machine, so that no build finds all disks full. */
    private Daemon up(int which) throws Exception {
        return which == NAMES.size() - 1
                ? Daemon.first().another(NAMES.get(which))
                : Daemon.first().another(NAMES.get(which), "--disk", DISK);
    }

    /** Disturbs one daemon or agent, and returns when it works again. */
    private void disturb() throws Throwable {
        Thread.sleep(2000 + random.nextInt(4000));
        Disturbance disturbance = Disturbance.values()[random.nextInt(Disturbance.values().length)];
        disturbances.merge(disturbance, 1, Integer::sum);
        int which = random.nextInt(disturbance == Disturbance.FILL ? daemons.size() - 1 : daemons.size());
        Daemon daemon = daemons.get(which);
        switch (disturbance) {
            case KILL -> {
                ProcessHandle process = ProcessHandle.of(daemon.pid()).orElseThrow();
                process.destroyForcibly();
                process.onExit().join();
                up(which);
            }
            case STOP -> {
                signal(daemon, "STOP");
                try {
                    pause();
                } finally {
                    signal(daemon, "CONT");
                }
            }
            case CUT -> {
                relays.get(which).cut(true);
                pause();
                relays.get(which).cut(false);
            }
            case FILL -> {
                fill(daemon);
                up(which);
            }
            case AGENT -> {
                String agent = AGENTS.get(which % AGENTS.size());
                agents.stop(agent);
                pause();
                agents.start(controller, agent(agent));
            }
        }
    }

    private void pause() throws InterruptedException {
        Thread.sleep(1000 + random.nextInt(4000));
    }

    /** Fills a daemon's disk for a while. */
    private void fill(Daemon daemon) throws Exception {
        Path root = Path.of(daemon.socket().substring("unix://".length())).resolveSibling("root");
        Path big = root.resolve("big");
        try (OutputStream out = Files.newOutputStream(big)) {
            byte[] zeros = new byte[1 << 16];
            while (true) {
                out.write(zeros);
            }
        } catch (IOException e) {
            // The disk is full.
        }
        try {
            pause();
        } finally {
            Files.delete(big);
        }
    }

    private static void signal(Daemon daemon, String signal) throws Exception {
        assertEquals(
                0,
                new ProcessBuilder("kill", "-" + signal, String.valueOf(daemon.pid()))
                        .start()
                        .waitFor());
    }
}
