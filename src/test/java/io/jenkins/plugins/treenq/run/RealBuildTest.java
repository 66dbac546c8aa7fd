// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.run;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.matchesPattern;
import static org.hamcrest.Matchers.not;
import static org.hamcrest.Matchers.notNullValue;
import static org.junit.jupiter.api.Assertions.assertEquals;

import hudson.EnvVars;
import hudson.Launcher;
import hudson.model.AbstractBuild;
import hudson.model.BuildListener;
import hudson.model.Fingerprint;
import hudson.model.FreeStyleBuild;
import hudson.model.FreeStyleProject;
import hudson.model.Result;
import hudson.model.Run;
import hudson.tasks.Fingerprinter.FingerprintAction;
import hudson.tasks.Shell;
import io.jenkins.plugins.treenq.buildkit.Daemon;
import io.jenkins.plugins.treenq.buildkit.Registry;
import io.jenkins.plugins.treenq.config.BuildkitBuilder;
import io.jenkins.plugins.treenq.harness.SharedJenkins;
import io.jenkins.plugins.treenq.report.BuiltImage;
import io.jenkins.plugins.treenq.report.ImagesAction;
import io.jenkins.plugins.treenq.step.TreenqBuildStep;
import io.jenkins.plugins.treenq.step.TreenqBuilder;
import io.jenkins.plugins.treenq.timeline.ExportedStep;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import jenkins.model.Jenkins;
import org.jenkinsci.plugins.workflow.cps.CpsFlowDefinition;
import org.jenkinsci.plugins.workflow.job.WorkflowJob;
import org.jenkinsci.plugins.workflow.job.WorkflowRun;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.jvnet.hudson.test.CreateFileBuilder;
import org.jvnet.hudson.test.JenkinsRule;
import org.jvnet.hudson.test.TestBuilder;
import org.jvnet.hudson.test.junit.jupiter.InboundAgentExtension;

/** Jobs of a real Jenkins on a real daemon, which pushes to a real registry. */
@SharedJenkins
class RealBuildTest {
    private static final String DOCKERFILE =
            "FROM busybox\\nARG SOURCE_DATE_EPOCH\\nCOPY hello /hello\\nRUN cat /hello\\n";

    /** Makes the file equal in both workspaces, because its time and mode are part of the image. */
    private static final String SAME_FILE = "touch -d @1700000000 hello; chmod 644 hello";

    @RegisterExtension
    private final InboundAgentExtension agents = new InboundAgentExtension();

    private JenkinsRule jenkins;
    private Pipelines pipelines;
    private Daemon daemon;
    private String repository;

    @BeforeEach
    void start(JenkinsRule rule) throws Exception {
        jenkins = rule;
        pipelines = new Pipelines(rule);
        daemon = Daemon.first();
        repository = "test-" + UUID.randomUUID().toString().substring(0, 8);
        Configured.with(daemon);
    }

    @Test
    void theStepReturnsTheDigestOfThePushedImage() throws Exception {
        WorkflowRun run = pipelines.success("""
                %s
                def image = treenqBuild(tags: ['%s:1', '%s:latest'], labels: [team: 'shop'])
                echo "digest=$image.digest"
                echo "id=$image.imageId"
                echo "reference=$image.reference"
                echo "string=$image"
                echo "tags=$image.tags platforms=$image.platforms builder=$image.builder"
                echo "long=${image.duration > 0}"
                echo "descriptor=${image.metadata['containerimage.descriptor'].digest}"
                """.formatted(files(), image(), image()));

        String digest = new Registry(daemon).digest(repository, "1").orElseThrow();
        assertEquals(digest, new Registry(daemon).digest(repository, "latest").orElseThrow());
        jenkins.assertLogContains("digest=" + digest, run);
        jenkins.assertLogContains("id=sha256:", run);
        jenkins.assertLogContains("reference=" + image() + "@" + digest, run);
        jenkins.assertLogContains("string=" + image() + "@" + digest, run);
        jenkins.assertLogContains(
                "tags=[" + image() + ":1, " + image() + ":latest] platforms=[linux/amd64] builder=default", run);
        jenkins.assertLogContains("long=true", run);
        jenkins.assertLogContains("descriptor=" + digest, run);
    }

