// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.step;

import hudson.model.FreeStyleBuild;
import hudson.model.FreeStyleProject;
import hudson.model.ParametersAction;
import hudson.model.ParametersDefinitionProperty;
import hudson.model.Result;
import hudson.model.StringParameterDefinition;
import hudson.model.StringParameterValue;
import io.jenkins.plugins.treenq.config.TreenqConfiguration;
import io.jenkins.plugins.treenq.run.Configured;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.jvnet.hudson.test.JenkinsRule;
import org.jvnet.hudson.test.junit.jupiter.WithJenkins;

@WithJenkins
class TreenqBuilderTest {
    private JenkinsRule jenkins;

    @BeforeEach
    void start(JenkinsRule rule) {
        jenkins = rule;
        TreenqConfiguration.get()
                .setBuilders(List.of(
                        Configured.builder("default", "tcp://localhost:1"),
                        Configured.builder("arm", "tcp://localhost:2")));
    }

    @Test
    void formKeepsEveryParameter() throws Exception {
        Configured.add(Configured.login("login", "user", "password"));
        TreenqBuilder builder = new TreenqBuilder(TreenqBuildStepTest.everything());

        jenkins.assertEqualDataBoundBeans(
                builder.getBuild(), jenkins.configRoundtrip(builder).getBuild());
    }

    @Test
    void configurationFileIsReadBack() throws Exception {
        FreeStyleProject job = jenkins.createFreeStyleProject();
        job.getBuildersList().add(new TreenqBuilder(TreenqBuildStepTest.everything()));
        job.save();
        job.doReload();

        jenkins.assertEqualDataBoundBeans(
                TreenqBuildStepTest.everything(),
                job.getBuildersList().get(TreenqBuilder.class).getBuild());
    }

    @Test
    void variablesAreFilledInEverywhere() throws Exception {
        FreeStyleProject job = jenkins.createFreeStyleProject("shop");
        job.addProperty(new ParametersDefinitionProperty(new StringParameterDefinition("WHERE", "arm")));
        TreenqBuildStep step = new TreenqBuildStep(List.of("localhost:5000/$JOB_NAME:${BUILD_NUMBER}"));
        step.setBuilder("${WHERE}-$BUILD_NUMBER");
        job.getBuildersList().add(new TreenqBuilder(step));

        FreeStyleBuild build = jenkins.assertBuildStatus(
                Result.FAILURE,
                job.scheduleBuild2(0, new ParametersAction(new StringParameterValue("WHERE", "no-such"))));

        jenkins.assertLogContains("ERROR: builder 'no-such-1' is not configured; there is 'default', 'arm'", build);
        jenkins.assertLogNotContains("\tat ", build);
    }
}
