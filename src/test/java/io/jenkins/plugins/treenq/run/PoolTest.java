// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.run;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.junit.jupiter.api.Assertions.assertEquals;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import hudson.model.Executor;
import hudson.model.FreeStyleBuild;
import hudson.model.FreeStyleProject;
import hudson.model.Result;
import io.jenkins.plugins.treenq.buildkit.Daemon;
import io.jenkins.plugins.treenq.config.BuildkitBuilder;
import io.jenkins.plugins.treenq.config.TreenqConfiguration;
import io.jenkins.plugins.treenq.harness.SharedJenkins;
import io.jenkins.plugins.treenq.pool.Affinity;
import io.jenkins.plugins.treenq.pool.DaemonCandidates;
import io.jenkins.plugins.treenq.pool.DaemonSlot;
import io.jenkins.plugins.treenq.step.TreenqBuildStep;
import io.jenkins.plugins.treenq.step.TreenqBuilder;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.commons.codec.digest.DigestUtils;
import org.jenkinsci.plugins.workflow.cps.CpsFlowDefinition;
import org.jenkinsci.plugins.workflow.job.WorkflowJob;
import org.jenkinsci.plugins.workflow.job.WorkflowRun;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.jvnet.hudson.test.CreateFileBuilder;
import org.jvnet.hudson.test.JenkinsRule;

/** The selection of a daemon, and builds that wait for a slot, a daemon or a registry. */
@SharedJenkins
class PoolTest {
    private static final String NOBODY = "tcp://localhost:1";
    private static final String NOBODY_ELSE = "tcp://localhost:2";
    private static final String BUILD =
            "node { writeFile file: 'Dockerfile', text: 'FROM scratch\\nCOPY Dockerfile /\\n';" + " treenqBuild() }";

    private JenkinsRule jenkins;

    @BeforeEach
    void start(JenkinsRule rule) {
        jenkins = rule;
    }

    // --- with daemons

    @Test
    void aJobAlwaysUsesTheSameDaemonAndJobsAreDistributed() throws Exception {
        List<Daemon> daemons = pool();
        Set<String> used = IntStream.range(0, 6)
                .mapToObj(job -> daemonOf("job" + job, daemons))
                .collect(Collectors.toSet());
        assertEquals(2, used.size(), "all jobs prefer the same daemon; choose other names");

        for (int job = 0; job < 6; job++) {
            WorkflowJob project = job("job" + job, BUILD);
            for (int build = 0; build < 2; build++) {
                jenkins.assertLogContains(
                        "Building on 'default' (" + daemonOf("job" + job, daemons) + ")",
                        jenkins.buildAndAssertSuccess(project));
            }
        }
    }

    @Test
    void aBuildGoesToTheNextDaemonWhenItsOwnCannotBeReached() throws Exception {
        Daemon daemon = Daemon.first();
        Configured.with(daemon);
        TreenqConfiguration.get().setBuilders(List.of(Configured.builder("default", NOBODY + " " + daemon.address())));
        String name = IntStream.range(0, 100)
                .mapToObj(i -> "job" + i)
                .filter(job -> Affinity.order(List.of(NOBODY, daemon.address()), key(job))
                        .get(0)
                        .equals(NOBODY))
                .findFirst()
                .orElseThrow();

        WorkflowRun run = jenkins.buildAndAssertSuccess(job(name, BUILD));

        jenkins.assertLogContains("nothing listens at " + NOBODY, run);
        jenkins.assertLogContains("; trying another daemon of 'default'", run);
        jenkins.assertLogContains("Building on 'default' (" + daemon.address() + ")", run);
    }

    @Test
    void aFailedPushIsRepeatedWithoutBuildingAgain() throws Exception {
        Daemon daemon = Daemon.first();
        Configured.with(daemon);
        BusyRegistry registry = new BusyRegistry();
        try {
            String image = registry.host() + "/a/b:1";
            registry.refuse(1);
            WorkflowRun run = jenkins.buildAndAssertSuccess(
                    job("job", BUILD.replace("treenqBuild()", "treenqBuild tags: ['" + image + "']")));

            jenkins.assertLogContains(
                    "The image was built, but cannot push " + image + ": the registry is overloaded", run);
            jenkins.assertLogContains("; pushing again in 1 s (2 of 4)", run);
            jenkins.assertLogNotContains("(3 of 4)", run);
            jenkins.assertLogContains("CACHED", run);

            registry.refuse(4);
            run = jenkins.buildAndAssertStatus(Result.FAILURE, run.getParent());

            jenkins.assertLogContains("; pushing again in 3 s (3 of 4)", run);
            jenkins.assertLogContains("; pushing again in 9 s (4 of 4)", run);
            jenkins.assertLogContains(
                    "ERROR: building " + image + " on builder 'default' failed: cannot push " + image, run);
        } finally {
            registry.close();
        }
    }

