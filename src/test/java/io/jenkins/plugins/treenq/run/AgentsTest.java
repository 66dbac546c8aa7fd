// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.run;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.lessThan;
import static org.junit.jupiter.api.Assertions.assertEquals;

import hudson.model.FreeStyleProject;
import hudson.model.Result;
import hudson.model.Run;
import hudson.model.labels.LabelAtom;
import hudson.tasks.Shell;
import io.jenkins.plugins.treenq.buildkit.Daemon;
import io.jenkins.plugins.treenq.buildkit.WebServer;
import io.jenkins.plugins.treenq.harness.SharedJenkins;
import io.jenkins.plugins.treenq.report.ImagesAction;
import io.jenkins.plugins.treenq.step.TreenqBuildStep;
import io.jenkins.plugins.treenq.step.TreenqBuilder;
import io.jenkins.plugins.treenq.timeline.BuildState;
import io.jenkins.plugins.treenq.timeline.TimelinePage;
import java.io.Serializable;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicReference;
import jenkins.security.MasterToSlaveCallable;
import org.jenkinsci.plugins.workflow.cps.CpsFlowDefinition;
import org.jenkinsci.plugins.workflow.job.WorkflowJob;
import org.jenkinsci.plugins.workflow.job.WorkflowRun;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.jvnet.hudson.test.JenkinsRule;
import org.jvnet.hudson.test.junit.jupiter.InboundAgentExtension;

/**
 * Builds on inbound agents: the threads and memory that they need, and the failure of builds whose agent is lost.
 */
@SharedJenkins
class AgentsTest {
    private static final int BUILDS = 100;
    private static final int MOST_THREADS_OF_CONTROLLER = 10;
    private static final int MOST_THREADS_WITHOUT_WORKSPACE = 40;
    private static final int MOST_THREADS_OF_AGENT = 40;
    private static final long MOST_BYTES_OF_AGENT = 100L << 20;

    @RegisterExtension
    private final InboundAgentExtension agents = new InboundAgentExtension();

    @TempDir
    private Path folder;

    private JenkinsRule jenkins;

    @BeforeEach
    void start(JenkinsRule rule) throws Exception {
        jenkins = rule;
        Configured.with(Daemon.first());
    }

    private void agent(String name) throws Exception {
        new Pipelines(jenkins).connect(agents, name);
    }

    private WorkflowRun begin(String script) throws Exception {
        WorkflowJob job = jenkins.createProject(WorkflowJob.class);
        job.setDefinition(new CpsFlowDefinition(script, true));
        return job.scheduleBuild2(0).waitForStart();
    }

    @Test
    void aHundredBuildsOnAnAgentNeedFewThreads() throws Exception {
        agent("first");
        // The first build loads classes and starts shared threads.
        jenkins.assertBuildStatusSuccess(jenkins.waitForCompletion(begin("""
                node('remote') {
                    writeFile file: 'Dockerfile', text: 'FROM busybox\\nRUN true\\n'
                    treenqBuild()
                }""")));
        Load before = Load.here();
        Load agentBefore = load();
        String mark = UUID.randomUUID().toString();
        WorkflowRun run = begin("""
                def branches = [:]
                for (int i = 1; i <= %d; i++) {
                    int number = i
                    branches["$number"] = {
                        dir("$number") {
                            writeFile file: 'Dockerfile', text: "FROM busybox\\nRUN sleep 300; echo ${number}-of-%s\\n"
                            treenqBuild()
                        }
                    }
                }
                node('remote') {
                    parallel branches
                }""".formatted(BUILDS, mark));
        for (int build = 1; build <= BUILDS; build++) {
            DaemonSteps.await(" " + build + "-of-" + mark, true);
        }

        // The threads that started the builds end when they have been idle for a while.
        DaemonSteps.await(
                () -> "the controller has more threads: " + before + " before, now " + Load.here(),
                () -> Load.here().count() <= before.count() + MOST_THREADS_OF_CONTROLLER);
        AtomicReference<Load> last = new AtomicReference<>();
        DaemonSteps.await(() -> "the agent has more threads: " + agentBefore + " before, at last " + last, () -> {
            last.set(load());
            return last.get().count() <= agentBefore.count() + MOST_THREADS_OF_AGENT;
        });
        Load agentNow = load();
        assertThat(agentNow.heapBytes() - agentBefore.heapBytes(), lessThan(MOST_BYTES_OF_AGENT));

        run.doStop();
        jenkins.assertBuildStatus(Result.ABORTED, jenkins.waitForCompletion(run));
        DaemonSteps.await("-of-" + mark, false);
        ImagesAction action = run.getAction(ImagesAction.class);
        assertEquals(BUILDS, action.getBuilds().size());
        action.getBuilds().forEach(build -> assertEquals(BuildState.ABORTED, build.getState()));
    }

