// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.step;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import hudson.AbortException;
import hudson.Util;
import hudson.model.Descriptor;
import hudson.model.FreeStyleProject;
import hudson.model.Item;
import hudson.util.FormValidation;
import io.jenkins.plugins.treenq.config.Policy;
import io.jenkins.plugins.treenq.config.TreenqConfiguration;
import io.jenkins.plugins.treenq.credentials.BuildCredentials;
import io.jenkins.plugins.treenq.harness.SharedJenkins;
import io.jenkins.plugins.treenq.parameters.AzblobCache;
import io.jenkins.plugins.treenq.parameters.BuildOutput;
import io.jenkins.plugins.treenq.parameters.BuildSecret;
import io.jenkins.plugins.treenq.parameters.GhaCache;
import io.jenkins.plugins.treenq.parameters.LocalCache;
import io.jenkins.plugins.treenq.parameters.RegistryCache;
import io.jenkins.plugins.treenq.parameters.S3Cache;
import io.jenkins.plugins.treenq.parameters.SshKeyAccess;
import io.jenkins.plugins.treenq.run.Configured;
import java.util.List;
import java.util.function.BiFunction;
import java.util.function.UnaryOperator;
import org.jenkinsci.plugins.workflow.job.WorkflowJob;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.jvnet.hudson.test.JenkinsRule;

/** The messages with which the forms of steps refuse invalid values. */
@SharedJenkins
class FormChecksTest {
    private JenkinsRule jenkins;
    private FreeStyleProject job;

    @BeforeEach
    void start(JenkinsRule rule) throws Exception {
        jenkins = rule;
        job = jenkins.createFreeStyleProject();
        TreenqConfiguration.get().setBuilders(List.of(Configured.builder("default", "tcp://localhost:1")));
    }

    private <D extends Descriptor<?>> D of(Class<D> type) {
        return jenkins.jenkins.getDescriptorByType(type);
    }

    private void assertTaken(BiFunction<Item, String, FormValidation> check, String... values) {
        for (String value : values) {
            assertEquals(FormValidation.Kind.OK, check.apply(job, value).kind, value);
        }
    }

    private void assertRefused(BiFunction<Item, String, FormValidation> check, String value, String line) {
        FormValidation answer = check.apply(job, value);
        assertEquals(Util.escape(line), answer.getMessage());
        assertEquals(FormValidation.Kind.ERROR, answer.kind, value);
    }

    @Test
    void invalidAttestationsAreRefused() {
        TreenqBuildStep.DescriptorImpl step = of(TreenqBuildStep.DescriptorImpl.class);

        assertTaken(step::doCheckProvenance, "", "true", "false", "mode=max", "mode=min,builder-id=x", "$PROVENANCE");
        assertRefused(
                step::doCheckProvenance,
                "bogus",
                "provenance: 'bogus' is neither true nor false nor an option; write it as in mode=max");
        assertRefused(step::doCheckProvenance, "mode=bogus", "provenance: mode 'bogus' is neither min nor max");
        assertTaken(step::doCheckSbom, "", "true", "generator=docker.io/docker/buildkit-syft-scanner");
        assertRefused(
                step::doCheckSbom,
                "bogus",
                "sbom: 'bogus' is neither true nor false nor an option; write it as in generator=IMAGE");
    }

    @Test
    void invalidSettingsOfBuildStepsAreRefused() {
        TreenqBuildStep.DescriptorImpl step = of(TreenqBuildStep.DescriptorImpl.class);

        assertTaken(step::doCheckAllow, "", "network.host\nsecurity.insecure\ndevice=a.b/c=all");
        assertRefused(
                step::doCheckAllow,
                "host",
                "'host' is not an entitlement; BuildKit supports network.host, security.insecure and device");
        assertTaken(step::doCheckShmSize, "", "64m", "1.5 GiB");
        assertRefused(step::doCheckShmSize, "much", "shmSize: 'much' is not a size; write it as in 64m or 2g");
        assertTaken(step::doCheckUlimits, "", "nofile=1024", "nofile=1024:2048\ncore=-1\nnproc=5:-1");
        assertRefused(
                step::doCheckUlimits,
                "nofiles=1",
                "'nofiles=1' is not a limit; write it as in nofile=1024 or nofile=1024:2048, and -1 for no limit");
        assertRefused(
                step::doCheckUlimits,
                "nofile=2:1",
                "'nofile=2:1': the soft limit, which comes first, is above the hard one");
        assertTaken(step::doCheckAddHosts, "", "a=10.0.0.1\nb=::1\nc=[::1]\nd=host-gateway");
        assertRefused(
                step::doCheckAddHosts,
                "a=b.example.com",
                "'b.example.com' is not an IP address for the host 'a'; write an address such as 10.0.0.1");
    }

