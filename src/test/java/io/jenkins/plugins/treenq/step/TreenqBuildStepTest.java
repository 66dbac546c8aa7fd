// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.step;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import hudson.AbortException;
import io.jenkins.plugins.treenq.config.TreenqConfiguration;
import io.jenkins.plugins.treenq.harness.SharedJenkins;
import io.jenkins.plugins.treenq.parameters.AzblobCache;
import io.jenkins.plugins.treenq.parameters.BuildOutput;
import io.jenkins.plugins.treenq.parameters.BuildSecret;
import io.jenkins.plugins.treenq.parameters.GhaCache;
import io.jenkins.plugins.treenq.parameters.InlineCache;
import io.jenkins.plugins.treenq.parameters.LocalCache;
import io.jenkins.plugins.treenq.parameters.RegistryCache;
import io.jenkins.plugins.treenq.parameters.S3Cache;
import io.jenkins.plugins.treenq.parameters.SshAgentAccess;
import io.jenkins.plugins.treenq.parameters.SshKeyAccess;
import io.jenkins.plugins.treenq.run.Configured;
import io.jenkins.plugins.treenq.run.ImageOrder;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.jenkinsci.plugins.structs.describable.DescribableModel;
import org.jenkinsci.plugins.structs.describable.UninstantiatedDescribable;
import org.jenkinsci.plugins.workflow.cps.SnippetizerTester;
import org.jenkinsci.plugins.workflow.steps.StepConfigTester;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.jvnet.hudson.test.JenkinsRule;

