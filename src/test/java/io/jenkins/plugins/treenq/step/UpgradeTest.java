// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.step;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.anEmptyMap;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.not;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.cloudbees.hudson.plugins.folder.Folder;
import hudson.ExtensionList;
import hudson.diagnosis.OldDataMonitor;
import hudson.model.FreeStyleBuild;
import hudson.model.FreeStyleProject;
import hudson.model.Result;
import hudson.model.TaskListener;
import io.jenkins.plugins.treenq.buildkit.BuildResult;
import io.jenkins.plugins.treenq.buildkit.Digest;
import io.jenkins.plugins.treenq.buildkit.ImageName;
import io.jenkins.plugins.treenq.buildkit.Platform;
import io.jenkins.plugins.treenq.buildkit.client.DockerfileBuild;
import io.jenkins.plugins.treenq.buildkit.client.MetadataFile;
import io.jenkins.plugins.treenq.buildkit.images.ImageDescription;
import io.jenkins.plugins.treenq.buildkit.progress.ProgressReport;
import io.jenkins.plugins.treenq.buildkit.progress.SourceExcerpt;
import io.jenkins.plugins.treenq.buildkit.progress.StepOutput;
import io.jenkins.plugins.treenq.buildkit.progress.StepReport;
import io.jenkins.plugins.treenq.buildkit.progress.WarningReport;
import io.jenkins.plugins.treenq.config.BuildkitBuilder;
import io.jenkins.plugins.treenq.config.FolderConfiguration;
import io.jenkins.plugins.treenq.config.Policy;
import io.jenkins.plugins.treenq.config.Registry;
import io.jenkins.plugins.treenq.config.TreenqConfiguration;
import io.jenkins.plugins.treenq.report.BuiltImage;
import io.jenkins.plugins.treenq.report.ImageArchive;
import io.jenkins.plugins.treenq.report.ImagesAction;
import io.jenkins.plugins.treenq.report.InspectedImage;
import io.jenkins.plugins.treenq.report.InspectionAction;
import io.jenkins.plugins.treenq.run.Configured;
import io.jenkins.plugins.treenq.timeline.LiveTimeline;
import java.io.File;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Set;
import net.sf.json.JSONObject;
import org.apache.commons.io.FileUtils;
import org.jenkinsci.plugins.workflow.cps.CpsFlowDefinition;
import org.jenkinsci.plugins.workflow.job.WorkflowJob;
import org.jenkinsci.plugins.workflow.job.WorkflowRun;
import org.jenkinsci.plugins.workflow.steps.StepExecution;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.jvnet.hudson.test.JenkinsRule;
import org.jvnet.hudson.test.junit.jupiter.WithJenkins;
import org.jvnet.hudson.test.recipes.LocalData;

/**
 * Jenkins homes of earlier versions are loaded and saved without a loss. The stored homes are never changed: a version
 * that renames a field has to load the old name, too.
 *
 * <p>{@code -Dtreenq.write.homes=true -Dtest=UpgradeTest} writes what this version would write to {@code target/homes}.
 */
@WithJenkins
class UpgradeTest {
    private static final String DIGEST = "sha256:" + "a".repeat(64);
    private static final String CONFIGURATION_DIGEST = "sha256:" + "b".repeat(64);
    private static final String OTHER_DIGEST = "sha256:" + "c".repeat(64);
    private static final Instant TIME = Instant.parse("2026-01-02T03:04:05Z");
    private static final String WRITE = "treenq.write.homes";

    private JenkinsRule jenkins;

    @BeforeEach
    void start(JenkinsRule rule) {
        jenkins = rule;
    }

    // --- configuration, jobs and runs

    private static BuildkitBuilder builder() {
        BuildkitBuilder builder = new BuildkitBuilder("arm", "tcp://a.example.com:1234 tcp://b.example.com:1234");
        builder.setServerName("buildkitd");
        builder.setCredentialsId("buildkit-client");
        builder.setConnectTimeoutSeconds(20);
        builder.setPlatforms(List.of("linux/amd64", "linux/arm64"));
        builder.setLimit(4);
        builder.setDraining(true);
        return builder;
    }