    @Test
    void invalidSourcePoliciesAreRefused() {
        TreenqBuildStep.DescriptorImpl step = of(TreenqBuildStep.DescriptorImpl.class);

        assertTaken(step::doCheckSourcePolicy, "", "{}", "{\"rules\": [{\"selector\": {\"identifier\": \"*\"}}]}");
        for (String text : List.of("{", "[", "\"", "{\"rules\": [", "nonsense {")) {
            assertRefused(step::doCheckSourcePolicy, text, "the source policy cannot be read: it is not JSON");
        }
        assertRefused(
                step::doCheckSourcePolicy,
                "[]",
                "the source policy cannot be read: it is not of the form"
                        + " {\"rules\": [{\"action\": \"DENY\", \"selector\": {\"identifier\": \"…\"}}]}");
    }

    @Test
    void pathsOutsideOfTheWorkspaceAreRefused() throws Exception {
        TreenqBuildStep.DescriptorImpl step = of(TreenqBuildStep.DescriptorImpl.class);
        String outside = "'../other' is outside of the workspace; write a path within it";

        assertTaken(
                step::doCheckContext, ".", "web", "web/../api", "https://example.com/a.git", "$DIR/..", "git@host:a/b");
        assertRefused(step::doCheckContext, "../other", outside);
        assertTaken(step::doCheckContexts, "assets=web\nbase=docker-image://alpine\nlayout=oci-layout://a:1");
        assertRefused(step::doCheckContexts, "assets=../other", outside);
        assertRefused(step::doCheckContexts, "assets=oci-layout://../other:1", outside);
        assertRefused(
                step::doCheckContexts,
                "assets=oci-layout://a@b/../../other:1",
                outside.replace("../other", "a@b/../../other"));
        assertRefused(of(BuildOutput.DescriptorImpl.class)::doCheckDest, "../other", outside);
        assertRefused(of(LocalCache.DescriptorImpl.class)::doCheckPath, "../other", outside);
        assertRefused(of(BuildSecret.DescriptorImpl.class)::doCheckFile, "../other", outside);
        // Relative to the context.
        assertEquals(FormValidation.Kind.OK, step.doCheckDockerfile(job, "../Dockerfile", "web").kind);
        assertEquals(FormValidation.Kind.ERROR, step.doCheckDockerfile(job, "../../Dockerfile", "web").kind);
        assertEquals(FormValidation.Kind.OK, step.doCheckDockerfile(job, "a", "https://example.com/a.git").kind);

        FormValidation absolute = step.doCheckContext(job, "/etc");
        assertEquals(FormValidation.Kind.WARNING, absolute.kind);
        assertEquals(
                Util.escape("'/etc' is an absolute path; absolute paths are allowed only within the workspace, so write"
                        + " it relative to the workspace"),
                absolute.getMessage());
        // A Pipeline may say dir('web') { treenqBuild(context: '../other') }.
        FormValidation inPipeline = step.doCheckContext(jenkins.createProject(WorkflowJob.class), "../other");
        assertEquals(FormValidation.Kind.WARNING, inPipeline.kind);
        assertEquals(
                Util.escape("'../other' leaves the folder in which the step runs; this is allowed only within the"
                        + " workspace"),
                inPipeline.getMessage());
    }

    @Test
    void unknownAndForbiddenBuildersAreRefused() {
        TreenqBuildStep.DescriptorImpl step = of(TreenqBuildStep.DescriptorImpl.class);

        assertTaken(step::doCheckBuilder, "", "default", "$BUILDER");
        assertRefused(step::doCheckBuilder, "gone", "The builder 'gone' is not configured; select another one");
        Policy policy = new Policy();
        policy.setJobsMayNameBuilders(false);
        TreenqConfiguration.get().setPolicy(policy);
        assertRefused(
                step::doCheckBuilder,
                "default",
                "The administrator's policy does not allow jobs to name a builder; select the default builder");
    }

