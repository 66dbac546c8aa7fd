// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.step;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.instanceOf;

import hudson.model.FreeStyleBuild;
import hudson.model.FreeStyleProject;
import hudson.model.ParametersAction;
import hudson.model.ParametersDefinitionProperty;
import hudson.model.Result;
import hudson.model.StringParameterDefinition;
import hudson.model.StringParameterValue;
import io.jenkins.plugins.treenq.config.TreenqConfiguration;
import io.jenkins.plugins.treenq.harness.SharedJenkins;
import io.jenkins.plugins.treenq.parameters.BuildSecret;
import io.jenkins.plugins.treenq.run.Configured;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jenkinsci.plugins.structs.describable.ArrayType;
import org.jenkinsci.plugins.structs.describable.DescribableModel;
import org.jenkinsci.plugins.structs.describable.HomogeneousObjectType;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.jvnet.hudson.test.JenkinsRule;

@SharedJenkins
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
    void aSavedConfigurationIsLoaded() throws Exception {
        FreeStyleProject job = jenkins.createFreeStyleProject();
        job.getBuildersList().add(new TreenqBuilder(TreenqBuildStepTest.everything()));
        job.save();
        job.doReload();

        jenkins.assertEqualDataBoundBeans(
                TreenqBuildStepTest.everything(),
                job.getBuildersList().get(TreenqBuilder.class).getBuild());
    }

    /** A {@code configure} block of Job DSL can write such XML. */
    @Test
    void parametersOmittedFromTheXmlHaveTheirDefaults() throws Exception {
        FreeStyleProject job = (FreeStyleProject) jenkins.jenkins.createProjectFromXML(
                "by-hand", new ByteArrayInputStream("""
                <project>
                  <builders>
                    <io.jenkins.plugins.treenq.step.TreenqBuilder>
                      <build>
                        <tags>
                          <string>registry.example.com/shop/web:$BUILD_NUMBER</string>
                        </tags>
                      </build>
                    </io.jenkins.plugins.treenq.step.TreenqBuilder>
                  </builders>
                </project>
                """.getBytes(StandardCharsets.UTF_8)));

        jenkins.assertEqualDataBoundBeans(
                new TreenqBuildStep(List.of("registry.example.com/shop/web:$BUILD_NUMBER")),
                job.getBuildersList().get(TreenqBuilder.class).getBuild());
    }

    /** Job DSL creates the step in this way, from the names of classes and parameters. */
    @Test
    void theBuildStepCanBeInstantiatedFromMaps() throws Exception {
        DescribableModel<TreenqBuilder> model = DescribableModel.of(TreenqBuilder.class);
        assertThat(model.getParameter("build").getType(), instanceOf(HomogeneousObjectType.class));

        Map<String, Object> arguments = new HashMap<>();
        DescribableModel.of(TreenqBuildStep.class).getParameters().stream()
                .filter(parameter -> parameter.getType() instanceof ArrayType)
                .forEach(parameter -> arguments.put(parameter.getName(), List.of()));
        arguments.put("tags", List.of("web"));
        arguments.put("buildArgs", List.of("VERSION=$BUILD_NUMBER"));
        BuildSecret secret =
                DescribableModel.of(BuildSecret.class).instantiate(Map.of("id", "npm", "credentialsId", "npm-token"));
        arguments.put("secrets", List.of(secret));
        TreenqBuilder described = model.instantiate(
                Map.of("build", DescribableModel.of(TreenqBuildStep.class).instantiate(arguments)));

        TreenqBuildStep expected = new TreenqBuildStep(List.of("web"));
        expected.setBuildArgs(List.of("VERSION=$BUILD_NUMBER"));
        expected.setSecrets(List.of(secret));
        jenkins.assertEqualDataBoundBeans(expected, described.getBuild());
    }

    @Test
    void variablesInTheBuildersNameAreExpanded() throws Exception {
        FreeStyleProject job = jenkins.createFreeStyleProject("shop");
        job.addProperty(new ParametersDefinitionProperty(new StringParameterDefinition("WHERE", "arm")));
        TreenqBuildStep step = new TreenqBuildStep(List.of("localhost:5000/$JOB_NAME:${BUILD_NUMBER}"));
        step.setBuilder("${WHERE}-$BUILD_NUMBER");
        job.getBuildersList().add(new TreenqBuilder(step));

        FreeStyleBuild build = jenkins.assertBuildStatus(
                Result.FAILURE,
                job.scheduleBuild2(0, new ParametersAction(new StringParameterValue("WHERE", "no-such"))));

        jenkins.assertLogContains(
                "ERROR: builder 'no-such-1' is not configured; the configured builders are 'default', 'arm'", build);
        jenkins.assertLogNotContains("\tat ", build);
    }
}