    @Test
    void theLogHasTheFormatOfBuildctl() throws Exception {
        String log = JenkinsRule.getLog(
                pipelines.success(files() + "; treenqBuild(tags: ['" + image() + ":1'], noCache: true)"));

        assertThat(log, containsString("Building on 'default' (" + daemon.address() + ")"));
        assertThat(log, containsString("[internal] load build definition from Dockerfile"));
        assertThat(log, containsString("[3/3] RUN cat /hello"));
        assertThat(log.lines().toList(), hasItem(matchesPattern("#\\d+ \\d+\\.\\d+ hi")));
        assertThat(log.lines().toList(), hasItem(matchesPattern("#\\d+ DONE \\d+\\.\\ds")));
        assertThat(
                log.lines().toList(),
                hasItem(matchesPattern("\\d+ steps, 0 of 2 cached, \\d+\\.\\ds, .* transferred")));
        assertThat(log, containsString("Built " + image() + "@sha256:"));
    }

    @Test
    void aDeclarativePipelineBuildsAnImage() throws Exception {
        WorkflowJob job = jenkins.createProject(WorkflowJob.class);
        job.setDefinition(new CpsFlowDefinition("""
                pipeline {
                    agent any
                    stages {
                        stage('image') {
                            steps {
                                %s
                                treenqBuild tags: ['%s:1'], buildArgs: [SOURCE_DATE_EPOCH: '1700000000'], platforms: ['linux/amd64']
                            }
                        }
                    }
                }
                """.formatted(files(), image()), true));

        WorkflowRun run = jenkins.buildAndAssertSuccess(job);

        assertThat(run.getAction(ImagesAction.class).getImages(), hasSize(1));
    }

    @Test
    void parallelBranchesBuildSeparateImages() throws Exception {
        WorkflowRun run = pipelines.success("""
                %s
                def branches = [:]
                for (int i = 0; i < 4; i++) {
                    def n = i
                    branches["b$n"] = { treenqBuild tags: ["%s:$n"], labels: [n: n] }
                }
                parallel branches
                """.formatted(files(), image()));

        List<BuiltImage> images = run.getAction(ImagesAction.class).getImages();
        assertThat(images, hasSize(4));
        assertEquals(4, images.stream().map(BuiltImage::getDigest).distinct().count());
        assertEquals(
                List.of(
                        "treenq/1-" + repository + ".json",
                        "treenq/2-" + repository + ".json",
                        "treenq/3-" + repository + ".json",
                        "treenq/4-" + repository + ".json"),
                run.getArtifacts().stream().map(a -> a.relativePath).sorted().toList());
    }

