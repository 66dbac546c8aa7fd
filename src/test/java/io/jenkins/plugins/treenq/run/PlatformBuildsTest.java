// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import hudson.model.Result;
import io.jenkins.plugins.treenq.buildkit.Daemon;
import io.jenkins.plugins.treenq.buildkit.ImageName;
import io.jenkins.plugins.treenq.buildkit.Platform;
import io.jenkins.plugins.treenq.buildkit.Registry;
import io.jenkins.plugins.treenq.buildkit.images.ImageDescription;
import io.jenkins.plugins.treenq.buildkit.images.ImageDescription.Variant;
import io.jenkins.plugins.treenq.buildkit.images.ImageRegistry;
import io.jenkins.plugins.treenq.buildkit.registry.RegistryConnection;
import io.jenkins.plugins.treenq.config.BuildkitBuilder;
import io.jenkins.plugins.treenq.config.TreenqConfiguration;
import io.jenkins.plugins.treenq.harness.SharedJenkins;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jenkinsci.plugins.workflow.cps.CpsFlowDefinition;
import org.jenkinsci.plugins.workflow.job.WorkflowJob;
import org.jenkinsci.plugins.workflow.job.WorkflowRun;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.jvnet.hudson.test.JenkinsRule;

/** An image whose platforms are built on different builders. */
@SharedJenkins
class PlatformBuildsTest {
    private static final String DOCKERFILE =
            "FROM busybox\\nARG TARGETARCH\\nLABEL arch=$TARGETARCH\\nCOPY Dockerfile /\\n";

    private final String repository = "platforms/" + UUID.randomUUID();
    private JenkinsRule jenkins;
    private Daemon daemon;

    @BeforeEach
    void start(JenkinsRule rule) throws Exception {
        jenkins = rule;
        List<Daemon> daemons = Daemon.all();
        daemon = daemons.get(0);
        Configured.with(daemon);
        TreenqConfiguration.get()
                .setBuilders(List.of(
                        builder("amd", daemons.get(0), "linux/amd64"),
                        builder("arm", daemons.get(daemons.size() - 1), "linux/arm64")));
    }

    private static BuildkitBuilder builder(String name, Daemon daemon, String platform) {
        BuildkitBuilder builder = Configured.builder(name, daemon.address());
        builder.setPlatforms(List.of(platform));
        return builder;
    }

    private WorkflowJob job(String dockerfile, String arguments) throws Exception {
        WorkflowJob job = jenkins.createProject(WorkflowJob.class);
        job.setDefinition(new CpsFlowDefinition(
                "node { writeFile file: 'Dockerfile', text: '" + dockerfile + "'\n"
                        + "def image = treenqBuild tags: ['" + tag("1") + "', '" + tag("2") + "'],"
                        + " platforms: ['linux/amd64', 'linux/arm64'], " + arguments + "\n"
                        + "echo \"digest=${image.digest} builder=${image.builder} platforms=${image.platforms}\" }",
                true));
        return job;
    }

    private String tag(String tag) {
        return daemon.registry() + "/" + repository + ":" + tag;
    }

    private Optional<ImageDescription> image(String tag) throws Exception {
        try (ImageRegistry registry = new ImageRegistry(
                daemon.logins(),
                Map.of(
                        daemon.registry(),
                        RegistryConnection.builder().caPem(daemon.caPem()).build()))) {
            return registry.inspect(ImageName.parse(tag(tag)));
        }
    }

    @Test
    void eachPlatformIsBuiltOnItsBuilder() throws Exception {
        WorkflowRun run = jenkins.buildAndAssertSuccess(
                job(DOCKERFILE, "annotations: ['index:org.example.team': 'shop'], provenance: 'mode=min'"));

        jenkins.assertLogContains("[linux/amd64] Building on 'amd'", run);
        jenkins.assertLogContains("[linux/arm64] Building on 'arm'", run);
        ImageDescription image = image("1").orElseThrow();
        assertEquals(
                List.of(Platform.parse("linux/amd64"), Platform.parse("linux/arm64")),
                image.variants().stream().map(Variant::platform).toList());
        assertEquals(
                List.of("amd64", "arm64"),
                image.variants().stream().map(part -> part.labels().get("arch")).toList());
        assertEquals(Map.of("org.example.team", "shop"), image.annotations());
        assertTrue(image.hasProvenance());
        assertEquals(
                image.digest().value(),
                new Registry(daemon).digest(repository, "2").orElseThrow());
        jenkins.assertLogContains(
                "digest=" + image.digest() + " builder=amd, arm platforms=[linux/amd64, linux/arm64]", run);
    }

    @Test
    void aFailedPlatformCancelsTheOthersAndNothingIsTagged() throws Exception {
        String dockerfile = "FROM busybox AS arm64\\nCOPY missing /\\n"
                + "FROM busybox AS amd64\\nRUN sleep 300\\n"
                + "ARG TARGETARCH\\nFROM $TARGETARCH\\n";
        WorkflowRun run =
                jenkins.buildAndAssertStatus(Result.FAILURE, job("ARG TARGETARCH\\n" + dockerfile, "pull: false"));

        jenkins.assertLogContains("on builder 'arm' failed: ", run);
        assertEquals(Optional.empty(), image("1"));
    }

    @Test
    void nothingIsBuiltIfTheControllerCannotCombineThePlatforms() throws Exception {
        TreenqConfiguration.get().setRegistries(List.of());

        WorkflowRun run = jenkins.buildAndAssertStatus(Result.FAILURE, job(DOCKERFILE, "pull: false"));

        jenkins.assertLogContains(
                "ERROR: the controller has to combine the parts of several builders into one image, and registry "
                        + daemon.registry() + " is not in the list of allowed hosts; configure it as a registry, or ",
                run);
        jenkins.assertLogNotContains("Building on", run);
    }

    @Test
    void aBuilderForAllPlatformsBuildsThemTogether() throws Exception {
        BuildkitBuilder both = Configured.builder("both", daemon.address());
        both.setPlatforms(List.of("linux/amd64", "linux/arm64"));
        TreenqConfiguration.get().setBuilders(List.of(both));

        WorkflowRun run = jenkins.buildAndAssertSuccess(job(DOCKERFILE, "pull: false"));

        jenkins.assertLogContains("Building on 'both'", run);
        assertEquals(2, image("1").orElseThrow().variants().size());
    }
}
