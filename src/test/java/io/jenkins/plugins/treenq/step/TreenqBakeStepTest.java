// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.step;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import hudson.AbortException;
import hudson.model.FreeStyleProject;
import hudson.util.FormValidation;
import io.jenkins.plugins.treenq.config.TreenqConfiguration;
import io.jenkins.plugins.treenq.harness.SharedJenkins;
import io.jenkins.plugins.treenq.parameters.BuildSecret;
import io.jenkins.plugins.treenq.parameters.SshAgentAccess;
import io.jenkins.plugins.treenq.run.BakeOrder;
import io.jenkins.plugins.treenq.run.Configured;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import jenkins.model.Jenkins;
import org.jenkinsci.plugins.structs.describable.DescribableModel;
import org.jenkinsci.plugins.workflow.cps.SnippetizerTester;
import org.jenkinsci.plugins.workflow.steps.StepConfigTester;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.jvnet.hudson.test.JenkinsRule;

@SharedJenkins
class TreenqBakeStepTest {
    private JenkinsRule jenkins;

    @BeforeEach
    void start(JenkinsRule rule) {
        jenkins = rule;
        TreenqConfiguration.get()
                .setBuilders(List.of(
                        Configured.builder("default", "tcp://localhost:1"),
                        Configured.builder("arm", "tcp://localhost:2")));
    }

    private static TreenqBakeStep everything() {
        TreenqBakeStep step = new TreenqBakeStep();
        step.setRemote("https://git.example.com/shop.git#main");
        step.setContextCredentialsId("login");
        step.setFiles(List.of("docker-bake.hcl", "ci.hcl"));
        step.setTargets(List.of("web", "db-*"));
        step.setVariables(List.of("TAG=1.4", "EMPTY="));
        step.setSet(List.of("*.platform=linux/amd64", "web.tags+=a/b:1"));
        step.setEnvVariables(List.of("BUILD_NUMBER"));
        step.setPush(false);
        step.setPull(true);
        step.setNoCache(true);
        step.setBuilder("arm");
        step.setCredentialsId("login");
        step.setRegistries(List.of("registry.example.com"));
        BuildSecret secret = new BuildSecret("npm");
        secret.setCredentialsId("login");
        step.setSecrets(List.of(secret));
        step.setSsh(List.of(new SshAgentAccess()));
        step.setAllow(List.of("network.host"));
        step.setSkipIfPresent(true);
        step.setSkipIfUnchanged(true);
        step.setFailOn("warning");
        step.setRetries(3);
        return step;
    }

    @Test
    void formKeepsEveryParameter() throws Exception {
        Configured.add(Configured.login("login", "user", "password"));
        TreenqBakeStep step = everything();

        jenkins.assertEqualDataBoundBeans(step, new StepConfigTester(jenkins).configRoundTrip(step));
    }

    @Test
    void formKeepsTheDefaults() throws Exception {
        TreenqBakeStep step = new TreenqBakeStep();

        jenkins.assertEqualDataBoundBeans(step, new StepConfigTester(jenkins).configRoundTrip(step));
    }

    @Test
    void freestyleJobsKeepEveryParameter() throws Exception {
        Configured.add(Configured.login("login", "user", "password"));
        FreeStyleProject job = jenkins.createFreeStyleProject();
        job.getBuildersList().add(new TreenqBaker(everything()));

        jenkins.configRoundtrip(job);

        jenkins.assertEqualDataBoundBeans(
                everything(), job.getBuildersList().get(TreenqBaker.class).getBake());
    }

    @Test
    void snippetsAreShortAndRecreateTheStep() throws Exception {
        SnippetizerTester tester = new SnippetizerTester(jenkins);
        TreenqBakeStep step = new TreenqBakeStep();
        tester.assertRoundTrip(step, "treenqBake()");

        step.setFiles(List.of("docker-bake.hcl"));
        step.setVariables(List.of("TAG=1.4"));
        step.setSet(List.of("*.platform=linux/amd64"));
        tester.assertRoundTrip(
                step,
                "treenqBake files: ['docker-bake.hcl'], set: ['*.platform=linux/amd64'], variables: [TAG: '1.4']");
    }

    @Test
    void referencePagesCanBeGenerated() throws Exception {
        SnippetizerTester.assertDocGeneration(TreenqBakeStep.class);
    }

