// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.step;

import io.jenkins.plugins.treenq.run.Configured;
import java.util.List;
import org.jenkinsci.plugins.workflow.cps.SnippetizerTester;
import org.jenkinsci.plugins.workflow.steps.StepConfigTester;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.jvnet.hudson.test.JenkinsRule;
import org.jvnet.hudson.test.junit.jupiter.WithJenkins;

/** Forms and syntax of the steps that need no builder. */
@WithJenkins
class RegistryStepsTest {
    private JenkinsRule jenkins;

    @BeforeEach
    void start(JenkinsRule rule) throws Exception {
        jenkins = rule;
        Configured.add(Configured.login("login", "user", "password"));
    }

    private static TreenqInspectStep inspect() {
        TreenqInspectStep step = new TreenqInspectStep("registry.example.com/shop/web:1.4");
        step.setCredentialsId("login");
        return step;
    }

    private static TreenqPromoteStep promote() {
        TreenqPromoteStep step = new TreenqPromoteStep(
                "registry.example.com/shop/web:1.4", List.of("registry.example.com/shop/web:stable", "web:stable"));
        step.setCredentialsId("login");
        step.setFromCredentialsId("login");
        return step;
    }

    @Test
    void formsKeepEveryParameter() throws Exception {
        StepConfigTester form = new StepConfigTester(jenkins);

        jenkins.assertEqualDataBoundBeans(inspect(), form.configRoundTrip(inspect()));
        jenkins.assertEqualDataBoundBeans(
                new TreenqInspectStep("web"), form.configRoundTrip(new TreenqInspectStep("web")));
        jenkins.assertEqualDataBoundBeans(promote(), form.configRoundTrip(promote()));
        jenkins.assertEqualDataBoundBeans(
                promote(), jenkins.configRoundtrip(new TreenqPromoter(promote())).getPromotion());
    }

    @Test
    void snippetsAreWhatAPersonWouldWriteAndRunAsThat() throws Exception {
        SnippetizerTester tester = new SnippetizerTester(jenkins);

        tester.assertRoundTrip(new TreenqInspectStep("web:1"), "treenqInspect 'web:1'");
        tester.assertRoundTrip(
                inspect(), "treenqInspect credentialsId: 'login', image: 'registry.example.com/shop/web:1.4'");
        tester.assertRoundTrip(
                promote(),
                "treenqPromote credentialsId: 'login', from: 'registry.example.com/shop/web:1.4',"
                        + " fromCredentialsId: 'login', to: ['registry.example.com/shop/web:stable', 'web:stable']");
    }

    @Test
    void referencePagesCanBeMade() throws Exception {
        SnippetizerTester.assertDocGeneration(TreenqInspectStep.class);
        SnippetizerTester.assertDocGeneration(TreenqPromoteStep.class);
    }
}
