// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.run;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.matchesPattern;
import static org.hamcrest.Matchers.not;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import hudson.EnvVars;
import hudson.FilePath;
import hudson.Launcher;
import hudson.model.AbstractBuild;
import hudson.model.Fingerprint;
import hudson.model.FreeStyleBuild;
import hudson.model.FreeStyleProject;
import hudson.model.ParametersAction;
import hudson.model.ParametersDefinitionProperty;
import hudson.model.Result;
import hudson.model.Run;
import hudson.model.StringParameterDefinition;
import hudson.model.StringParameterValue;
import io.jenkins.plugins.treenq.buildkit.BuildListener;
import io.jenkins.plugins.treenq.buildkit.Certificates;
import io.jenkins.plugins.treenq.buildkit.Daemon;
import io.jenkins.plugins.treenq.buildkit.client.BuildkitClient;
import io.jenkins.plugins.treenq.buildkit.client.DockerfileBuild;
import io.jenkins.plugins.treenq.buildkit.client.PreparedBuild;
import io.jenkins.plugins.treenq.buildkit.client.Workspace;
import io.jenkins.plugins.treenq.buildkit.images.CraneRegistry;
import io.jenkins.plugins.treenq.config.Policy;
import io.jenkins.plugins.treenq.config.Registry;
import io.jenkins.plugins.treenq.config.TreenqConfiguration;
import io.jenkins.plugins.treenq.harness.SharedJenkins;
import io.jenkins.plugins.treenq.report.BuiltImage;
import io.jenkins.plugins.treenq.report.ImagesAction;
import io.jenkins.plugins.treenq.step.ResultHandling;
import io.jenkins.plugins.treenq.step.TreenqBuildStep;
import io.jenkins.plugins.treenq.step.TreenqBuilder;
import io.jenkins.plugins.treenq.step.TreenqInspectStep;
import io.jenkins.plugins.treenq.step.TreenqInspector;
import io.jenkins.plugins.treenq.step.TreenqPromoteStep;
import io.jenkins.plugins.treenq.step.TreenqPromoter;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.SSLContext;
import jenkins.model.ArtifactManager;
import jenkins.model.ArtifactManagerConfiguration;
import jenkins.model.ArtifactManagerFactory;
import jenkins.model.Jenkins;
import jenkins.model.StandardArtifactManager;
import org.jenkinsci.plugins.workflow.cps.CpsFlowDefinition;
import org.jenkinsci.plugins.workflow.job.WorkflowJob;
import org.jenkinsci.plugins.workflow.job.WorkflowRun;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.jvnet.hudson.test.CreateFileBuilder;
import org.jvnet.hudson.test.JenkinsRule;
import org.jvnet.hudson.test.TestBuilder;

/** Steps that need neither a workspace nor a builder, in a real Jenkins with real registries. */
@SharedJenkins
class RegistryImagesTest {
    @TempDir
    Path folder;

    private JenkinsRule jenkins;
    private Daemon daemon;
    private String image;

    @BeforeEach
    void start(JenkinsRule rule) throws Exception {
        jenkins = rule;
        jenkins.jenkins.setNumExecutors(0);
        daemon = Daemon.first();
        image = daemon.registry() + "/look-" + UUID.randomUUID().toString().substring(0, 8);
        Configured.with(daemon);
        // No registry listens on this port.
        allow("localhost:1");
    }

    private static void allow(String... hosts) {
        Policy policy = new Policy();
        policy.setControllerHosts(List.of(hosts));
        TreenqConfiguration.get().setPolicy(policy);
    }

    /** Pushes an image without Jenkins, and returns its digest. */
    private String build(String tag, String... platforms) throws Exception {
        Files.writeString(folder.resolve("hello"), tag);
        DockerfileBuild build = DockerfileBuild.builder()
                .dockerfileText("FROM scratch\nCOPY hello /\nLABEL tag=" + tag + "\n")
                .tags(List.of(image + ":" + tag))
                .push(true)
                .labels(Map.of("team", "shop"))
                .annotations(Map.of("com.example.tested", "no"))
                .platforms(List.of(platforms))
                .provenance("mode=max")
                .build();
        PreparedBuild prepared = build.in(new Workspace(folder, folder));
        try (BuildkitClient client = BuildkitClient.connect(daemon.endpoint())) {
            return client.build(
                            prepared.request(),
                            prepared.content(daemon.logins(), id -> Optional.empty(), Map.of(), ""),
                            BuildListener.NONE)
                    .digest()
                    .orElseThrow()
                    .value();
        }
    }

