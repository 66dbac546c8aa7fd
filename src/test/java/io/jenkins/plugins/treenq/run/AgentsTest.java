// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.run;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.lessThan;
import static org.junit.jupiter.api.Assertions.assertEquals;

import hudson.model.Result;
import io.jenkins.plugins.treenq.buildkit.Daemon;
import io.jenkins.plugins.treenq.report.ImagesAction;
import io.jenkins.plugins.treenq.timeline.BuildState;
import io.jenkins.plugins.treenq.timeline.TimelinePage;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import org.jenkinsci.plugins.workflow.cps.CpsFlowDefinition;
import org.jenkinsci.plugins.workflow.job.WorkflowJob;
import org.jenkinsci.plugins.workflow.job.WorkflowRun;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.jvnet.hudson.test.JenkinsRule;
import org.jvnet.hudson.test.junit.jupiter.InboundAgentExtension;
import org.jvnet.hudson.test.junit.jupiter.WithJenkins;

/** Builds on agents that are processes of their own: what they take of the controller, and what is left of lost ones. */
@WithJenkins
class AgentsTest {
    private static final int BUILDS = 100;

    @RegisterExtension
    private final InboundAgentExtension agents = new InboundAgentExtension();

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
    void noThreadWaitsForAnAgentThatBuilds() throws Exception {
        agent("first");
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

        // Some may be telling of their progress.
        assertThat(threadsOfBuilds(), lessThan(BUILDS / 2L));

        run.doStop();
        jenkins.assertBuildStatus(Result.ABORTED, jenkins.waitForCompletion(run));
        DaemonSteps.await("-of-" + mark, false);
        ImagesAction action = run.getAction(ImagesAction.class);
        assertEquals(BUILDS, action.getBuilds().size());
        action.getBuilds().forEach(build -> assertEquals(BuildState.ABORTED, build.getState()));
    }

    @Test
    void anotherAgentTakesOverFromOneThatIsKilled() throws Exception {
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
                "agent 'first' went away during the build; retry(conditions: [agent()]) builds on another one", run);
        jenkins.assertLogContains("on-second-of-" + mark, run);
        DaemonSteps.await("on-first-of-" + mark, false);
        assertEquals(
                List.of(BuildState.FAILURE, BuildState.SUCCESS),
                run.getAction(ImagesAction.class).getBuilds().stream()
                        .map(TimelinePage::getState)
                        .toList());
    }

    private static long threadsOfBuilds() {
        return Thread.getAllStackTraces().values().stream()
                .filter(stack -> Arrays.stream(stack)
                        .anyMatch(frame -> frame.getClassName().startsWith("io.jenkins.plugins.treenq.")))
                // This one.
                .skip(1)
                .count();
    }
}
