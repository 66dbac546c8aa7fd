// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.step;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.instanceOf;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.jenkins.plugins.treenq.harness.SharedJenkins;
import io.jenkins.plugins.treenq.run.Configured;
import java.util.List;
import java.util.Map;
import org.jenkinsci.plugins.structs.describable.DescribableModel;
import org.jenkinsci.plugins.structs.describable.EnumType;
import org.jenkinsci.plugins.structs.describable.HomogeneousObjectType;
import org.jenkinsci.plugins.workflow.cps.SnippetizerTester;
import org.jenkinsci.plugins.workflow.steps.StepConfigTester;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.jvnet.hudson.test.JenkinsRule;

/** Forms and syntax of the steps that need no builder. */
@SharedJenkins
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
                promote(),
                jenkins.configRoundtrip(new TreenqPromoter(promote())).getPromotion());
        TreenqInspector inspector = new TreenqInspector(inspect());
        jenkins.assertEqualDataBoundBeans(inspector, jenkins.configRoundtrip(inspector));
        inspector.setIfPresent(ResultHandling.NOT_BUILT);
        inspector.setIfAbsent(ResultHandling.FAILURE);
        jenkins.assertEqualDataBoundBeans(inspector, jenkins.configRoundtrip(inspector));
    }

    /** Job DSL creates steps in this way, from the names of classes and parameters. */
    @Test
    void freestyleStepsCanBeInstantiatedFromMaps() throws Exception {
        DescribableModel<TreenqInspector> model = DescribableModel.of(TreenqInspector.class);
        assertThat(model.getParameter("inspection").getType(), instanceOf(HomogeneousObjectType.class));
        assertThat(model.getParameter("ifPresent").getType(), instanceOf(EnumType.class));
        assertThat(
                DescribableModel.of(TreenqPromoter.class)
                        .getParameter("promotion")
                        .getType(),
                instanceOf(HomogeneousObjectType.class));

        TreenqInspector described = model.instantiate(Map.of(
                "inspection",
                DescribableModel.of(TreenqInspectStep.class)
                        .instantiate(Map.of("image", "registry.example.com/shop/web:1.4", "credentialsId", "login")),
                "ifPresent",
                "NOT_BUILT"));

        jenkins.assertEqualDataBoundBeans(inspect(), described.getInspection());
        assertEquals(ResultHandling.NOT_BUILT, described.getIfPresent());
        assertEquals(ResultHandling.GO_ON, described.getIfAbsent());
    }

    @Test
    void snippetsAreShortAndRecreateTheStep() throws Exception {
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
    void aPromotionIsLabelledWithItsTargetNames() {
        TreenqPromoteStep.DescriptorImpl step =
                jenkins.jenkins.getDescriptorByType(TreenqPromoteStep.DescriptorImpl.class);

        assertEquals("web:1, web:stable", step.argumentsToString(Map.of("to", List.of("web:1", "web:stable"))));
        assertEquals("web:1", step.argumentsToString(Map.of("to", "web:1")));
    }

    @Test
    void referencePagesCanBeGenerated() throws Exception {
        SnippetizerTester.assertDocGeneration(TreenqInspectStep.class);
        SnippetizerTester.assertDocGeneration(TreenqPromoteStep.class);
    }
}