    @Test
    void freestyleAndPipelineBuildTheSameImage() throws Exception {
        String arguments = "tags: ['%s:pipeline'], buildArgs: [SOURCE_DATE_EPOCH: '1700000000']".formatted(image());
        WorkflowRun pipeline = pipelines.success(files() + "; sh '" + SAME_FILE + "'; treenqBuild " + arguments);
        FreeStyleProject job = jenkins.createFreeStyleProject("freestyle");
        job.getBuildersList().add(new CreateFileBuilder("hello", "hi\n"));
        job.getBuildersList().add(new CreateFileBuilder("Dockerfile", DOCKERFILE.replace("\\n", "\n")));
        job.getBuildersList().add(new Shell(SAME_FILE));
        TreenqBuildStep step = new TreenqBuildStep(List.of(image() + ":$JOB_NAME-$BUILD_NUMBER"));
        step.setBuildArgs(List.of("SOURCE_DATE_EPOCH=1700000000"));
        job.getBuildersList().add(new TreenqBuilder(step));
        EnvVars seen = new EnvVars();
        job.getBuildersList().add(new TestBuilder() {
            @Override
            public boolean perform(AbstractBuild<?, ?> build, Launcher launcher, BuildListener listener)
                    throws InterruptedException, IOException {
                seen.putAll(build.getEnvironment(listener));
                return true;
            }
        });

        FreeStyleBuild freestyle = jenkins.buildAndAssertSuccess(job);

        String digest = onlyImage(pipeline).getDigest();
        assertEquals(digest, onlyImage(freestyle).getDigest());
        assertEquals(
                digest, new Registry(daemon).digest(repository, "freestyle-1").orElseThrow());
        assertEquals(digest, seen.get("TREENQ_IMAGE_DIGEST"));
        assertEquals(image() + "@" + digest, seen.get("TREENQ_IMAGE"));
        // Both runs are in the fingerprint of the image.
        Fingerprint fingerprint = Jenkins.get().getFingerprintMap().get(digest.substring(7, 39));
        assertThat(fingerprint.getJobs(), hasItem("freestyle"));
        assertThat(fingerprint.getJobs(), hasItem(pipeline.getParent().getFullName()));
        assertThat(
                freestyle.getAction(FingerprintAction.class).getFingerprints().values(), hasItem(fingerprint));
    }

    @Test
    void theFreestyleStepsRunInAPipelineAndReturnNothing() throws Exception {
        WorkflowRun run = pipelines.success("""
                %s
                step([$class: 'TreenqBuilder', build: [tags: ['%s:1']]])
                """.formatted(files(), image()));
        WorkflowRun promoted = pipelines.success("""
                def done = step([$class: 'TreenqPromoter', promotion: [from: '%s:1', to: ['%s:3']]])
                echo "returned=$done image=${env.TREENQ_IMAGE}"
                """.formatted(image(), image()));

        assertEquals(
                onlyImage(run).getDigest(),
                new Registry(daemon).digest(repository, "3").orElseThrow());
        jenkins.assertLogContains("returned=null image=null", promoted);
        // The step does not have the masks of the Pipeline, so it masks everything.
        assertTells("****", run);
    }