    private static Registry registry() {
        Registry registry = new Registry("registry.example.com");
        registry.setCredentialsId("login");
        registry.setCaCertificate(Configured.AUTHORITY);
        registry.setPlainHttp(true);
        registry.setMirrors(List.of("mirror.example.com"));
        return registry;
    }

    private static Policy policy() {
        Policy policy = new Policy();
        policy.setPushTo(List.of("registry.example.com"));
        policy.setFrontends(List.of("dockerfile.v0"));
        return policy;
    }

    private static TreenqInspector inspector() {
        TreenqInspectStep inspect = new TreenqInspectStep("registry.example.com/shop/web:1");
        inspect.setCredentialsId("login");
        TreenqInspector inspector = new TreenqInspector(inspect);
        inspector.setIfPresent(ResultHandling.NOT_BUILT);
        inspector.setIfAbsent(ResultHandling.FAILURE);
        return inspector;
    }

    private static TreenqPromoteStep promotion() {
        TreenqPromoteStep promote =
                new TreenqPromoteStep("$TREENQ_IMAGE", List.of("registry.example.com/shop/web:stable"));
        promote.setCredentialsId("login");
        promote.setFromCredentialsId("other");
        return promote;
    }

    private static StepReport step() {
        return new StepReport(
                1,
                DIGEST,
                "RUN make",
                StepReport.State.FAILED,
                List.of(2),
                List.of(new StepReport.Run(TIME, TIME.plusSeconds(1))),
                List.of(new StepReport.Transfer("layer", 1, 2, TIME, null)),
                "exit code: 7");
    }

    private static ImageDescription found() {
        ImageDescription.Variant variant = new ImageDescription.Variant(
                Platform.parse("linux/arm64"),
                new Digest(OTHER_DIGEST),
                5,
                TIME,
                Map.of("team", "shop"),
                Map.of("a", "b"));
        return new ImageDescription(
                new Digest(OTHER_DIGEST),
                "application/vnd.oci.image.index.v1+json",
                5,
                Map.of("title", "shop"),
                List.of(variant),
                List.of(new ImageDescription.Attachment(
                        new Digest(OTHER_DIGEST), new Digest(DIGEST), "", Set.of("https://slsa.dev/provenance/v1"))));
    }

    @Test
    @EnabledIfSystemProperty(named = WRITE, matches = "true")
    void writeHome() throws Exception {
        TreenqConfiguration configuration = TreenqConfiguration.get();
        configuration.setBuilders(
                List.of(new BuildkitBuilder("default", "unix:///run/buildkit/buildkitd.sock"), builder()));
        configuration.setRegistries(List.of(registry(), new Registry("docker.io")));
        configuration.setDefaultBuilder("arm");
        configuration.setPolicy(policy());
        configuration.save();
        Folder team = jenkins.createProject(Folder.class, "team");
        FolderConfiguration ofFolder = new FolderConfiguration();
        ofFolder.setBuilders(List.of(builder()));
        ofFolder.setRegistries(List.of(registry()));
        ofFolder.setDefaultBuilder("arm");
        team.addProperty(ofFolder);
        FreeStyleProject shop = team.createProject(FreeStyleProject.class, "shop");
        FreeStyleBuild run = jenkins.buildAndAssertSuccess(shop);
        shop.getBuildersList().add(inspector());
        shop.getBuildersList().add(new TreenqBuilder(TreenqBuildStepTest.everything()));
        shop.getBuildersList().add(new TreenqPromoter(promotion()));
        shop.save();
        LiveTimeline timeline = ImagesAction.of(run).begin("ref", "registry.example.com/shop/web:1", "arm");
        SourceExcerpt place = new SourceExcerpt("Dockerfile", 2, List.of(new SourceExcerpt.Line(2, true, "RUN make")));
        timeline.sink()
                .accept(new ProgressReport(
                        TIME.plusSeconds(2),
                        List.of(step()),
                        Map.of(1, new StepOutput(List.of("first"), 7, List.of("last"))),
                        List.of(new WarningReport("Rule: broken", List.of("detail"), "https://example.com", place)),
                        place,
                        true));
        timeline.succeeded(DIGEST).get();
        DockerfileBuild build = DockerfileBuild.builder()
                .tags(List.of("registry.example.com/shop/web:1", "registry.example.com/shop/web:latest"))
                .push(true)
                .build();
        String descriptor = "{\"size\":525,\"platform\":{\"os\":\"linux\",\"architecture\":\"amd64\"}}";
        BuildResult result = MetadataFile.of(Map.of(
                        "containerimage.digest", DIGEST,
                        "containerimage.config.digest", CONFIGURATION_DIGEST,
                        "containerimage.descriptor",
                                Base64.getEncoder().encodeToString(descriptor.getBytes(StandardCharsets.UTF_8))))
                .result("ref", Duration.ofMillis(12_300));
        ImageArchive.record(BuiltImage.built(1, result, 99, build, "arm"), "login", run, TaskListener.NULL);
        ImageArchive.record(
                BuiltImage.promoted(
                        ImageName.parse("registry.example.com/shop/web:1"),
                        found(),
                        List.of(ImageName.parse("registry.example.com/shop/web:stable")),
                        Duration.ofSeconds(3)),
                null,
                run,
                TaskListener.NULL);
        run.addAction(
                new InspectionAction(new InspectedImage(ImageName.parse("registry.example.com/shop/web:2"), found())));
        run.save();
        copy("aHomeOfTheFirstRelease", "io.jenkins.plugins.treenq.config.TreenqConfiguration.xml", "jobs");
    }

