// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.run;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.matchesPattern;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import hudson.model.FreeStyleBuild;
import hudson.model.FreeStyleProject;
import hudson.model.Result;
import hudson.model.Run;
import io.jenkins.plugins.treenq.buildkit.Daemon;
import io.jenkins.plugins.treenq.buildkit.Registry;
import io.jenkins.plugins.treenq.config.TreenqConfiguration;
import io.jenkins.plugins.treenq.harness.SharedJenkins;
import io.jenkins.plugins.treenq.report.BuiltImage;
import io.jenkins.plugins.treenq.report.ImagesAction;
import io.jenkins.plugins.treenq.step.TreenqBuildStep;
import io.jenkins.plugins.treenq.step.TreenqBuilder;
import java.util.List;
import java.util.UUID;
import org.jenkinsci.plugins.workflow.cps.CpsFlowDefinition;
import org.jenkinsci.plugins.workflow.job.WorkflowJob;
import org.jenkinsci.plugins.workflow.job.WorkflowRun;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.jvnet.hudson.test.CreateFileBuilder;
import org.jvnet.hudson.test.JenkinsRule;
import org.jvnet.hudson.test.junit.jupiter.InboundAgentExtension;

/** Builds that skipIfPresent and skipIfUnchanged skip, and builds that they do not skip. */
@SharedJenkins
class SkipTest {
    private static final String DOCKERFILE = "FROM busybox\\nCOPY hello /\\n";

    @RegisterExtension
    private final InboundAgentExtension agents = new InboundAgentExtension();

    private JenkinsRule jenkins;
    private Daemon daemon;
    private String repository;
    private String image;
    private String label = "built-in";

    @BeforeEach
    void start(JenkinsRule rule) throws Exception {
        jenkins = rule;
        daemon = Daemon.first();
        repository = "skip-" + UUID.randomUUID().toString().substring(0, 8);
        image = daemon.registry() + "/" + repository;
        Configured.with(daemon);
    }

    private String digest(String tag) throws Exception {
        return new Registry(daemon).digest(repository, tag).orElse(null);
    }

    private WorkflowRun run(Result result, String script) throws Exception {
        WorkflowJob job = jenkins.createProject(WorkflowJob.class);
        job.setDefinition(new CpsFlowDefinition(script, true));
        return jenkins.assertBuildStatus(result, job.scheduleBuild2(0));
    }

    private WorkflowRun build(String hello, String dockerfile, String arguments) throws Exception {
        return run(Result.SUCCESS, """
                node('%s') {
                    writeFile file: 'hello', text: '%s'
                    writeFile file: 'Dockerfile', text: '%s'
                    def image = treenqBuild(%s)
                    echo "digest=$image.digest skipped=$image.skipped builder=$image.builder platforms=$image.platforms"
                }
                """.formatted(label, hello, dockerfile, arguments));
    }

    private String tags(String... tags) {
        return "tags: ['" + image + ":" + String.join("', '" + image + ":", tags) + "']";
    }

    private void assertBuilt(WorkflowRun run, String tag) throws Exception {
        jenkins.assertLogContains("digest=" + digest(tag) + " skipped=false builder=default", run);
    }

    private void assertSkipped(WorkflowRun run, String tag) throws Exception {
        jenkins.assertLogContains("Nothing is built: " + image + "@" + digest(tag) + " already exists", run);
        jenkins.assertLogContains("digest=" + digest(tag) + " skipped=true builder=null platforms=[linux/amd64]", run);
        assertThat(run.getAction(ImagesAction.class).getImages(), hasSize(1));
        assertThat(run.getArtifacts(), hasSize(1));
    }

    private void assertNoBuilderNeeded(WorkflowRun run) throws Exception {
        jenkins.assertLogNotContains("Building on", run);
    }