    @Test
    void theRunStoresAndShowsTheImage() throws Exception {
        WorkflowRun run = pipelines.success(files() + "; treenqBuild tags: ['" + image() + ":1']");
        String digest = onlyImage(run).getDigest();

        String artifact = "treenq/1-" + repository + ".json";
        String metadata = new String(
                run.getArtifactManager().root().child(artifact).open().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(metadata, containsString("\"containerimage.digest\": \"" + digest + "\""));
        assertThat(metadata, containsString("\"mediaType\": "));
        assertThat(
                jenkins.jenkins.getWorkspaceFor(run.getParent()).list().stream()
                        .map(f -> f.getName())
                        .sorted()
                        .toList(),
                is(List.of("Dockerfile", "hello")));

        JenkinsRule.WebClient client = jenkins.createWebClient();
        for (String page : List.of("", "treenq/")) {
            String html = client.getPage(run, page).asNormalizedText();
            assertThat(html, containsString(image() + ":1"));
            assertThat(html, containsString(digest.substring(0, 19)));
            assertThat(html, containsString("linux/amd64"));
        }
        assertEquals(
                digest,
                client.getJSON(run.getUrl() + "treenq/api/json")
                        .getJSONObject()
                        .getJSONArray("images")
                        .getJSONObject(0)
                        .getString("digest"));
        assertThat(
                client.getJSON(run.getUrl() + "api/json?tree=actions[images[digest,tags,reference]]")
                        .getContentAsString(),
                containsString(image() + "@" + digest));
        // The stored run has the same values.
        run.reload();
        assertEquals(digest, onlyImage(run).getDigest());
        assertEquals(digest, ((Map<?, ?>) onlyImage(run).getMetadata().get("containerimage.descriptor")).get("digest"));
    }

    @Test
    void withoutTagsNoImageIsCreated() throws Exception {
        WorkflowRun run =
                pipelines.success(files() + "; def image = treenqBuild(tags: []); echo \"digest=$image.digest\"");

        jenkins.assertLogContains("digest=null", run);
        assertThat(run.getAction(ImagesAction.class).getImages(), is(empty()));
        assertThat(run.getArtifacts(), is(empty()));
    }

    @Test
    void credentialsOfTheStepTakePrecedence() throws Exception {
        Configured.add(Configured.login("wrong", daemon.login().username(), "wrong-password"));
        String call = "treenqBuild tags: ['" + image() + ":1'], credentialsId: ";

        WorkflowRun refused = pipelines.failure(files() + "; " + call + "'wrong'");
        jenkins.assertLogContains("ERROR: building " + image() + ":1 on builder 'default' failed: ", refused);
        jenkins.assertLogNotContains("wrong-password", refused);
        jenkins.assertLogNotContains("\tat ", refused);

        pipelines.success(files() + "; " + call + "'" + Configured.LOGIN + "'");
    }

    @Test
    void aFailedBuildStepIsShownWithItsSource() throws Exception {
        WorkflowRun run = pipelines.failure("""
                writeFile file: 'Dockerfile', text: 'FROM busybox\\nRUN echo almost; exit 7\\n'
                treenqBuild tags: ['%s:1']
                """.formatted(image()));

        jenkins.assertLogContains("   2 | >>> RUN echo almost; exit 7", run);
        jenkins.assertLogContains("ERROR: building " + image() + ":1 on builder 'default' failed: ", run);
        jenkins.assertLogNotContains("\tat ", run);
        assertThat(run.getAction(ImagesAction.class).getImages(), is(empty()));
    }

    @Test
    void secretsAreMaskedInTheLog() throws Exception {
        String log = JenkinsRule.getLog(
                pipelines.success("""
                writeFile file: 'Dockerfile', text: 'FROM busybox\\nARG P\\nRUN echo "it is $P"\\n'
                treenqBuild tags: ['%s:1'], buildArgs: [P: '%s'], noCache: true
                """.formatted(image(), daemon.login().secret())));

        assertThat(log, containsString("it is ****"));
        assertThat(log, not(containsString(daemon.login().secret())));
    }

    @Test
    void theStepWorksInsideRetryAndTimeout() throws Exception {
        WorkflowRun run = pipelines.success("""
                int tries = 0
                retry(2) {
                    writeFile file: 'Dockerfile', text: tries++ == 0 ? 'FROM busybox\\nRUN false' : 'FROM busybox\\nRUN true'
                    treenqBuild tags: ['%s:1']
                }
                writeFile file: 'Dockerfile', text: 'FROM busybox\\nRUN sleep 300'
                try {
                    timeout(time: 5, unit: 'SECONDS') { treenqBuild tags: [], noCache: true }
                    error 'it should have taken longer'
                } catch (org.jenkinsci.plugins.workflow.steps.FlowInterruptedException e) {
                    echo 'timed out'
                }
                """.formatted(image()));

        jenkins.assertLogContains("timed out", run);
    }

    @Test
    void abortingStopsTheBuildInTheDaemon() throws Exception {
        String mark = UUID.randomUUID().toString();
        WorkflowJob job = pipelines.job("""
                writeFile file: 'Dockerfile', text: 'FROM busybox\\nRUN sleep 300; echo %s\\n'
                treenqBuild tags: ['%s:1']
                """.formatted(mark, image()));
        WorkflowRun run = job.scheduleBuild2(0).waitForStart();
        DaemonSteps.await(mark, true);

        run.doStop();

        jenkins.assertBuildStatus(Result.ABORTED, jenkins.waitForCompletion(run));
        DaemonSteps.await(mark, false);

        FreeStyleProject freestyle = jenkins.createFreeStyleProject();
        freestyle
                .getBuildersList()
                .add(new CreateFileBuilder("Dockerfile", "FROM busybox\nRUN sleep 300; echo 2" + mark + "\n"));
        freestyle.getBuildersList().add(new TreenqBuilder(new TreenqBuildStep(List.of(image() + ":2"))));
        FreeStyleBuild build = freestyle.scheduleBuild2(0).waitForStart();
        DaemonSteps.await("2" + mark, true);

        build.doStop();

        jenkins.assertBuildStatus(Result.ABORTED, jenkins.waitForCompletion(build));
        DaemonSteps.await("2" + mark, false);
    }

    @Test
    void anInboundAgentBuildsAndReportsFailures() throws Exception {
        pipelines.connect(agents, "remote");
        WorkflowRun built = jenkins.buildAndAssertSuccess(pipelines.job("""
                %s
                def image = treenqBuild(tags: ['%s:1'])
                echo "digest=$image.digest"
                """.formatted(files(), image()), "remote"));
        String log = JenkinsRule.getLog(built);
        assertThat(
                log,
                containsString(
                        "digest=" + new Registry(daemon).digest(repository, "1").orElseThrow()));

        assertThat(log, containsString("[3/3] RUN cat /hello"));
        assertTells("[3/3] RUN cat /hello", built);
        WorkflowRun failed = jenkins.assertBuildStatus(
                Result.FAILURE,
                pipelines
                        .job(
                                "writeFile file: 'Dockerfile', text: 'FROM no-such-image'; treenqBuild tags: ['"
                                        + image() + ":2']",
                                "remote")
                        .scheduleBuild2(0));
        jenkins.assertLogContains("ERROR: building " + image() + ":2 on builder 'default' failed: ", failed);
        jenkins.assertLogContains("FROM no-such-image", failed);
        assertTells("[internal] load metadata for docker.io/library/no-such-image", failed);
        jenkins.assertLogNotContains("\tat ", failed);
    }

    @Test
    void abortingStopsTheBuildOfAnInboundAgent() throws Exception {
        pipelines.connect(agents, "remote");
        String mark = UUID.randomUUID().toString();
        WorkflowJob job = pipelines.job("""
                writeFile file: 'Dockerfile', text: 'FROM busybox\\nRUN sleep 300; echo %s\\n'
                treenqBuild tags: ['%s:1']
                """.formatted(mark, image()), "remote");
        WorkflowRun run = job.scheduleBuild2(0).waitForStart();
        DaemonSteps.await(mark, true);

        run.doStop();

        jenkins.assertBuildStatus(Result.ABORTED, jenkins.waitForCompletion(run));
        DaemonSteps.await(mark, false);
    }

    @Test
    void testConnectionDescribesTheDaemon() throws Exception {
        String text = jenkins.jenkins
                .getDescriptorByType(BuildkitBuilder.DescriptorImpl.class)
                .doTestConnection(null, "default", daemon.address(), "", Configured.CERTIFICATE, "10")
                .getMessage();

        assertThat(text, containsString("BuildKit " + daemon.version()));
        assertThat(text, containsString("linux/amd64"));
        assertThat(text, containsString("snapshotter "));
        assertThat(text, containsString("rootless"));
    }

    private static void assertTells(String step, WorkflowRun run) {
        List<String> names = run.getAction(ImagesAction.class).getBuilds().get(0).getSteps().stream()
                .map(ExportedStep::name)
                .toList();
        assertThat(names, hasItem(containsString(step)));
    }

    private String image() {
        return daemon.registry() + "/" + repository;
    }

    private static String files() {
        return "writeFile file: 'hello', text: 'hi\\n'; writeFile file: 'Dockerfile', text: '" + DOCKERFILE + "'";
    }

    private static BuiltImage onlyImage(Run<?, ?> run) {
        ImagesAction action = run.getAction(ImagesAction.class);
        assertThat(action, is(notNullValue()));
        assertThat(action.getImages(), hasSize(1));
        return action.getImages().get(0);
    }
}