@SharedJenkins
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
    void snippetsAreShortAndRecreateTheStep() throws Exception {
        SnippetizerTester tester = new SnippetizerTester(jenkins);

        tester.assertRoundTrip(new TreenqBuildStep(List.of("web:1")), "treenqBuild(['web:1'])");
        tester.assertRoundTrip(
                plain(),
                "treenqBuild buildArgs: [VERSION: '1.4', 'with-dash': 'a=b'], builder: 'arm', context: 'web',"
                        + " credentialsId: 'login', dockerfile: 'Dockerfile.prod', labels: [team: 'shop'], "
                        + "noCache: true,"
                        + " platforms: ['linux/amd64', 'linux/arm64'], pull: true, push: false,"
                        + " tags: ['localhost:5000/shop/web:1.4', 'localhost:5000/shop/web:latest'], target: 'prod'");
    }

    @Test
    void theSnippetGeneratorReadsTheForm() throws Exception {
        new SnippetizerTester(jenkins)
                .assertGenerateSnippet(
                        """
                        {"stapler-class": "%s", "tags": "a/b:1\\n\\n  a/c:1\\n", "buildArgs": "A=1\\nB=x y", "context": ".",
                        "dockerfile": "Dockerfile", "push": true, "builder": ""}""".formatted(TreenqBuildStep.class.getName()),
                        "treenqBuild buildArgs: [A: '1', B: 'x y'], tags: ['a/b:1', 'a/c:1']",
                        null);
    }

    @Test
    void referencePagesCanBeGenerated() throws Exception {
        SnippetizerTester.assertDocGeneration(TreenqBuildStep.class);
    }

    @Test
    void argumentsMayBeMapsListsOrASingleString() throws Exception {
        Map<String, Object> arguments = Map.of(
                "tags",
                "web:1",
                "platforms",
                "linux/amd64",
                "buildArgs",
                Map.of("COUNT", 3),
                "labels",
                List.of("team=shop"));

        ImageOrder order = instantiate(arguments).order("ref", UnaryOperator.identity());

        assertEquals(List.of("web:1"), order.build().tags());
        assertEquals(
                Map.of("platform", "linux/amd64", "build-arg:COUNT", "3", "label:team", "shop"),
                order.build().request().options());
    }

    @Test
    void booleansNumbersAndSingleValuesAreAccepted() throws Exception {
        TreenqBuildStep step = instantiate(Map.of(
                "tags",
                "web:1",
                "provenance",
                true,
                "sbom",
                true,
                "shmSize",
                64,
                "push",
                "false",
                "buildArgs",
                Map.of("COUNT", 8, "DEBUG", true),
                "cacheTo",
                new UninstantiatedDescribable(
                        "localCache", null, Map.of("path", 7, "ignoreError", "true", "options", Map.of("level", 3))),
                "secrets",
                new UninstantiatedDescribable("secret", null, Map.of("id", 5, "env", "TOKEN"))));

        assertEquals("true", step.getProvenance());
        assertEquals("true", step.getSbom());
        assertEquals("64", step.getShmSize());
        assertFalse(step.isPush());
        assertEquals(
                List.of("COUNT=8", "DEBUG=true"),
                step.getBuildArgs().stream().sorted().toList());
        LocalCache cache = new LocalCache("7");
        cache.setIgnoreError(true);
        cache.setOptions(List.of("level=3"));
        jenkins.assertEqualDataBoundBeans(List.of(cache), step.getCacheTo());
        assertEquals("5", step.getSecrets().get(0).getId());
    }

    @Test
    void buildArgumentsKeepSpacesAndLineBreaks() throws Exception {
        ImageOrder order = instantiate(Map.of("tags", List.of("web:1"), "buildArgs", Map.of("TEXT", " a\n b=c ")))
                .order("ref", UnaryOperator.identity());

        assertEquals(
                Map.of("build-arg:TEXT", " a\n b=c "), order.build().request().options());
    }

    @Test
    void blankParametersHaveTheirDefaults() throws Exception {
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
        assertEquals(".", step.getContext());
        assertEquals("Dockerfile", step.getDockerfile());
    }

    @Test
    void tagsArePushedAndWithoutTagsNothingIsExported() throws Exception {
        assertEquals(
                "true",
                new TreenqBuildStep(List.of("web:1"))
                        .order("ref", UnaryOperator.identity())
                        .build()
                        .request()
                        .exports()
                        .get(0)
                        .attributes()
                        .get("push"));
        assertEquals(
                List.of(),
                new TreenqBuildStep(List.of())
                        .order("ref", UnaryOperator.identity())
                        .build()
                        .request()
                        .exports());
    }

    @Test
    void snippetsHaveSymbolsForNestedParameters() throws Exception {
        TreenqBuildStep step = new TreenqBuildStep(List.of("web:1"));
        BuildSecret secret = new BuildSecret("npm");
        secret.setCredentialsId("npm-token");
        step.setSecrets(List.of(secret));
        SshAgentAccess agent = new SshAgentAccess();
        agent.setId("other");
        step.setSsh(List.of(new SshKeyAccess("deploy-key"), agent));
        step.setCacheFrom(List.of(new RegistryCache("registry.example.com/cache/web")));
        LocalCache local = new LocalCache("cache");
        local.setMode("max");
        local.setOptions(List.of("compression=zstd"));
        step.setCacheTo(List.of(local, new InlineCache()));
        step.setOutputs(List.of(new BuildOutput("oci", "image.tar")));

        new SnippetizerTester(jenkins)
                .assertRoundTrip(
                        step,
                        "treenqBuild cacheFrom: [registryCache('registry.example.com/cache/web')],"
                                + " cacheTo: [localCache(mode: 'max', options: [compression: 'zstd'], path: "
                                + "'cache'), inlineCache()],"
                                + " outputs: [output(dest: 'image.tar', type: 'oci')],"
                                + " secrets: [secret(credentialsId: 'npm-token', id: 'npm')],"
                                + " ssh: [sshKey('deploy-key'), sshAgent(id: 'other')], tags: ['web:1']");
    }

    @Test
    void aBuildArgumentWithoutAValueIsRefused() {
        TreenqBuildStep step = new TreenqBuildStep(List.of("web:1"));
        step.setBuildArgs(List.of("VERSION"));

        AbortException failure = assertThrows(AbortException.class, () -> step.order("ref", UnaryOperator.identity()));
        assertThat(failure.getMessage(), containsString("buildArgs: entry 1 is not of the form NAME=value"));
    }

    private static TreenqBuildStep instantiate(Map<String, Object> arguments) {
        return DescribableModel.of(TreenqBuildStep.class).instantiate(arguments, null);
    }

    /** Returns a step with common parameters. */
    private static TreenqBuildStep plain() {
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

    /** Returns a step in which no parameter has its default value. */
    static TreenqBuildStep everything() {
        TreenqBuildStep step = plain();
        step.setDockerfileText("FROM scratch\nCOPY . /");
        step.setContexts(List.of("assets=../assets"));
        step.setContextCredentialsId("login");
        step.setAnnotations(List.of("index:title=shop"));
        step.setNoCacheStages(List.of("base"));
        step.setPushByDigest(true);
        step.setSkipIfPresent(true);
        step.setSkipIfUnchanged(true);
        step.setImageOptions(List.of("compression=zstd"));
        step.setProvenance("mode=max");
        step.setSbom("true");
        step.setAllow(List.of("network.host"));
        step.setNetwork("none");
        step.setAddHosts(List.of("a=10.0.0.1"));
        step.setShmSize("64m");
        step.setUlimits(List.of("nofile=1:2"));
        step.setCgroupParent("slice");
        step.setSourcePolicy("{}");
        step.setFrontend("gateway.v0");
        step.setFrontendOptions(List.of("source=a/b"));
        BuildSecret secret = new BuildSecret("npm");
        secret.setCredentialsId("login");
        BuildSecret variable = new BuildSecret("variable");
        variable.setEnv("TOKEN");
        BuildSecret file = new BuildSecret("file");
        file.setFile("settings.xml");
        step.setSecrets(List.of(secret, variable, file));
        SshAgentAccess agent = new SshAgentAccess();
        agent.setSocket("/tmp/agent");
        SshKeyAccess key = new SshKeyAccess("");
        key.setId("other");
        step.setSsh(List.of(key, agent));
        RegistryCache registry = new RegistryCache("a/cache");
        registry.setMode("max");
        registry.setIgnoreError(true);
        registry.setOptions(List.of("compression=zstd"));
        S3Cache s3 = new S3Cache("bucket", "region");
        s3.setName("n");
        s3.setPrefix("p");
        s3.setEndpointUrl("https://s3.example.com");
        s3.setCredentialsId("login");
        AzblobCache azblob = new AzblobCache("https://azure.example.com");
        azblob.setContainer("c");
        azblob.setName("n");
        azblob.setPrefix("p");
        azblob.setCredentialsId("login");
        GhaCache gha = new GhaCache();
        gha.setUrl("https://gha.example.com");
        gha.setUrlV2("https://gha.example.com/2");
        gha.setScope("s");
        gha.setCredentialsId("login");
        step.setCacheFrom(List.of(new LocalCache("cache"), s3));
        step.setCacheTo(List.of(registry, new InlineCache(), azblob, gha));
        BuildOutput output = new BuildOutput("oci", "image.tar");
        output.setOptions(List.of("compression=zstd"));
        step.setOutputs(List.of(output));
        return step;
    }
}