    private void copy(String home, String... names) throws Exception {
        File target = new File("target/homes", home);
        FileUtils.deleteDirectory(target);
        for (String name : names) {
            File file = new File(jenkins.jenkins.getRootDir(), name);
            if (file.isDirectory()) {
                FileUtils.copyDirectory(file, new File(target, name));
            } else {
                FileUtils.copyFile(file, new File(target, name));
            }
        }
    }

    @Test
    @LocalData
    void aHomeOfTheFirstRelease() throws Exception {
        assertHome();

        TreenqConfiguration.get().save();
        jenkins.jenkins.getItemByFullName("team", Folder.class).save();
        FreeStyleProject shop = shop();
        shop.save();
        shop.getBuildByNumber(1).save();
        // The stored home has this field, which no release had. It is ignored.
        assertThat(shop.getConfigFile().asString(), not(containsString("contextTimes")));
        jenkins.jenkins.reload();

        assertHome();
    }

    private FreeStyleProject shop() {
        return jenkins.jenkins.getItemByFullName("team/shop", FreeStyleProject.class);
    }

    private void assertHome() throws Exception {
        TreenqConfiguration configuration = new TreenqConfiguration();
        jenkins.assertEqualDataBoundBeans(
                List.of(new BuildkitBuilder("default", "unix:///run/buildkit/buildkitd.sock"), builder()),
                configuration.getBuilders());
        jenkins.assertEqualDataBoundBeans(
                List.of(registry(), new Registry("docker.io")), configuration.getRegistries());
        assertEquals("arm", configuration.getDefaultBuilder());
        jenkins.assertEqualDataBoundBeans(policy(), configuration.getPolicy());
        FolderConfiguration team = jenkins.jenkins
                .getItemByFullName("team", Folder.class)
                .getProperties()
                .get(FolderConfiguration.class);
        jenkins.assertEqualDataBoundBeans(List.of(builder()), team.getBuilders());
        jenkins.assertEqualDataBoundBeans(List.of(registry()), team.getRegistries());
        assertEquals("arm", team.getDefaultBuilder());
        FreeStyleProject shop = shop();
        jenkins.assertEqualDataBoundBeans(
                TreenqBuildStepTest.everything(),
                shop.getBuildersList().get(TreenqBuilder.class).getBuild());
        jenkins.assertEqualDataBoundBeans(
                promotion(), shop.getBuildersList().get(TreenqPromoter.class).getPromotion());
        TreenqInspector inspector = shop.getBuildersList().get(TreenqInspector.class);
        jenkins.assertEqualDataBoundBeans(inspector().getInspection(), inspector.getInspection());
        assertEquals(ResultHandling.NOT_BUILT, inspector.getIfPresent());
        assertEquals(ResultHandling.FAILURE, inspector.getIfAbsent());
        assertImages(shop.getBuildByNumber(1));
        assertPages();
        assertNothingIsOld();
    }

