// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.step;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import hudson.AbortException;
import io.jenkins.plugins.treenq.config.TreenqConfiguration;
import io.jenkins.plugins.treenq.run.Configured;
import io.jenkins.plugins.treenq.run.ImageOrder;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.jenkinsci.plugins.structs.describable.DescribableModel;
import org.jenkinsci.plugins.workflow.cps.SnippetizerTester;
import org.jenkinsci.plugins.workflow.steps.StepConfigTester;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.jvnet.hudson.test.JenkinsRule;
import org.jvnet.hudson.test.junit.jupiter.WithJenkins;

@WithJenkins
class TreenqBuildStepTest {
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
        TreenqBuildStep step = everything();

        jenkins.assertEqualDataBoundBeans(step, new StepConfigTester(jenkins).configRoundTrip(step));
    }

    @Test
    void formKeepsTheDefaults() throws Exception {
        TreenqBuildStep step = new TreenqBuildStep(List.of("web:1"));

        jenkins.assertEqualDataBoundBeans(step, new StepConfigTester(jenkins).configRoundTrip(step));
    }

    @Test
    void snippetsAreWhatAPersonWouldWriteAndRunAsThat() throws Exception {
        SnippetizerTester tester = new SnippetizerTester(jenkins);

        tester.assertRoundTrip(new TreenqBuildStep(List.of("web:1")), "treenqBuild(['web:1'])");
        tester.assertRoundTrip(
                everything(),
                "treenqBuild buildArgs: [VERSION: '1.4', 'with-dash': 'a=b'], builder: 'arm', context: 'web',"
                        + " credentialsId: 'login', dockerfile: 'Dockerfile.prod', labels: [team: 'shop'], noCache: true,"
                        + " platforms: ['linux/amd64', 'linux/arm64'], pull: true, push: false,"
                        + " tags: ['localhost:5000/shop/web:1.4', 'localhost:5000/shop/web:latest'], target: 'prod'");
    }

    @Test
    void snippetGeneratorTakesTheForm() throws Exception {
        new SnippetizerTester(jenkins)
                .assertGenerateSnippet(
                        """
                        {"stapler-class": "%s", "tags": "a/b:1\\n\\n  a/c:1\\n", "buildArgs": "A=1\\nB=x y", "context": ".",
                        "dockerfile": "Dockerfile", "push": true, "builder": ""}""".formatted(TreenqBuildStep.class.getName()),
                        "treenqBuild buildArgs: [A: '1', B: 'x y'], tags: ['a/b:1', 'a/c:1']",
                        null);
    }

    @Test
    void referencePagesCanBeMade() throws Exception {
        SnippetizerTester.assertDocGeneration(TreenqBuildStep.class);
    }

    @Test
    void jenkinsfilesMayGiveMapsListsOrASingleText() throws Exception {
        Map<String, Object> arguments = Map.of(
                "tags",
                "web:1",
                "platforms",
                "linux/amd64",
                "buildArgs",
                Map.of("COUNT", 3),
                "labels",
                List.of("team=shop"));

        ImageOrder order = instantiate(arguments).order(UnaryOperator.identity());

        assertEquals(List.of("web:1"), order.build().tags());
        assertEquals(List.of("linux/amd64"), order.build().platforms());
        assertEquals(Map.of("COUNT", "3"), order.build().buildArgs());
        assertEquals(Map.of("team", "shop"), order.build().labels());
    }

    @Test
    void buildArgumentsKeepSpacesAndLineBreaks() throws Exception {
        ImageOrder order = instantiate(Map.of("tags", List.of("web:1"), "buildArgs", Map.of("TEXT", " a\n b=c ")))
                .order(UnaryOperator.identity());

        assertEquals(Map.of("TEXT", " a\n b=c "), order.build().buildArgs());
    }

    @Test
    void blanksMeanTheDefaults() throws Exception {
        TreenqBuildStep step = new TreenqBuildStep(null);
        step.setContext(" ");
        step.setDockerfile("");
        step.setTarget("");
        step.setBuilder("");
        step.setCredentialsId("");
        step.setBuildArgs(null);
        step.setLabels(List.of(""));
        step.setPlatforms(List.of(" "));

        jenkins.assertEqualDataBoundBeans(new TreenqBuildStep(List.of()), step);
        ImageOrder order = step.order(UnaryOperator.identity());
        assertEquals(".", order.context());
        assertEquals("Dockerfile", order.build().dockerfile());
    }

    @Test
    void tagsArePushedUnlessThereAreNone() throws Exception {
        assertTrue(new TreenqBuildStep(List.of("web:1"))
                .order(UnaryOperator.identity())
                .build()
                .push());
        assertFalse(new TreenqBuildStep(List.of())
                .order(UnaryOperator.identity())
                .build()
                .push());
    }

    @Test
    void anArgumentWithoutAValueIsNamed() {
        TreenqBuildStep step = new TreenqBuildStep(List.of("web:1"));
        step.setBuildArgs(List.of("VERSION"));

        AbortException failure = assertThrows(AbortException.class, () -> step.order(UnaryOperator.identity()));
        assertThat(failure.getMessage(), containsString("buildArgs: 'VERSION' is not of the form NAME=value"));
    }

    private static TreenqBuildStep instantiate(Map<String, Object> arguments) {
        return DescribableModel.of(TreenqBuildStep.class).instantiate(arguments, null);
    }

    /** Every parameter with another value than its default. */
    static TreenqBuildStep everything() {
        TreenqBuildStep step =
                new TreenqBuildStep(List.of("localhost:5000/shop/web:1.4", "localhost:5000/shop/web:latest"));
        step.setContext("web");
        step.setDockerfile("Dockerfile.prod");
        step.setTarget("prod");
        step.setBuildArgs(List.of("VERSION=1.4", "with-dash=a=b"));
        step.setLabels(List.of("team=shop"));
        step.setPlatforms(List.of("linux/amd64", "linux/arm64"));
        step.setPull(true);
        step.setNoCache(true);
        step.setPush(false);
        step.setBuilder("arm");
        step.setCredentialsId("login");
        return step;
    }
}