    @Test
    void invalidImageNamesAreRefused() {
        TreenqBuildStep.DescriptorImpl step = of(TreenqBuildStep.DescriptorImpl.class);
        TreenqPromoteStep.DescriptorImpl promote = of(TreenqPromoteStep.DescriptorImpl.class);

        assertRefused(
                step::doCheckAnnotations,
                "bogus:a=b",
                "'bogus' cannot have annotations; write index, index-descriptor, manifest or "
                        + "manifest-descriptor, and a platform"
                        + " in [ ]");
        assertEquals(FormValidation.Kind.OK, step.doCheckPushByDigest(job, false, "a/b:1").kind);
        assertRefused(
                (item, tags) -> step.doCheckPushByDigest(item, true, tags),
                "a/b:1",
                "'a/b:1' has a tag, but a push by digest creates none; write 'docker.io/a/b'");
        String digest = "a/b@sha256:" + "0".repeat(64);
        assertRefused(
                promote::doCheckTo,
                digest,
                "'" + digest + "' is not a target name; write a name with a tag and without a digest");
        for (BiFunction<Item, String, FormValidation> required : List.<BiFunction<Item, String, FormValidation>>of(
                promote::doCheckTo, promote::doCheckFrom, of(TreenqInspectStep.DescriptorImpl.class)::doCheckImage)) {
            assertRefused(required, " ", "Required");
        }
    }

    @Test
    void invalidSecretsAndCachesAreRefused() {
        BuildSecret.DescriptorImpl secret = of(BuildSecret.DescriptorImpl.class);
        assertEquals(FormValidation.Kind.OK, secret.doCheckCredentialsId(job, "", "TOKEN", "").kind);
        assertRefused(
                (item, id) -> secret.doCheckCredentialsId(item, id, "TOKEN", ""),
                "npm",
                "Specify exactly one source: credentials, an environment variable or a file");
        assertRefused(
                (item, id) -> secret.doCheckCredentialsId(item, id, "", ""),
                "",
                "Specify exactly one source: credentials, an environment variable or a file");
        for (BiFunction<Item, String, FormValidation> required : List.<BiFunction<Item, String, FormValidation>>of(
                of(SshKeyAccess.DescriptorImpl.class)::doCheckCredentialsId,
                of(RegistryCache.DescriptorImpl.class)::doCheckRef,
                of(LocalCache.DescriptorImpl.class)::doCheckPath,
                of(S3Cache.DescriptorImpl.class)::doCheckBucket,
                of(S3Cache.DescriptorImpl.class)::doCheckRegion,
                of(AzblobCache.DescriptorImpl.class)::doCheckAccountUrl)) {
            assertRefused(required, "", "Required");
        }
        String url =
                "This is not the URL of a service; write a URL such as https://storage.example.com, without a user";
        assertTaken(of(S3Cache.DescriptorImpl.class)::doCheckEndpointUrl, "", "https://minio.example.com:9000/");
        assertRefused(of(S3Cache.DescriptorImpl.class)::doCheckEndpointUrl, "minio.example.com", url);
        assertRefused(of(AzblobCache.DescriptorImpl.class)::doCheckAccountUrl, "https://me:s3cret@a.b", url);
        assertRefused(of(GhaCache.DescriptorImpl.class)::doCheckUrl, "cache", url);
        assertRefused(of(GhaCache.DescriptorImpl.class)::doCheckUrlV2, "cache", url);
        RegistryCache cache = new RegistryCache("a/cache");
        cache.setMode("all");
        assertEquals(
                "cacheTo: mode 'all' is neither min nor max",
                assertThrows(
                                AbortException.class,
                                () -> cache.to(BuildCredentials.untracked(), UnaryOperator.identity()))
                        .getMessage());
        cache.setMode("max");
        cache.setOptions(List.of("mode=all"));
        assertThrows(AbortException.class, () -> cache.to(BuildCredentials.untracked(), UnaryOperator.identity()));
    }
}
