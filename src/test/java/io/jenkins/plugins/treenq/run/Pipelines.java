// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.run;

import hudson.model.Result;
import org.jenkinsci.plugins.workflow.cps.CpsFlowDefinition;
import org.jenkinsci.plugins.workflow.job.WorkflowJob;
import org.jenkinsci.plugins.workflow.job.WorkflowRun;
import org.jvnet.hudson.test.JenkinsRule;
import org.jvnet.hudson.test.junit.jupiter.InboundAgentExtension;

/** Pipelines of a test, each one on a node, and the agents for them. */
public record Pipelines(JenkinsRule jenkins) {
    WorkflowRun success(String script) throws Exception {
        return jenkins.assertBuildStatusSuccess(job(script).scheduleBuild2(0));
    }

    WorkflowRun failure(String script) throws Exception {
        return jenkins.assertBuildStatus(Result.FAILURE, job(script).scheduleBuild2(0));
    }

    WorkflowJob job(String script) throws Exception {
        return job(script, "built-in");
    }

    WorkflowJob job(String script, String label) throws Exception {
        WorkflowJob job = jenkins.createProject(WorkflowJob.class);
        job.setDefinition(new CpsFlowDefinition("node('" + label + "') {\n" + script + "\n}", true));
        return job;
    }

    /** A process of its own that has the label {@code remote}. */
    public void connect(InboundAgentExtension agents, String name) throws Exception {
        agents.createAgent(
                jenkins,
                InboundAgentExtension.Options.newBuilder()
                        .name(name)
                        .label("remote")
                        .webSocket()
                        .build());
    }
}
