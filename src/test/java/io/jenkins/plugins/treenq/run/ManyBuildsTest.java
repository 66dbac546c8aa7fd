// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.run;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.lessThan;
import static org.junit.jupiter.api.Assertions.assertEquals;

import hudson.model.Result;
import io.jenkins.plugins.treenq.buildkit.Daemon;
import io.jenkins.plugins.treenq.report.ImagesAction;
import io.jenkins.plugins.treenq.timeline.BuildState;
import java.util.Arrays;
import java.util.UUID;
import org.jenkinsci.plugins.workflow.cps.CpsFlowDefinition;
import org.jenkinsci.plugins.workflow.job.WorkflowJob;
import org.jenkinsci.plugins.workflow.job.WorkflowRun;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.jvnet.hudson.test.JenkinsRule;
import org.jvnet.hudson.test.junit.jupiter.InboundAgentExtension;
import org.jvnet.hudson.test.junit.jupiter.WithJenkins;

/** What many builds at once take of the controller. */
@WithJenkins
class ManyBuildsTest {
    private static final int BUILDS = 20;

    @RegisterExtension
    private final InboundAgentExtension agents = new InboundAgentExtension();

    @Test
    void noThreadWaitsForAnAgentThatBuilds(JenkinsRule jenkins) throws Exception {
        Configured.with(Daemon.first());
        agents.createAgent(
                jenkins,
                InboundAgentExtension.Options.newBuilder()
                        .name("remote")
                        .webSocket()
                        .build());
        String mark = UUID.randomUUID().toString();
        WorkflowJob job = jenkins.createProject(WorkflowJob.class);
        job.setDefinition(new CpsFlowDefinition("""
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
                }""".formatted(BUILDS, mark), true));
        WorkflowRun run = job.scheduleBuild2(0).waitForStart();
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

    private static long threadsOfBuilds() {
        return Thread.getAllStackTraces().values().stream()
                .filter(stack -> Arrays.stream(stack)
                        .anyMatch(frame -> frame.getClassName().startsWith("io.jenkins.plugins.treenq.")))
                // This one.
                .skip(1)
                .count();
    }
}
