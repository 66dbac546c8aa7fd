// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import hudson.model.FreeStyleProject;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.jvnet.hudson.test.JenkinsRule;
import org.jvnet.hudson.test.junit.jupiter.RealJenkinsExtension;

/** A Jenkins without the Folders plugin. */
class WithoutFoldersTest {
    @RegisterExtension
    private final RealJenkinsExtension controller = new RealJenkinsExtension()
            .omitPlugins(
                    "branch-api",
                    "cloudbees-folder",
                    "job-dsl",
                    "pipeline-groovy-lib",
                    "pipeline-model-definition",
                    "workflow-multibranch");

    @Test
    void thePluginWorksWithoutTheFoldersPlugin() throws Throwable {
        controller.then(WithoutFoldersTest::configureAndLook);
    }

    private static void configureAndLook(JenkinsRule jenkins) throws Exception {
        assertNull(jenkins.jenkins.getPlugin("cloudbees-folder"));
        assertTrue(jenkins.jenkins.getPlugin("treenq-build").getWrapper().isActive());
        TreenqConfiguration.get().setBuilders(List.of(new BuildkitBuilder("default", "tcp://localhost:1")));
        FreeStyleProject job = jenkins.createFreeStyleProject();

        assertEquals(
                "default",
                JobConfiguration.of(job).builder(null, List.of()).item().getName());
        jenkins.configRoundtrip();
        assertEquals(1, TreenqConfiguration.get().getBuilders().size());
    }
}