    @Test
    void aRetryBuildsOnAnotherAgentAfterAnAgentIsKilled() throws Exception {
        agent("first");
        String mark = UUID.randomUUID().toString();
        WorkflowRun run = begin("""
                retry(count: 2, conditions: [agent()]) {
                    node('remote') {
                        def wait = env.NODE_NAME == 'first' ? 'sleep 300;' : ''
                        writeFile file: 'Dockerfile', text: "FROM busybox\\nRUN $wait echo on-${env.NODE_NAME}-of-%s\\n"
                        treenqBuild()
                    }
                }""".formatted(mark));
        DaemonSteps.await("on-first-of-" + mark, true);
        agent("second");

        agents.stop("first");

        jenkins.assertBuildStatusSuccess(jenkins.waitForCompletion(run));
        jenkins.assertLogContains(
                "agent 'first' was disconnected during the build; in a Jenkinsfile, retry(conditions: [agent()]) "
                        + "builds on another agent",
                run);
        jenkins.assertLogContains("on-second-of-" + mark, run);
        DaemonSteps.await("on-first-of-" + mark, false);
        assertEquals(
                List.of(BuildState.FAILURE, BuildState.SUCCESS),
                run.getAction(ImagesAction.class).getBuilds().stream()
                        .map(TimelinePage::getState)
                        .toList());
    }

    /** The build is not inside of a retry step. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aKilledAgentFailsTheBuildInOneLine(boolean freestyle) throws Exception {
        agent("first");
        String mark = UUID.randomUUID().toString();
        Run<?, ?> run;
        if (freestyle) {
            FreeStyleProject job = jenkins.createFreeStyleProject();
            job.setAssignedLabel(new LabelAtom("remote"));
            job.getBuildersList()
                    .add(new Shell("printf 'FROM busybox\\nRUN sleep 300; echo " + mark + "\\n' > Dockerfile"));
            job.getBuildersList().add(new TreenqBuilder(new TreenqBuildStep(List.of())));
            run = job.scheduleBuild2(0).waitForStart();
        } else {
            run = begin("""
                    node('remote') {
                        writeFile file: 'Dockerfile', text: "FROM busybox\\nRUN sleep 300; echo %s\\n"
                        treenqBuild()
                    }""".formatted(mark));
        }
        DaemonSteps.await(mark, true);

        agents.stop("first");

        jenkins.assertBuildStatus(Result.FAILURE, jenkins.waitForCompletion(run));
        jenkins.assertLogContains(
                "ERROR: agent 'first' was disconnected during the build; in a Jenkinsfile, "
                        + "retry(conditions: [agent()]) builds on another agent",
                run);
        jenkins.assertLogNotContains("Exception", run);
        jenkins.assertLogNotContains("\tat ", run);
    }

    @Test
    void buildsWithoutAWorkspaceNeedFewThreadsOfTheController() throws Exception {
        String mark = UUID.randomUUID().toString();
        Path files = Files.createDirectory(folder.resolve("files"));
        Files.writeString(files.resolve("Dockerfile"), "FROM busybox\nARG N\nRUN sleep 300; echo $N-of-" + mark + "\n");
        String archive = "files.tar.gz";
        assertEquals(
                0,
                new ProcessBuilder("tar", "-czf", folder.resolve(archive).toString(), "-C", files.toString(), ".")
                        .inheritIO()
                        .start()
                        .waitFor());
        try (WebServer server = new WebServer(folder)) {
            jenkins.assertBuildStatusSuccess(
                    jenkins.waitForCompletion(begin("treenqCheck context: '" + server.url(archive) + "'")));
            Load before = Load.here();
            WorkflowRun run = begin("""
                    def branches = [:]
                    for (int i = 1; i <= %d; i++) {
                        int number = i
                        branches["$number"] = { treenqBuild context: '%s', buildArgs: [N: "$number"], tags: [] }
                    }
                    parallel branches""".formatted(BUILDS, server.url(archive)));
            DaemonSteps.await("not all steps run", () -> DaemonSteps.count("-of-" + mark) >= BUILDS);

            DaemonSteps.await(
                    () -> "the controller has more threads: " + before + " before, now " + Load.here(),
                    () -> Load.here().count() <= before.count() + MOST_THREADS_WITHOUT_WORKSPACE);

            run.doStop();
            jenkins.assertBuildStatus(Result.ABORTED, jenkins.waitForCompletion(run));
            DaemonSteps.await("-of-" + mark, false);
        }
    }

    private Load load() throws Exception {
        return jenkins.jenkins.getNode("first").getChannel().call(new Load.Question());
    }

    /**
     * The threads and the used heap of a JVM.
     *
     * @param threads number of threads by their name, whose digits are replaced
     */
    private record Load(TreeMap<String, Integer> threads, long heapBytes) implements Serializable {
        static Load here() {
            TreeMap<String, Integer> threads = new TreeMap<>();
            for (Thread thread : Thread.getAllStackTraces().keySet()) {
                threads.merge(thread.getName().replaceAll("[0-9]+", "#"), 1, Integer::sum);
            }
            return new Load(
                    threads,
                    ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed());
        }

        int count() {
            return threads.values().stream().mapToInt(Integer::intValue).sum();
        }

        private static final class Question extends MasterToSlaveCallable<Load, RuntimeException> {
            private static final long serialVersionUID = 1;

            @Override
            public Load call() {
                System.gc();
                return here();
            }
        }
    }
}