    private static void assertImages(FreeStyleBuild run) {
        List<BuiltImage> images = run.getAction(ImagesAction.class).getImages();
        assertEquals(2, images.size());
        BuiltImage web = images.get(0);
        assertEquals(1, web.getNumber());
        assertEquals(DIGEST, web.getDigest());
        assertEquals(CONFIGURATION_DIGEST, web.getImageId());
        assertEquals(99, web.getSizeBytes());
        assertEquals("registry.example.com/shop/web@" + DIGEST, web.getReference());
        assertEquals(List.of("registry.example.com/shop/web:1", "registry.example.com/shop/web:latest"), web.getTags());
        assertEquals(List.of("linux/amd64"), web.getPlatforms());
        assertEquals("arm", web.getBuilder());
        assertEquals("login", web.getCredentialsId());
        assertEquals(12.3, web.getDuration());
        assertEquals(525L, ((Map<?, ?>) web.getMetadata().get("containerimage.descriptor")).get("size"));
        assertTrue(web.isTagged());
        assertTrue(web.getTimestamp() > 0);
        assertFalse(web.isSkipped());
        assertEquals("registry.example.com/shop/web:1", images.get(1).getPromotedFrom());
        assertEquals(List.of("linux/arm64"), images.get(1).getPlatforms());
        InspectionAction inspection = run.getAction(InspectionAction.class);
        hudson.EnvVars variables = new hudson.EnvVars();
        inspection.buildEnvironment(run, variables);
        assertTrue(variables.containsValue("registry.example.com/shop/web@" + OTHER_DIGEST), variables.toString());
    }

    private void assertPages() throws Exception {
        JenkinsRule.WebClient client = jenkins.createWebClient();
        String job = "job/team/job/shop/";
        for (String page : List.of("", "treenq/", "1/", "1/treenq/", "1/treenq/1/")) {
            client.goTo(job + page);
        }
        JSONObject build = client.getJSON(job + "1/treenq/1/api/json").getJSONObject();
        assertEquals("SUCCESS", build.getString("state"));
        assertEquals("ref", build.getString("ref"));
        assertEquals("registry.example.com/shop/web:1", build.getString("subject"));
        assertEquals(DIGEST, build.getString("digest"));
        assertTrue(build.getBoolean("leftOut"));
        // Earlier versions did not store these values.
        assertEquals(0, build.getJSONArray("phases").size());
        assertEquals(0, build.getInt("continuedBy"));
        assertEquals("Dockerfile", build.getJSONObject("failedAt").getString("file"));
        assertEquals(
                "Rule: broken", build.getJSONArray("warnings").getJSONObject(0).getString("summary"));
        JSONObject step = build.getJSONArray("steps").getJSONObject(0);
        assertEquals("RUN make", step.getString("name"));
        assertEquals("FAILED", step.getString("state"));
        assertEquals("exit code: 7", step.getString("error"));
        assertEquals(TIME.toEpochMilli(), step.getLong("startMillis"));
        assertEquals(1000, step.getLong("durationMillis"));
        assertEquals("layer", step.getJSONArray("transfers").getJSONObject(0).getString("name"));
        assertEquals(9, step.getInt("outputLines"));
        JSONObject images = client.getJSON(job + "treenq/api/json").getJSONObject();
        assertEquals(3, images.getJSONArray("images").size());
        JSONObject newest = images.getJSONArray("images").getJSONObject(0);
        assertEquals("registry.example.com/shop/web:stable", newest.getString("tag"));
        assertEquals(OTHER_DIGEST, newest.getString("digest"));
        assertEquals(1, newest.getInt("number"));
        JSONObject rollback = images.getJSONArray("rollbacks").getJSONObject(0);
        assertEquals("registry.example.com/shop/web:latest", rollback.getString("tag"));
        assertEquals(DIGEST, rollback.getString("digest"));
        assertEquals("operator", rollback.getString("userId"));
        assertEquals("FAILED", rollback.getString("state"));
        assertEquals("the registry is gone", rollback.getString("failure"));
        assertEquals(
                "INTERRUPTED", images.getJSONArray("rollbacks").getJSONObject(1).getString("state"));
    }

