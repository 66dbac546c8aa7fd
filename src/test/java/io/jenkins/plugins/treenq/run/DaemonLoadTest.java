// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.run;

import hudson.model.Node;
import io.jenkins.plugins.treenq.buildkit.Daemon;
import io.jenkins.plugins.treenq.config.BuildkitBuilder;
import io.jenkins.plugins.treenq.config.TreenqConfiguration;
import io.jenkins.plugins.treenq.harness.SharedJenkins;
import io.jenkins.plugins.treenq.pool.Affinity;
import io.jenkins.plugins.treenq.pool.DaemonCandidates;
import io.jenkins.plugins.treenq.pool.DaemonSlot;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;
import org.jenkinsci.plugins.workflow.cps.CpsFlowDefinition;
import org.jenkinsci.plugins.workflow.job.WorkflowJob;
import org.jenkinsci.plugins.workflow.job.WorkflowRun;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.jvnet.hudson.test.JenkinsRule;

/** The selection of a daemon by its load. Only this class uses the daemons. */
@SharedJenkins
class DaemonLoadTest {
    private static final String JOB = "job";
    private static final String FIRST = "load-1";
    private static final String SECOND = "load-2";

    private static Daemon launcher;

    /** The daemon that the job prefers. */
    private static Daemon own;

    private static Daemon other;

    @TempDir
    private Path folder;

    private final String mark = "load-" + UUID.randomUUID();
    private JenkinsRule jenkins;
    private BuildkitBuilder builder;
    private Process buildctl;

    @BeforeAll
    static void startDaemons() throws Exception {
        launcher = Daemon.first();
        Daemon first = launcher.another(FIRST);
        Daemon second = launcher.another(SECOND);
        boolean isFirst = Affinity.order(List.of(first.address(), second.address()), JOB + "\0.\0Dockerfile\0")
                .get(0)
                .equals(first.address());
        own = isFirst ? first : second;
        other = isFirst ? second : first;
    }

    @AfterAll
    static void endDaemons() throws Exception {
        if (launcher != null) {
            launcher.down(FIRST);
            launcher.down(SECOND);
        }
    }

    @BeforeEach
    void start(JenkinsRule rule) throws Exception {
        jenkins = rule;
        Configured.with(launcher);
        builder = Configured.builder("default", own.address() + "\n" + other.address());
        builder.setLimit(1);
        TreenqConfiguration.get().setBuilders(List.of(builder));
    }

    @AfterEach
    void endBuildctl() throws Exception {
        if (buildctl != null) {
            buildctl.destroy();
            buildctl.waitFor();
            DaemonSteps.await(mark, false);
        }
    }

    /** Starts a long build on a daemon with buildctl. */
    private Process build(Daemon daemon) throws Exception {
        Files.writeString(folder.resolve("Dockerfile"), "FROM busybox\nRUN sleep 100; echo " + mark + "\n");
        List<String> line = daemon.buildctlLine(List.of(
                "build",
                "--frontend=dockerfile.v0",
                "--local=context=" + folder,
                "--local=dockerfile=" + folder,
                "--no-cache"));
        buildctl = new ProcessBuilder(line)
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("log").toFile())
                .start();
        DaemonSteps.await(mark, true);
        return buildctl;
    }

    private WorkflowRun begin(String node, String run) throws Exception {
        WorkflowJob job = jenkins.jenkins.getItem(JOB) instanceof WorkflowJob present
                ? present
                : jenkins.createProject(WorkflowJob.class, JOB);
        job.setDefinition(new CpsFlowDefinition(
                "node('" + node + "') { writeFile file: 'Dockerfile', text: 'FROM busybox\\nRUN " + run + "\\n'\n"
                        + "treenqBuild() }",
                true));
        return job.scheduleBuild2(0).waitForStart();
    }

    private WorkflowRun assertBuiltOn(Daemon daemon, WorkflowRun run) throws Exception {
        jenkins.assertBuildStatusSuccess(jenkins.waitForCompletion(run));
        jenkins.assertLogContains("Building on 'default' (" + daemon.address() + ")", run);
        return run;
    }

    @Test
    void aBuildGoesToTheNextDaemonWhileItsOwnIsAtItsLimit() throws Exception {
        try (DaemonSlot place = ControllerDaemonPool.get()
                .acquire(() -> new DaemonCandidates.Daemons(List.of(own.address()), 1))
                .join()) {
            WorkflowRun run = assertBuiltOn(other, begin("", "true"));

            jenkins.assertLogContains(
                    own.address() + " has reached its limit of 1 build; taking " + other.address(), run);
        }
        assertBuiltOn(own, begin("", "true"));
    }

    @Test
    void aBuildGoesToTheNextDaemonWhileAnotherClientKeepsItsOwnBusy() throws Exception {
        build(own);

        WorkflowRun run = assertBuiltOn(other, begin("", "true"));

        jenkins.assertLogContains(
                own.address() + " is busy with 1 build of other clients, and has a limit of 1 build; taking "
                        + other.address(),
                run);
        endBuildctl();
        assertBuiltOn(own, begin("", "true"));
    }

    @Test
    void theLoadIsMeasuredFromTheAgent() throws Exception {
        Node agent = jenkins.createOnlineSlave();
        // An agent that still loads the client may not answer in time.
        assertBuiltOn(own, begin(agent.getNodeName(), "true"));
        build(own);

        assertBuiltOn(other, begin(agent.getNodeName(), "true"));
    }

    @Test
    void aDaemonBusyWithOtherClientsIsUsedIfNoneIsFree() throws Exception {
        build(own);
        try (DaemonSlot place = ControllerDaemonPool.get()
                .acquire(() -> new DaemonCandidates.Daemons(List.of(other.address()), 1))
                .join()) {
            assertBuiltOn(own, begin("", "true"));
        }
    }

    @Test
    void theBuildsOfThisControllerAreCountedOnce() throws Exception {
        builder.setLimit(2);
        WorkflowRun slow = begin("", "sleep 100; echo " + mark);
        DaemonSteps.await(mark, true);

        assertBuiltOn(own, begin("", "true"));

        slow.getExecutor().interrupt();
        jenkins.waitForCompletion(slow);
    }
}