    @Test
    void aPushThatWaitsForARegistryNeedsNoThreadAndCanBeAborted() throws Exception {
        Daemon daemon = Daemon.first();
        Configured.with(daemon);
        BusyRegistry registry = new BusyRegistry();
        try {
            registry.refuse(Integer.MAX_VALUE / BusyRegistry.BLOBS_OF_A_PUSH);
            WorkflowRun run = job(
                            "job",
                            BUILD.replace("treenqBuild()", "treenqBuild tags: ['" + registry.host() + "/a/b:1']"))
                    .scheduleBuild2(0)
                    .waitForStart();
            jenkins.waitForMessage("; pushing again in 9 s (4 of 4)", run);

            awaitNoThreads();
            run.getExecutor().interrupt();

            jenkins.assertBuildStatus(Result.ABORTED, jenkins.waitForCompletion(run));
        } finally {
            registry.close();
        }
    }

    @Test
    void aBuildThatWaitsForADaemonNeedsNoThreadAndCanBeAborted() throws Exception {
        TreenqConfiguration.get().setBuilders(List.of(new BuildkitBuilder("default", NOBODY)));
        WorkflowRun run = job("job", BUILD).scheduleBuild2(0).waitForStart();
        jenkins.waitForMessage("; trying again in 9 s", run);

        awaitNoThreads();
        run.getExecutor().interrupt();

        jenkins.assertBuildStatus(Result.ABORTED, jenkins.waitForCompletion(run));
    }

    /** A registry that accepts all blobs, but is overloaded when the manifests of the first pushes arrive. */
    private static final class BusyRegistry implements AutoCloseable {
        /** A layer and a configuration. */
        private static final int BLOBS_OF_A_PUSH = 2;

        private final HttpServer server =
                HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        private final AtomicInteger blobs = new AtomicInteger();
        private volatile int refusedPushes;

        BusyRegistry() throws IOException {
            server.createContext("/", this::answer);
            server.start();
        }

        String host() {
            return "localhost:" + server.getAddress().getPort();
        }

        /** @param pushes number of pushes that are refused from now on */
        void refuse(int pushes) {
            blobs.set(0);
            refusedPushes = pushes;
        }

        private void answer(HttpExchange exchange) throws IOException {
            try (exchange) {
                byte[] body = exchange.getRequestBody().readAllBytes();
                boolean manifest = exchange.getRequestURI().getPath().contains("/manifests/");
                switch (exchange.getRequestMethod()) {
                    case "POST" -> {
                        blobs.incrementAndGet();
                        exchange.getResponseHeaders().add("Location", "/v2/a/b/blobs/uploads/1");
                        exchange.sendResponseHeaders(202, -1);
                    }
                    case "PUT" -> {
                        exchange.getResponseHeaders()
                                .add("Docker-Content-Digest", "sha256:" + DigestUtils.sha256Hex(body));
                        exchange.sendResponseHeaders(
                                manifest && blobs.get() <= refusedPushes * BLOBS_OF_A_PUSH ? 429 : 201, -1);
                    }
                    default -> exchange.sendResponseHeaders(404, -1);
                }
            }
        }

        @Override
        public void close() {
            server.stop(0);
        }
    }

    // --- without daemons

    @Test
    void anUnreachableDaemonIsTriedAgainThreeTimes() throws Exception {
        TreenqConfiguration.get().setBuilders(List.of(new BuildkitBuilder("default", NOBODY + " " + NOBODY_ELSE)));

        WorkflowRun run = jenkins.buildAndAssertStatus(Result.FAILURE, job("job", BUILD));

        for (String pause : List.of("1", "3", "9")) {
            jenkins.assertLogContains("; trying again in " + pause + " s", run);
        }
        String log = JenkinsRule.getLog(run);
        // The line appears once for each daemon, although each is tried several times.
        assertEquals(1, log.split("Building on 'default' \\(" + NOBODY, -1).length - 1, log);
        assertEquals(1, log.split("Building on 'default' \\(" + NOBODY_ELSE, -1).length - 1, log);
        assertThat(log, containsString("ERROR: building Dockerfile on builder 'default' failed: nothing listens at "));
    }

    @Test
    void aBuildThatWaitsForASlotNeedsNoThread() throws Exception {
        limitedToOne();
        WorkflowRun run;
        try (DaemonSlot place = take(NOBODY)) {
            run = job("job", BUILD).scheduleBuild2(0).waitForStart();
            jenkins.waitForMessage("Waiting: each daemon of 'default' has reached its limit of 1 build", run);
            awaitNoThreads();
        }

        jenkins.assertBuildStatus(Result.FAILURE, jenkins.waitForCompletion(run));
        jenkins.assertLogContains("Building on 'default' (" + NOBODY + ")", run);
    }