    private void assertNothingIsOld() {
        assertThat(ExtensionList.lookupSingleton(OldDataMonitor.class).getData(), is(anEmptyMap()));
    }

    // --- a Pipeline in the middle of a step

    private static final String CALL = "treenqBuild tags: ['registry.example.com/shop/web:1'],"
            + " context: 'https://localhost:1/shop.git', target: 'prod', buildArgs: [VERSION: '1.4'],"
            + " labels: [team: 'shop'], platforms: ['linux/amd64'], pull: true, provenance: 'mode=min',"
            + " cacheFrom: [registryCache(ref: 'registry.example.com/shop/cache')], cacheTo: [inlineCache()]";

    @Test
    @EnabledIfSystemProperty(named = WRITE, matches = "true")
    void writePipeline() throws Exception {
        try (ServerSocket silent = new ServerSocket(0, 10, InetAddress.getLoopbackAddress())) {
            BuildkitBuilder builder = new BuildkitBuilder("default", "tcp://localhost:" + silent.getLocalPort());
            builder.setConnectTimeoutSeconds(600);
            TreenqConfiguration.get().setBuilders(List.of(builder));
            TreenqConfiguration.get().save();
            WorkflowJob job = jenkins.createProject(WorkflowJob.class, "pipeline");
            job.setDefinition(new CpsFlowDefinition(CALL, true));
            WorkflowRun run = job.scheduleBuild2(0).waitForStart();
            try (Socket asked = silent.accept()) {
                run.save();
                copy(
                        "aPipelineInTheMiddleOfAStep",
                        "io.jenkins.plugins.treenq.config.TreenqConfiguration.xml",
                        "org.jenkinsci.plugins.workflow.flow.FlowExecutionList.xml",
                        "jobs");
            }
            run.doStop();
            jenkins.waitForCompletion(run);
        }
    }

    @Test
    @LocalData
    void aPipelineInTheMiddleOfAStep() throws Exception {
        WorkflowRun run =
                jenkins.jenkins.getItemByFullName("pipeline", WorkflowJob.class).getBuildByNumber(1);
        jenkins.waitForMessage("; building again", run);
        List<StepExecution> steps =
                run.asFlowExecutionOwner().get().getCurrentExecutions(true).get();
        BuildExecution step = assertInstanceOf(BuildExecution.class, steps.get(0));
        TreenqBuildStep expected = new TreenqBuildStep(List.of("registry.example.com/shop/web:1"));
        expected.setContext("https://localhost:1/shop.git");
        expected.setTarget("prod");
        expected.setBuildArgs(List.of("VERSION=1.4"));
        expected.setLabels(List.of("team=shop"));
        expected.setPlatforms(List.of("linux/amd64"));
        expected.setPull(true);
        expected.setProvenance("mode=min");
        expected.setCacheFrom(
                List.of(new io.jenkins.plugins.treenq.parameters.RegistryCache("registry.example.com/shop/cache")));
        expected.setCacheTo(List.of(new io.jenkins.plugins.treenq.parameters.InlineCache()));
        jenkins.assertEqualDataBoundBeans(expected, step.step);

        jenkins.assertBuildStatus(Result.FAILURE, jenkins.waitForCompletion(run));
        // The stored step has the ref of the build that it had begun.
        jenkins.assertLogContains("Looking for build ", run);
        jenkins.assertLogContains(
                "ERROR: building registry.example.com/shop/web:1 on builder 'default' failed: nothing listens at ",
                run);
    }
}