    @Test
    void anImageThatHasAllTagsIsNotBuiltAgain() throws Exception {
        String call = tags("1", "2") + ", skipIfPresent: true";
        assertBuilt(build("one", DOCKERFILE, call), "1");
        String first = digest("1");

        WorkflowRun skipped = build("two", DOCKERFILE, call);

        assertSkipped(skipped, "1");
        assertNoBuilderNeeded(skipped);
        assertEquals(first, digest("1"));
        // The image is built if one of the tags points to another image or does not exist.
        assertBuilt(build("two", DOCKERFILE, tags("2")), "2");
        assertNotEquals(first, digest("2"));
        assertBuilt(build("two", DOCKERFILE, call), "1");
        assertBuilt(build("three", DOCKERFILE, tags("1", "3") + ", skipIfPresent: true"), "3");
        JenkinsRule.WebClient client = jenkins.createWebClient();
        assertThat(
                client.getPage(skipped, "treenq/").asNormalizedText(),
                containsString("skipped: the image already exists"));
        assertThat(
                client.getJSON(skipped.getUrl() + "treenq/api/json")
                        .getJSONObject()
                        .getJSONArray("images")
                        .getJSONObject(0)
                        .getBoolean("skipped"),
                is(true));
    }

    @Test
    void aDockerfileGivenAsTextBelongsToTheInputs() throws Exception {
        String call = tags("1") + ", skipIfUnchanged: true, dockerfileText: 'FROM busybox\\nCOPY hello /%s\\n'";
        assertBuilt(build("one", "", call.formatted("a")), "1");

        WorkflowRun same = build("one", "", call.formatted("a"));

        assertSkipped(same, "1");
        jenkins.assertLogNotContains("WARNING: the image is built", same);
        String first = digest("1");
        // The text of the Dockerfile changes, and then a file that it copies.
        assertBuilt(build("one", "", call.formatted("b")), "1");
        assertNotEquals(first, digest("1"));
        assertBuilt(build("two", "", call.formatted("b")), "1");
    }

    @Test
    void skippingNeedsNeitherAWorkspaceNorABuilder() throws Exception {
        build("one", DOCKERFILE, tags("1"));
        TreenqConfiguration.get().setBuilders(List.of());

        WorkflowRun run = run(
                Result.SUCCESS,
                "def image = treenqBuild(" + tags("1") + ", skipIfPresent: true);"
                        + " echo \"digest=$image.digest skipped=$image.skipped builder=$image.builder"
                        + " platforms=$image.platforms\"");

        assertSkipped(run, "1");
    }

    @Test
    void buildsWithOutputsOrWithoutPushedTagsAreNotSkipped() throws Exception {
        build("one", DOCKERFILE, tags("1"));

        for (String more : List.of("push: false", "outputs: [output(type: 'tar', dest: 'out.tar')]")) {
            jenkins.assertLogContains(
                    "skipped=false", build("one", DOCKERFILE, tags("1") + ", skipIfPresent: true, " + more));
        }
        jenkins.assertLogContains(
                "skipped=false",
                build("one", DOCKERFILE, "tags: ['" + image + "'], pushByDigest: true, skipIfPresent: true"));
    }

    @Test
    void theImageIsBuiltIfTheRegistryCannotBeQueried() throws Exception {
        build("one", DOCKERFILE, tags("1"));
        // The daemon can still use the registry.
        TreenqConfiguration.get().getRegistries().get(0).setCaCertificate(null);

        String reason = "registry " + daemon.registry() + " has a certificate that is not trusted or";
        WorkflowRun present = build("one", DOCKERFILE, tags("1") + ", skipIfPresent: true");
        jenkins.assertLogContains(
                "WARNING: the image is built, because the registry could not be queried: " + reason, present);
        assertBuilt(present, "1");
        WorkflowRun unchanged = build("one", DOCKERFILE, tags("1") + ", skipIfUnchanged: true");
        jenkins.assertLogContains(
                "WARNING: the image is built, because its inputs could not be compared: " + reason, unchanged);
        assertBuilt(unchanged, "1");
    }

    /** The daemon has the mirror in its own configuration. */
    @Test
    void theWarningMentionsMirrorsIfTheRegistryIsUnreachable() throws Exception {
        TreenqConfiguration.get().getRegistries().stream()
                .filter(registry -> registry.getHost().equals("docker.io"))
                .forEach(registry -> registry.setMirrors(List.of()));

        WorkflowRun run = build("one", DOCKERFILE, tags("1") + ", skipIfUnchanged: true");

        assertThat(
                JenkinsRule.getLog(run),
                matchesPattern("(?s).*WARNING: the image is built, because its inputs could not be compared: registry "
                        + "\\S*docker.io"
                        + " (?:has a host name that cannot be resolved|cannot be reached from here|does "
                        + "not answer in time)"
                        + "; if builds reach it through a mirror, add that to the mirrors of the "
                        + "registry in Manage Jenkins » System\\R.*"));
        assertBuilt(run, "1");
    }