    @Test
    void aBuildThatWaitsForASlotCanBeAborted() throws Exception {
        limitedToOne();
        try (DaemonSlot place = take(NOBODY)) {
            WorkflowRun run = job("job", BUILD).scheduleBuild2(0).waitForStart();
            jenkins.waitForMessage("Waiting: ", run);

            run.getExecutor().interrupt();

            jenkins.assertBuildStatus(Result.ABORTED, jenkins.waitForCompletion(run));
            jenkins.assertLogNotContains("Building on", run);
        }
        // The slot is free again.
        take(NOBODY).close();
    }

    @Test
    void aFreestyleBuildThatWaitsForASlotCanBeAborted() throws Exception {
        limitedToOne();
        FreeStyleProject job = jenkins.createFreeStyleProject("job");
        job.getBuildersList().add(new CreateFileBuilder("Dockerfile", "FROM scratch"));
        job.getBuildersList().add(new TreenqBuilder(new TreenqBuildStep(List.of())));
        try (DaemonSlot place = take(NOBODY)) {
            FreeStyleBuild build = job.scheduleBuild2(0).waitForStart();
            jenkins.waitForMessage("Waiting: ", build);

            Executor executor = build.getExecutor();
            executor.interrupt();

            jenkins.assertBuildStatus(Result.ABORTED, jenkins.waitForCompletion(build));
        }
        take(NOBODY).close();
    }

    @Test
    void aChangedConfigurationAppliesToWaitingBuilds() throws Exception {
        limitedToOne();
        try (DaemonSlot place = take(NOBODY)) {
            WorkflowRun first = job("first", BUILD).scheduleBuild2(0).waitForStart();
            jenkins.waitForMessage("Waiting: ", first);
            builder().setLimit(2);
            TreenqConfiguration.get().save();
            jenkins.waitForMessage("Building on 'default'", first);
            jenkins.assertBuildStatus(Result.FAILURE, jenkins.waitForCompletion(first));

            builder().setLimit(1);
            WorkflowRun second = job("second", BUILD).scheduleBuild2(0).waitForStart();
            jenkins.waitForMessage("Waiting: ", second);
            builder().setDraining(true);
            TreenqConfiguration.get().save();
            jenkins.assertBuildStatus(Result.FAILURE, jenkins.waitForCompletion(second));
            jenkins.assertLogContains(
                    "ERROR: no builder is suitable: 'default' is draining and takes no new builds", second);
        }
    }

    @Test
    void aCheckOfADockerfileNeedsNoSlot() throws Exception {
        limitedToOne();
        try (DaemonSlot place = take(NOBODY)) {
            WorkflowRun run = jenkins.buildAndAssertStatus(
                    Result.FAILURE, job("job", BUILD.replace("treenqBuild", "treenqCheck")));

            jenkins.assertLogContains("Checking on 'default' (" + NOBODY + ")", run);
        }
    }

    private static List<Daemon> pool() throws Exception {
        List<Daemon> daemons = Daemon.all();
        Configured.with(daemons.get(0));
        TreenqConfiguration.get()
                .setBuilders(List.of(Configured.builder(
                        "default", daemons.stream().map(Daemon::address).collect(Collectors.joining("\n")))));
        return daemons;
    }

    private static void limitedToOne() {
        TreenqConfiguration.get().setBuilders(List.of(new BuildkitBuilder("default", NOBODY)));
        builder().setLimit(1);
    }

    private static BuildkitBuilder builder() {
        return TreenqConfiguration.get().getBuilders().get(0);
    }

    private static DaemonSlot take(String address) {
        return ControllerDaemonPool.get()
                .acquire(() -> new DaemonCandidates.Daemons(List.of(address), 1))
                .join();
    }

    private static String daemonOf(String job, List<Daemon> daemons) {
        return Affinity.order(daemons.stream().map(Daemon::address).toList(), key(job))
                .get(0);
    }

    /** Returns the key of a build with the default parameters. */
    private static String key(String job) {
        return job + "\0.\0Dockerfile\0";
    }

    private static void awaitNoThreads() throws Exception {
        DaemonSteps.await("threads work at builds that wait", () -> threads()
                .flatMap(thread -> Stream.of(thread.getStackTrace()))
                .noneMatch(frame -> frame.getClassName().contains("treenq")));
    }

    private static Stream<Thread> threads() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().startsWith("treenq"));
    }

    private WorkflowJob job(String name, String script) throws Exception {
        WorkflowJob job = jenkins.jenkins.getItem(name) instanceof WorkflowJob present
                ? present
                : jenkins.createProject(WorkflowJob.class, name);
        job.setDefinition(new CpsFlowDefinition(script, true));
        return job;
    }
}