    private WorkflowRun run(Result result, String script) throws Exception {
        WorkflowJob job = jenkins.createProject(WorkflowJob.class);
        job.setDefinition(new CpsFlowDefinition(script, true));
        return jenkins.assertBuildStatus(result, job.scheduleBuild2(0));
    }

    /** Asserts that the run fails with the line and without a stack trace. */
    private void assertFails(String line, String script) throws Exception {
        WorkflowRun run = run(Result.FAILURE, script);
        jenkins.assertLogContains("ERROR: " + line, run);
        jenkins.assertLogNotContains("\tat ", run);
    }

    @Test
    void inspectReturnsTheMetadataOfTheImage() throws Exception {
        String digest = build("1", "linux/amd64", "linux/arm64");

        WorkflowRun run = run(Result.SUCCESS, """
                def image = treenqInspect('%s:1')
                sleep time: 1, unit: 'MILLISECONDS'  // the image is written to the disk meanwhile
                echo "string=$image digest=$image.digest type=$image.mediaType"
                echo "platforms=$image.platforms small=${image.platforms.every { it.size > 0 && it.size < image.size }}"
                echo "digests=${image.platforms*.digest.every { it ==~ /sha256:[0-9a-f]{64}/ }}"
                echo "labels=$image.labels ${image.platforms[0].labels}"
                echo "annotations=${image.platforms[1].annotations} of the index: $image.annotations"
                echo "created=${image.created ==~ /20..-..-..T.*Z/} provenance=$image.provenance sbom=$image.sbom"
                """.formatted(image));

        String log = JenkinsRule.getLog(run);
        assertThat(
                log,
                containsString("string=" + image + "@" + digest + " digest=" + digest
                        + " type=application/vnd.oci.image.index.v1+json"));
        assertThat(log, containsString("platforms=[linux/amd64, linux/arm64] small=true"));
        assertThat(log, containsString("digests=true"));
        assertThat(log, containsString("labels=[tag:1, team:shop] [tag:1, team:shop]"));
        assertThat(log, containsString("annotations=[com.example.tested:no] of the index: [:]"));
        assertThat(log, containsString("created=true provenance=true sbom=false"));
        assertThat(log, containsString("Found " + image + "@" + digest));
    }

    @Test
    void inspectReturnsNullForAMissingImage() throws Exception {
        WorkflowRun run = run(Result.SUCCESS, """
                echo "found=${treenqInspect('%s:1')}"
                """.formatted(image));

        jenkins.assertLogContains("found=null", run);
        jenkins.assertLogContains("There is no image " + image + ":1", run);
    }

    @Test
    void mirrorsOfARegistryAreQueried() throws Exception {
        WorkflowRun run = run(Result.SUCCESS, "echo \"found=${treenqInspect('busybox')}\"");

        jenkins.assertLogContains("found=docker.io/library/busybox@sha256:", run);
    }

    @Test
    void credentialsOfTheStepAreUsedAndWrongOnesRefused() throws Exception {
        build("1");
        TreenqConfiguration.get().getRegistries().get(0).setCredentialsId(null);
        Configured.add(Configured.login("wrong", daemon.login().username(), "wrong-password"));
        String failed = "inspecting " + image + ":1 failed: registry " + daemon.registry() + " does not allow ";
        String call = "treenqInspect image: '" + image + ":1', credentialsId: ";

        run(Result.SUCCESS, call + "'" + Configured.LOGIN + "'");
        assertFails(failed + "reading ", "treenqInspect '" + image + ":1'");
        assertFails(failed + "reading ", call + "'wrong'");
        assertFails(
                "credentials 'no-such' were not found, or may not be used here; registry '" + daemon.registry()
                        + "' needs a username with password, check the id",
                call + "'no-such'");
    }