    @Test
    void aWrongLoginFailsTheBuildAsWithoutSkipping() throws Exception {
        Configured.add(Configured.login("wrong", daemon.login().username(), "wrong-password"));

        WorkflowRun run = run(Result.FAILURE, """
                node {
                    writeFile file: 'Dockerfile', text: 'FROM busybox'
                    treenqBuild(%s, credentialsId: 'wrong', skipIfPresent: true)
                }
                """.formatted(tags("1")));

        jenkins.assertLogContains(
                "WARNING: the image is built, because the registry could not be queried: registry", run);
        jenkins.assertLogContains("ERROR: building " + image + ":1 on builder 'default' failed: ", run);
        jenkins.assertLogNotContains("wrong-password", run);
    }

    @Test
    void anImageWithUnchangedInputsIsNotBuiltAgain() throws Exception {
        String call = tags("1", "2") + ", skipIfUnchanged: true";
        assertBuilt(build("one", DOCKERFILE, call), "1");
        String first = digest("1");

        assertSkipped(build("one", DOCKERFILE, call), "1");
        assertEquals(first, digest("1"));

        assertBuilt(build("two", DOCKERFILE, call), "1");
        assertNotEquals(first, digest("1"));
        assertBuilt(build("two", DOCKERFILE + "LABEL a=b\\n", call), "1");
        assertBuilt(build("two", DOCKERFILE, call + ", buildArgs: [A: '1']"), "1");
        // One of the tags points to an image of another build.
        run(Result.SUCCESS, "treenqPromote from: '" + image + "@" + first + "', to: '" + image + ":2'");
        assertBuilt(build("two", DOCKERFILE, call), "2");
        assertSkipped(build("two", DOCKERFILE, call), "2");
        // The name of the base image points to another image.
        String base = daemon.mirror() + "/" + repository + ":base";
        String onBase = "FROM " + base + "\\nCOPY hello /\\n";
        run(Result.SUCCESS, "treenqPromote from: '" + image + ":1', to: '" + base + "'");
        assertBuilt(build("two", onBase, call), "1");
        assertSkipped(build("two", onBase, call), "1");
        run(Result.SUCCESS, "treenqPromote from: '" + image + "@" + first + "', to: '" + base + "'");
        assertBuilt(build("two", onBase, call), "1");
    }

    @Test
    void anImageWithUnknownInputsIsBuilt() throws Exception {
        for (int i = 0; i < 2; i++) {
            WorkflowRun run = build("one", DOCKERFILE, tags("1") + ", skipIfUnchanged: true, noCache: true");
            jenkins.assertLogContains(
                    "WARNING: the image is built, because its inputs could not be compared: the inputs that the option "
                            + "'no-cache' adds are unknown",
                    run);
            assertBuilt(run, "1");
        }
    }

    @Test
    void freestyleJobsAndInboundAgentsSkipTheSameBuilds() throws Exception {
        new Pipelines(jenkins).connect(agents, "remote");
        FreeStyleProject job = jenkins.createFreeStyleProject();
        job.getBuildersList().add(new CreateFileBuilder("hello", "one"));
        job.getBuildersList().add(new CreateFileBuilder("Dockerfile", DOCKERFILE.replace("\\n", "\n")));
        TreenqBuildStep step = new TreenqBuildStep(List.of(image + ":1"));
        step.setSkipIfUnchanged(true);
        job.getBuildersList().add(new TreenqBuilder(step));

        BuiltImage built = onlyImage(jenkins.buildAndAssertSuccess(job));
        FreeStyleBuild second = jenkins.buildAndAssertSuccess(job);
        label = "remote";

        assertFalse(built.isSkipped());
        assertThat(onlyImage(second).isSkipped(), is(true));
        assertEquals(built.getDigest(), onlyImage(second).getDigest());
        assertSkipped(build("one", DOCKERFILE, tags("1") + ", skipIfUnchanged: true"), "1");
        step.setSkipIfUnchanged(false);
        step.setSkipIfPresent(true);
        assertThat(onlyImage(jenkins.buildAndAssertSuccess(job)).isSkipped(), is(true));
    }

    private static BuiltImage onlyImage(Run<?, ?> run) {
        List<BuiltImage> images = run.getAction(ImagesAction.class).getImages();
        assertThat(images, hasSize(1));
        return images.get(0);
    }
}