    @Test
    void argumentsMayBeMapsListsOrASingleString() throws Exception {
        TreenqBakeStep step = (TreenqBakeStep) new DescribableModel<>(TreenqBakeStep.class)
                .instantiate(
                        Map.of(
                                "files",
                                "docker-bake.hcl",
                                "variables",
                                Map.of("COUNT", 3),
                                "secrets",
                                Map.of("npm", "npm-token"),
                                "set",
                                List.of("web.args.A=1")),
                        null);

        assertEquals("npm-token", step.getSecrets().get(0).getCredentialsId());
        BakeOrder order = step.order(UnaryOperator.identity());
        assertEquals(List.of("docker-bake.hcl"), order.files());
        assertEquals(Map.of("COUNT", "3"), order.variables());
        assertEquals("npm", order.secrets().get(0).getId());
        assertTrue(order.push());
    }

    @Test
    void variablesOfFreestyleJobsAreExpanded() throws Exception {
        TreenqBakeStep step = new TreenqBakeStep();
        step.setVariables(List.of("TAG=$N"));
        step.setSet(List.of("*.args.A=$N"));
        step.setTargets(List.of("$N"));

        BakeOrder order = step.order(text -> text.replace("$N", "7"));

        assertEquals(Map.of("TAG", "7"), order.variables());
        assertEquals(List.of("*.args.A=7"), order.overrides());
        assertEquals(List.of("7"), order.targets());
    }

    /** Jobs with a {@code configure} block of Job DSL, and with its dynamic syntax. */
    @Test
    void omittedParametersOfGeneratedJobsHaveTheirDefaults() throws Exception {
        FreeStyleProject job = (FreeStyleProject) jenkins.jenkins.createProjectFromXML(
                "by-hand", new ByteArrayInputStream("""
                <project>
                  <builders>
                    <io.jenkins.plugins.treenq.step.TreenqBaker>
                      <bake>
                        <files>
                          <string>docker-bake.hcl</string>
                        </files>
                      </bake>
                    </io.jenkins.plugins.treenq.step.TreenqBaker>
                  </builders>
                </project>
                """.getBytes(StandardCharsets.UTF_8)));
        TreenqBakeStep expected = new TreenqBakeStep();
        expected.setFiles(List.of("docker-bake.hcl"));

        jenkins.assertEqualDataBoundBeans(
                expected, job.getBuildersList().get(TreenqBaker.class).getBake());
        TreenqBaker described = DescribableModel.of(TreenqBaker.class)
                .instantiate(Map.of(
                        "bake",
                        DescribableModel.of(TreenqBakeStep.class)
                                .instantiate(Map.of("files", List.of("docker-bake.hcl")))));
        jenkins.assertEqualDataBoundBeans(expected, described.getBake());
    }

    @Test
    void anInvalidFailOnIsRefused() {
        TreenqBakeStep step = new TreenqBakeStep();
        step.setFailOn("bogus");
        assertEquals(
                "failOn: 'bogus' is neither error nor warning",
                assertThrows(AbortException.class, () -> step.order(UnaryOperator.identity()))
                        .getMessage());
    }

    @Test
    void theFormRefusesInvalidValues() throws Exception {
        FreeStyleProject job = jenkins.createFreeStyleProject();
        TreenqBakeStep.DescriptorImpl form = Jenkins.get().getDescriptorByType(TreenqBakeStep.DescriptorImpl.class);

        assertEquals(FormValidation.Kind.OK, form.doCheckSet(job, "web.args.A=1\n*.tags+=a/b\nweb.no-cache=").kind);
        assertEquals(FormValidation.Kind.ERROR, form.doCheckSet(job, "web=1").kind);
        assertEquals(FormValidation.Kind.ERROR, form.doCheckEnvVariables(job, "A=1").kind);
        assertEquals(FormValidation.Kind.OK, form.doCheckEnvVariables(job, "A\nB_2").kind);
        assertEquals(FormValidation.Kind.ERROR, form.doCheckVariables(job, "A").kind);
        assertEquals(FormValidation.Kind.ERROR, form.doCheckFiles(job, "../docker-bake.hcl").kind);
        assertEquals(FormValidation.Kind.OK, form.doCheckFiles(job, "docker-bake.hcl\nci/bake.hcl").kind);
    }
}