    @Test
    void onlyCredentialsOfTheQueriedRegistryAreNeeded() throws Exception {
        Registry other = new Registry("registry.example.com");
        other.setCredentialsId("gone");
        TreenqConfiguration.get().setRegistries(List.of(other));

        assertFails("credentials 'gone' were not found", "treenqInspect 'registry.example.com/shop/web:1'");
        assertThat(
                JenkinsRule.getLog(run(Result.FAILURE, "treenqInspect 'localhost:1/shop/web:1'")),
                not(containsString("gone")));
    }

    @Test
    void unreachableRegistriesAndInvalidNamesFailInOneLine() throws Exception {
        assertFails(
                "inspecting localhost:1/a/b:1 failed: registry localhost:1 cannot be reached from here",
                "treenqInspect 'localhost:1/a/b:1'");
        assertFails("'a/B' is not an image name: ", "treenqInspect 'a/B'");
        assertFails("'' is not an image name: ", "treenqInspect ''");
        TreenqConfiguration.get().getRegistries().get(0).setCaCertificate(null);
        assertFails(
                "inspecting " + image + ":1 failed: registry " + daemon.registry()
                        + " has a certificate that is not trusted or is for another host",
                "treenqInspect '" + image + ":1'");
    }

    private String digest(String repository, String tag) throws Exception {
        return new io.jenkins.plugins.treenq.buildkit.Registry(daemon)
                .digest(repository.substring(repository.indexOf('/') + 1), tag)
                .orElse(null);
    }

