// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.connect;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import hudson.model.FreeStyleProject;
import hudson.model.Result;
import io.jenkins.plugins.treenq.config.BuildkitBuilder;
import io.jenkins.plugins.treenq.config.TreenqConfiguration;
import io.jenkins.plugins.treenq.step.TreenqBuildStep;
import io.jenkins.plugins.treenq.step.TreenqBuilder;
import java.util.List;
import org.jenkinsci.plugins.workflow.steps.StepDescriptor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.jvnet.hudson.test.JenkinsRule;
import org.jvnet.hudson.test.junit.jupiter.RealJenkinsExtension;

/** A Jenkins without the plugins for multibranch projects, folders and Git. */
class WithoutMultibranchTest {
    @RegisterExtension
    private final RealJenkinsExtension controller = new RealJenkinsExtension()
            .omitPlugins(
                    "branch-api",
                    "cloudbees-folder",
                    "git",
                    "job-dsl",
                    "pipeline-groovy-lib",
                    "pipeline-model-definition",
                    "workflow-multibranch");

    @Test
    void stepsAndConfigurationWorkWithoutTheMultibranchPlugins() throws Throwable {
        controller.then(WithoutMultibranchTest::look);
    }

    private static void look(JenkinsRule jenkins) throws Exception {
        assertNull(jenkins.jenkins.getPlugin("workflow-multibranch"));
        assertTrue(jenkins.jenkins.getPlugin("treenq-build").getWrapper().isActive());
        assertNull(StepDescriptor.byFunctionName(BranchImageStep.NAME));
        TreenqConfiguration.get().setBuilders(List.of(new BuildkitBuilder("default", "tcp://localhost:1")));
        FreeStyleProject job = jenkins.createFreeStyleProject();
        job.getBuildersList().add(new TreenqBuilder(new TreenqBuildStep(List.of())));
        jenkins.configRoundtrip(job);
        assertEquals(1, job.getBuilders().size());
        jenkins.assertBuildStatus(Result.FAILURE, job.scheduleBuild2(0));
    }
}