    @Test
    void aPromotedImageIsTaggedAndStoredAndShownByTheRun() throws Exception {
        String digest = build("1", "linux/amd64", "linux/arm64");
        String other = image + "-other";

        WorkflowRun run = run(Result.SUCCESS, """
                def image = treenqPromote from: '%s:1', to: ['%s:stable', '%s:1']
                sleep time: 1, unit: 'MILLISECONDS'
                echo "string=$image digest=$image.digest tags=$image.tags"
                echo "from=$image.promotedFrom platforms=$image.platforms builder=$image.builder"
                """.formatted(image, image, other));

        assertEquals(digest, digest(image, "stable"));
        assertEquals(digest, digest(other, "1"));
        jenkins.assertLogContains(
                "Promoting " + image + "@" + digest + " to " + image + ":stable, " + other + ":1", run);
        jenkins.assertLogContains(
                "string=" + image + "@" + digest + " digest=" + digest + " tags=[" + image + ":stable, " + other
                        + ":1]",
                run);
        jenkins.assertLogContains("from=" + image + ":1 platforms=[linux/amd64, linux/arm64] builder=null", run);
        run.reload();
        JenkinsRule.WebClient client = jenkins.createWebClient();
        for (String page : List.of("", "treenq/")) {
            String text = client.getPage(run, page).asNormalizedText();
            assertThat(text, containsString(image + ":stable"));
            assertThat(text, containsString("promoted from " + image + ":1"));
        }
        assertThat(
                client.getJSON(run.getUrl() + "treenq/api/json").getContentAsString(),
                containsString("\"promotedFrom\":\"" + image + ":1\""));
        String artifact = "treenq/promoted-1-" + image.substring(image.indexOf('/') + 1) + ".json";
        String metadata = new String(
                run.getArtifactManager().root().child(artifact).open().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(metadata, containsString("\"treenq.promoted.from\": \"" + image + ":1\""));
        Fingerprint fingerprint = Jenkins.get().getFingerprintMap().get(digest.substring(7, 39));
        assertThat(fingerprint.getJobs(), hasItem(run.getParent().getFullName()));
        // No job of this Jenkins has built the image.
        assertNull(fingerprint.getOriginal());
    }

    /** Archives nothing before two images are to be archived. */
    public static final class TwoAtOnce extends ArtifactManagerFactory {
        @Override
        public ArtifactManager managerFor(Run<?, ?> build) {
            return new Archive(build);
        }

        private static final class Archive extends StandardArtifactManager {
            private static final CyclicBarrier BOTH = new CyclicBarrier(2);

            Archive(Run<?, ?> build) {
                super(build);
            }

            @Override
            public void archive(
                    FilePath workspace,
                    Launcher launcher,
                    hudson.model.BuildListener listener,
                    Map<String, String> artifacts)
                    throws IOException, InterruptedException {
                try {
                    BOTH.await(DaemonSteps.PATIENCE.toSeconds(), TimeUnit.SECONDS);
                } catch (BrokenBarrierException | TimeoutException e) {
                    throw new IOException(e);
                }
                super.archive(workspace, launcher, listener, artifacts);
            }
        }
    }

    @Test
    void imagesThatArePromotedAtTheSameTimeHaveMetadataOfTheirOwn() throws Exception {
        build("1");
        build("2");
        TwoAtOnce factory = new TwoAtOnce();
        ArtifactManagerConfiguration.get().getArtifactManagerFactories().add(factory);
        try {
            WorkflowRun run = run(Result.SUCCESS, """
                    parallel(
                        one: { treenqPromote from: '%1$s:1', to: ['%1$s:one'] },
                        two: { treenqPromote from: '%1$s:2', to: ['%1$s:two'] })
                    """.formatted(image));

            List<BuiltImage> images = run.getAction(ImagesAction.class).getImages();
            assertEquals(2, images.size());
            for (BuiltImage promoted : images) {
                String metadata = new String(
                        run.getArtifactManager()
                                .root()
                                .child(promoted.getArtifact())
                                .open()
                                .readAllBytes(),
                        StandardCharsets.UTF_8);
                assertThat(metadata, containsString(promoted.getDigest()));
            }
        } finally {
            ArtifactManagerConfiguration.get().getArtifactManagerFactories().remove(factory);
        }
    }

    @Test
    void anImageIsCopiedToOtherRegistriesWithAndWithoutTls() throws Exception {
        String digest = build("1", "linux/amd64", "linux/arm64");
        String repository = image.substring(image.indexOf('/'));
        try (CraneRegistry plain = new CraneRegistry(folder)) {
            Registry allowed = new Registry(plain.host());
            allowed.setPlainHttp(true);
            List<Registry> registries =
                    new ArrayList<>(TreenqConfiguration.get().getRegistries());
            registries.add(allowed);
            TreenqConfiguration.get().setRegistries(registries);

            WorkflowRun run = run(Result.SUCCESS, """
                    treenqPromote from: '%s:1', to: ['%s:2', '%s:2']
                    echo "one=${treenqInspect('%s:2')} two=${treenqInspect('%s:2').provenance}"
                    """.formatted(
                            image,
                            daemon.mirror() + repository,
                            plain.host() + repository,
                            daemon.mirror() + repository,
                            plain.host() + repository));

            jenkins.assertLogContains("one=" + daemon.mirror() + repository + "@" + digest + " two=true", run);

            allowed.setPlainHttp(false);
            assertFails(
                    "promoting " + image + "@" + digest + " failed, nothing was tagged: registry " + plain.host()
                            + " does not support TLS, and plain HTTP is not allowed for it",
                    "treenqPromote from: '" + image + ":1', to: '" + plain.host() + repository + ":3'");
        }
    }

    @Test
    void resultsOfInspectAndBuildCanBePromoted() throws Exception {
        String digest = build("1");
        jenkins.jenkins.setNumExecutors(1);

        run(Result.SUCCESS, "treenqPromote from: treenqInspect('" + image + ":1'), to: '" + image + ":found'");
        WorkflowRun run = run(Result.SUCCESS, """
                def image
                node {
                    writeFile file: 'Dockerfile', text: 'FROM scratch\\nCOPY Dockerfile /'
                    image = treenqBuild(tags: ['%s'], pushByDigest: true)
                }
                echo "tags=$image.tags"
                treenqPromote from: image, to: ['%s:tested']
                echo "digest=$image.digest"
                """.formatted(image, image));

        assertEquals(digest, digest(image, "found"));
        jenkins.assertLogContains("digest=" + digest(image, "tested"), run);
        jenkins.assertLogContains("tags=[" + image + "]", run);
        assertNull(digest(image, "latest"));
        Fingerprint fingerprint =
                Jenkins.get().getFingerprintMap().get(digest(image, "tested").substring(7, 39));
        assertEquals(run.getParent().getFullName(), fingerprint.getOriginal().getName());
        assertFails(
                "there is nothing to promote: 'from' is empty, or is the result of a build that created no named image",
                """
                def image
                node { writeFile file: 'Dockerfile', text: 'FROM scratch\\nCOPY Dockerfile /'; image = treenqBuild(tags: []) }
                treenqPromote from: image, to: ['%s:2']
                """.formatted(image));
    }

    @Test
    void freestyleJobsPromoteTheImageOfAnEarlierStep() throws Exception {
        jenkins.jenkins.setNumExecutors(1);
        FreeStyleProject job = jenkins.createFreeStyleProject("freestyle");
        job.getBuildersList().add(new CreateFileBuilder("Dockerfile", "FROM scratch\nCOPY Dockerfile /\n"));
        job.getBuildersList().add(new TreenqBuilder(new TreenqBuildStep(List.of(image + ":1"))));
        job.getBuildersList()
                .add(new TreenqPromoter(
                        new TreenqPromoteStep("$TREENQ_IMAGE", List.of(image + ":$JOB_NAME-$BUILD_NUMBER"))));

        FreeStyleBuild build = jenkins.buildAndAssertSuccess(job);

        assertEquals(digest(image, "1"), digest(image, "freestyle-1"));
        List<BuiltImage> images = build.getAction(ImagesAction.class).getImages();
        assertEquals(image + "@" + digest(image, "1"), images.get(1).getPromotedFrom());
    }

    @Test
    void anInspectionSetsVariablesForLaterFreestyleSteps() throws Exception {
        String digest = build("1", "linux/amd64", "linux/arm64");
        jenkins.jenkins.setNumExecutors(1);
        FreeStyleProject job = jenkins.createFreeStyleProject();
        job.addProperty(new ParametersDefinitionProperty(new StringParameterDefinition("TAG", "1")));
        job.getBuildersList().add(new TreenqInspector(new TreenqInspectStep(image + ":$TAG")));
        Later later = new Later();
        job.getBuildersList().add(later);

        FreeStyleBuild there = jenkins.buildAndAssertSuccess(job);

        jenkins.assertLogContains("Found " + image + "@" + digest, there);
        assertEquals("true", later.environment.get("TREENQ_FOUND"));
        assertEquals(image + "@" + digest, later.environment.get("TREENQ_FOUND_IMAGE"));
        assertEquals(digest, later.environment.get("TREENQ_FOUND_IMAGE_DIGEST"));
        assertEquals("linux/amd64,linux/arm64", later.environment.get("TREENQ_FOUND_IMAGE_PLATFORMS"));
        assertThat(later.environment.get("TREENQ_FOUND_IMAGE_SIZE"), matchesPattern("[1-9]\\d+"));
        assertThat(later.environment.get("TREENQ_FOUND_IMAGE_CREATED"), matchesPattern("20..-..-..T.*Z"));

        FreeStyleBuild absent = jenkins.assertBuildStatusSuccess(
                job.scheduleBuild2(0, new ParametersAction(new StringParameterValue("TAG", "2"))));

        jenkins.assertLogContains("There is no image " + image + ":2", absent);
        assertEquals("false", later.environment.get("TREENQ_FOUND"));
        for (String blank : List.of("", "_DIGEST", "_PLATFORMS", "_SIZE", "_CREATED")) {
            assertEquals("", later.environment.get("TREENQ_FOUND_IMAGE" + blank));
        }
    }

    @Test
    void aFreestyleBuildCanEndOrFailIfAnImageExistsOrIsMissing() throws Exception {
        build("1");
        jenkins.jenkins.setNumExecutors(1);
        FreeStyleProject job = jenkins.createFreeStyleProject();
        TreenqInspector present = new TreenqInspector(new TreenqInspectStep(image + ":1"));
        TreenqInspector absent = new TreenqInspector(new TreenqInspectStep(image + ":2"));
        Later later = new Later();
        job.getBuildersList().replaceBy(List.of(present, absent, later));
        present.setIfAbsent(ResultHandling.FAILURE);
        absent.setIfPresent(ResultHandling.FAILURE);
        jenkins.buildAndAssertSuccess(job);
        assertEquals("false", later.environment.get("TREENQ_FOUND"));
        later.environment.clear();

        present.setIfPresent(ResultHandling.NOT_BUILT);
        jenkins.assertBuildStatus(Result.NOT_BUILT, job.scheduleBuild2(0));

        present.setIfPresent(ResultHandling.FAILURE);
        FreeStyleBuild failed = jenkins.assertBuildStatus(Result.FAILURE, job.scheduleBuild2(0));
        jenkins.assertLogContains("ERROR: the build fails because the image already exists", failed);
        jenkins.assertLogNotContains("\tat ", failed);

        present.setIfPresent(null);
        absent.setIfAbsent(ResultHandling.FAILURE);
        jenkins.assertLogContains(
                "ERROR: the build fails because the image does not exist",
                jenkins.assertBuildStatus(Result.FAILURE, job.scheduleBuild2(0)));
        // If the registry cannot be queried, the build fails.
        job.getBuildersList()
                .replaceBy(List.of(new TreenqInspector(new TreenqInspectStep("localhost:1/a/b:1")), later));
        jenkins.assertLogContains(
                "ERROR: inspecting localhost:1/a/b:1 failed: registry localhost:1 cannot be reached from here",
                jenkins.assertBuildStatus(Result.FAILURE, job.scheduleBuild2(0)));
        assertThat(later.environment.entrySet(), is(empty()));
    }

    @Test
    void credentialsOfAFreestyleStepCanComeFromAParameter() throws Exception {
        build("1");
        jenkins.jenkins.setNumExecutors(1);
        TreenqConfiguration.get().getRegistries().get(0).setCredentialsId(null);
        FreeStyleProject job = jenkins.createFreeStyleProject();
        job.addProperty(new ParametersDefinitionProperty(new StringParameterDefinition("LOGIN", Configured.LOGIN)));
        TreenqInspectStep step = new TreenqInspectStep(image + ":1");
        step.setCredentialsId("$LOGIN");
        job.getBuildersList().add(new TreenqInspector(step));

        jenkins.buildAndAssertSuccess(job);

        step.setCredentialsId(null);
        jenkins.assertLogContains(
                "ERROR: inspecting " + image + ":1 failed: registry " + daemon.registry() + " does not allow reading ",
                jenkins.assertBuildStatus(Result.FAILURE, job.scheduleBuild2(0)));
    }

    /** Records the environment variables of a later build step. */
    private static final class Later extends TestBuilder {
        private final EnvVars environment = new EnvVars();

        @Override
        public boolean perform(AbstractBuild<?, ?> build, Launcher launcher, hudson.model.BuildListener listener)
                throws InterruptedException, IOException {
            environment.clear();
            environment.putAll(build.getEnvironment(listener));
            return true;
        }
    }

    @Test
    void sourceAndTargetOfAPromotionHaveSeparateCredentials() throws Exception {
        build("1");
        TreenqConfiguration.get().getRegistries().get(0).setCredentialsId(null);
        String there = daemon.mirror() + image.substring(image.indexOf('/')) + ":1";
        String call = "treenqPromote from: '" + image + ":1', to: ['" + there + "']";

        // These credentials are for the target registry only.
        assertFails(
                "promoting " + image + ":1 failed, nothing was tagged: registry " + daemon.registry()
                        + " does not allow reading ",
                call + ", credentialsId: '" + Configured.LOGIN + "'");
        run(Result.SUCCESS, call + ", fromCredentialsId: '" + Configured.LOGIN + "'");
    }

    @Test
    void aFailedPromotionIsReportedInOneLineAndTagsNothing() throws Exception {
        String digest = build("1");
        Configured.add(Configured.login("wrong", daemon.login().username(), "wrong-password"));
        String failed = " failed, nothing was tagged: registry ";
        String call = "treenqPromote from: '" + image + ":1', to: ";

        assertFails(
                "promoting " + image + ":2 failed, nothing was tagged: there is no image " + image
                        + ":2 in its registry",
                "treenqPromote from: '" + image + ":2', to: '" + image + ":3'");
        assertFails(
                "promoting " + image + "@" + digest + failed + "localhost:1 cannot be reached from here",
                call + "['" + image + ":3', 'localhost:1/a/b:1']");
        assertFails(
                "promoting " + image + ":1" + failed + daemon.registry() + " does not allow reading ",
                call + "'" + image + ":3', credentialsId: 'wrong'");
        assertFails("promoting an image requires at least one target name", call + "[]");
        assertFails(
                "'" + image + ":3@" + digest + "' is not a target name; write a name with a tag and without a digest",
                call + "'" + image + ":3@" + digest + "'");
        assertFails("'a/B' is not an image name: ", call + "'a/B'");
        WorkflowRun run = run(Result.FAILURE, call + "'localhost:1/a/b:1'");
        assertNull(run.getAction(ImagesAction.class));
        assertThat(run.getArtifacts(), is(empty()));
        assertNull(digest(image, "3"));
    }

    @Test
    void theControllerConnectsOnlyToAllowedHosts() throws Exception {
        build("1");
        allow();
        try (ServerSocket other = new ServerSocket(0, 10, InetAddress.getLoopbackAddress())) {
            String host = "localhost:" + other.getLocalPort();
            String refusal =
                    "registry " + host + " is not in the list of allowed hosts; configure it as a registry, or let an"
                            + " administrator add it to controllerHosts of the policy under Manage Jenkins, "
                            + "System, Treenq Build";

            assertFails("inspecting " + host + "/a/b:1 failed: " + refusal, "treenqInspect '" + host + "/a/b:1'");
            assertFails(
                    "promoting " + host + "/a/b:1 failed, nothing was tagged: " + refusal,
                    "treenqPromote from: '" + host + "/a/b:1', to: '" + image + ":2'");
            jenkins.assertLogContains(
                    refusal, run(Result.FAILURE, "treenqPromote from: '" + image + ":1', to: '" + host + "/a/b:1'"));
            jenkins.assertLogContains(
                    "WARNING: the image is built, because the registry could not be queried: " + refusal,
                    run(
                            Result.FAILURE,
                            "treenqBuild tags: ['" + host + "/a/b:1'], context: 'https://example.invalid/a.git',"
                                    + " skipIfPresent: true"));
            assertUntouched(other);
        }
    }

    /** A configured registry must not redirect the controller to another host. */
    @Test
    void theControllerFollowsNoRedirectToAHostThatIsNotAllowed() throws Exception {
        Certificates.Identity authority = Certificates.authority("test");
        HttpsServer registry = HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        registry.setHttpsConfigurator(new HttpsConfigurator(tls(authority)));
        try (ServerSocket other = new ServerSocket(0, 10, InetAddress.getLoopbackAddress())) {
            String place = "localhost:" + other.getLocalPort();
            registry.createContext("/", exchange -> {
                boolean greeting = exchange.getRequestURI().getPath().equals("/v2/");
                exchange.getResponseHeaders().set("Location", "https://" + place + "/");
                exchange.sendResponseHeaders(greeting ? 200 : 307, -1);
                exchange.close();
            });
            registry.start();
            String host = "localhost:" + registry.getAddress().getPort();
            Registry configured = new Registry(host);
            configured.setCaCertificate(authority.certificatePem());
            TreenqConfiguration.get().setRegistries(List.of(configured));

            assertFails(
                    "inspecting " + host + "/a/b:1 failed: registry " + host + " points to " + place
                            + ", which is not in the list of allowed hosts; ",
                    "treenqInspect '" + host + "/a/b:1'");
            assertUntouched(other);
        } finally {
            registry.stop(0);
        }
    }

    private static SSLContext tls(Certificates.Identity authority) throws Exception {
        return Certificates.server(authority, "localhost", Instant.now().plusSeconds(3600))
                .context();
    }

    private static void assertUntouched(ServerSocket server) throws IOException {
        server.setSoTimeout(1);
        assertThrows(SocketTimeoutException.class, () -> server.accept().close());
    }

    @Test
    void abortingStopsWaitingForARegistry() throws Exception {
        try (ServerSocket silent = new ServerSocket(0, 10, InetAddress.getLoopbackAddress())) {
            allow("localhost:" + silent.getLocalPort());
            WorkflowJob job = jenkins.createProject(WorkflowJob.class);
            job.setDefinition(
                    new CpsFlowDefinition("treenqInspect 'localhost:" + silent.getLocalPort() + "/a/b:1'", true));
            WorkflowRun run = job.scheduleBuild2(0).waitForStart();
            try (Socket asked = silent.accept()) {
                run.doStop();

                jenkins.assertBuildStatus(Result.ABORTED, jenkins.waitForCompletion(run));
                // The client has closed the connection.
                assertEquals(-1, endOf(asked));
            }
        }
    }

    /** Reads until the client closes the connection. */
    static int endOf(Socket asked) throws Exception {
        int read;
        do {
            read = asked.getInputStream().read(new byte[8192]);
        } while (read >= 0);
        return read;
    }
}
