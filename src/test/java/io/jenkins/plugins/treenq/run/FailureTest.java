// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.run;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.is;

import com.cloudbees.plugins.credentials.CredentialsScope;
import com.cloudbees.plugins.credentials.SystemCredentialsProvider;
import com.cloudbees.plugins.credentials.domains.Domain;
import com.cloudbees.plugins.credentials.domains.HostnameSpecification;
import hudson.model.Result;
import hudson.util.Secret;
import io.jenkins.plugins.treenq.config.BuildkitBuilder;
import io.jenkins.plugins.treenq.config.Registry;
import io.jenkins.plugins.treenq.config.TreenqConfiguration;
import io.jenkins.plugins.treenq.harness.SharedJenkins;
import io.jenkins.plugins.treenq.report.ImagesAction;
import java.util.List;
import java.util.Map;
import org.jenkinsci.plugins.docker.commons.credentials.DockerServerCredentials;
import org.jenkinsci.plugins.workflow.cps.CpsFlowDefinition;
import org.jenkinsci.plugins.workflow.job.WorkflowJob;
import org.jenkinsci.plugins.workflow.job.WorkflowRun;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.jvnet.hudson.test.JenkinsRule;

/** Errors that are reported before the build reaches a daemon. */
@SharedJenkins
class FailureTest {
    private static final String DOCKERFILE = "writeFile file: 'Dockerfile', text: 'FROM scratch'";

    private JenkinsRule jenkins;

    @BeforeEach
    void start(JenkinsRule rule) {
        jenkins = rule;
        // No daemon listens on this port.
        TreenqConfiguration.get().setBuilders(List.of(new BuildkitBuilder("default", "tcp://localhost:1")));
    }

    @Test
    void aMissingBuilderIsReported() throws Exception {
        TreenqConfiguration.get().setBuilders(List.of());

        assertFails(
                "treenqBuild(tags: ['localhost:5000/a/b:1'])",
                "no builder is configured; ask an administrator to add one in Manage Jenkins » System » Treenq Build");
    }

    @Test
    void anUnknownBuilderIsReportedWithTheConfiguredOnes() throws Exception {
        assertFails(
                "treenqBuild(tags: ['localhost:5000/a/b:1'], builder: 'fast')",
                "builder 'fast' is not configured; the configured builders are 'default'");
    }

    @Test
    void aMissingClientCertificateIsReported() throws Exception {
        TreenqConfiguration.get().setBuilders(List.of(Configured.builder("default", "tcp://localhost:1")));

        assertFails(
                "treenqBuild(tags: ['localhost:5000/a/b:1'])",
                "builder 'default': credentials 'buildkit-client' were not found, or may not be used here;"
                        + " an X.509 client certificate is needed, check the id");
    }

    @Test
    void anUnreachableDaemonIsReported() throws Exception {
        assertFails(
                DOCKERFILE + "; treenqBuild(tags: ['localhost:5000/a/b:1'])",
                "building localhost:5000/a/b:1 on builder 'default' failed: nothing listens at tcp://localhost:1;"
                        + " check the address and that the daemon runs");
    }

    @Test
    void unknownCredentialsAreReported() throws Exception {
        assertFails(
                DOCKERFILE + "; treenqBuild(tags: ['localhost:5000/a/b:1'], credentialsId: 'no-such')",
                "credentials 'no-such' were not found, or may not be used here;"
                        + " registry 'localhost:5000' needs a username with password, check the id");
    }

    @Test
    void credentialsOfTheWrongTypeAreReported() throws Exception {
        Configured.add(new DockerServerCredentials(
                CredentialsScope.GLOBAL, "certificate", "", Secret.fromString("key"), "certificate", "ca"));

        assertFails(
                DOCKERFILE + "; treenqBuild(tags: ['localhost:5000/a/b:1'], credentialsId: 'certificate')",
                "credentials 'certificate' are 'X.509 Client Certificate';"
                        + " registry 'localhost:5000' needs a username with password");
    }

    @Test
    void credentialsOfADomainForAnotherHostAreReported() throws Exception {
        SystemCredentialsProvider.getInstance()
                .setDomainCredentialsMap(Map.of(
                        new Domain("other", "", List.of(new HostnameSpecification("registry.example.com", ""))),
                        List.of(Configured.login("other", "user", "password"))));

        assertFails(
                DOCKERFILE + "; treenqBuild(tags: ['localhost:5000/a/b:1'], credentialsId: 'other')",
                "credentials 'other' are in a domain for another host;"
                        + " registry 'localhost:5000' needs a username with password from a domain for it");
    }

    @Test
    void missingCredentialsOfARegistryAreReported() throws Exception {
        Registry registry = new Registry("localhost:5000");
        registry.setCredentialsId("gone");
        TreenqConfiguration.get().setRegistries(List.of(registry));

        assertFails(
                DOCKERFILE + "; treenqBuild(tags: ['localhost:5000/a/b:1'])",
                "credentials 'gone' were not found, or may not be used here;"
                        + " registry 'localhost:5000' needs a username with password, check the id");
        // Missing credentials of another registry matter only if the daemon requests them.
        WorkflowRun run = run(DOCKERFILE + "; treenqBuild(tags: ['localhost:5001/a/b:1'])");
        jenkins.assertLogContains("WARNING: credentials 'gone' were not found", run);
        jenkins.assertLogContains("nothing listens at tcp://localhost:1", run);
    }

    @Test
    void malformedTagsAndPlatformsAreReported() throws Exception {
        assertFails(
                "treenqBuild(tags: ['localhost:5000/A/b:1'])",
                "'localhost:5000/A/b:1' is not an image name: a repository has lower-case letters, digits and single"
                        + " separators . _ - /");
        assertFails(
                "treenqBuild(tags: ['localhost:5000/a/b:1'], platforms: ['amd64'])",
                "'amd64' is not a platform; write it as os/architecture[/variant], such as linux/amd64");
    }

    @Test
    void aMissingContextIsReported() throws Exception {
        assertFails(
                "treenqBuild(tags: ['localhost:5000/a/b:1'])",
                "context '" + workspace()
                        + "' does not exist; check the path and whether the sources were checked out");
        assertFails(
                "treenqBuild(tags: ['localhost:5000/a/b:1'], context: 'web')",
                "context '" + workspace()
                        + "/web' does not exist; check the path and whether the sources were checked out");
    }

    @Test
    void aContextOutsideOfTheWorkspaceIsRefused() throws Exception {
        assertFails(
                DOCKERFILE + "; treenqBuild(tags: ['localhost:5000/a/b:1'], context: '..')",
                "context '" + workspace() + "/..' is outside of '" + workspace() + "'");
        assertFails(
                "sh 'ln -sfn /etc etc'; treenqBuild(tags: ['localhost:5000/a/b:1'], context: 'etc')",
                "context '" + workspace() + "/etc' is outside of '" + workspace() + "'");
        // Another folder of the same workspace is allowed.
        jenkins.assertLogContains(
                "nothing listens at tcp://localhost:1",
                run(DOCKERFILE + "; dir('sub') { writeFile file: 'a', text: 'b';"
                        + " treenqBuild(tags: ['localhost:5000/a/b:1'], context: '..') }"));
    }

    @Test
    void aMissingDockerfileIsReported() throws Exception {
        assertFails(
                DOCKERFILE + "; treenqBuild(tags: ['localhost:5000/a/b:1'], dockerfile: 'Dockerfile.prod')",
                "Dockerfile '" + workspace()
                        + "/Dockerfile.prod' does not exist; check the path and whether the sources were checked out");
    }

    @Test
    void aBuildArgumentWithoutAValueIsReported() throws Exception {
        assertFails(
                "treenqBuild(tags: ['localhost:5000/a/b:1'], buildArgs: [VERSION: null])",
                "buildArgs: entry 1 is not of the form NAME=value");
    }

    private String workspace() {
        return jenkins.jenkins.getRootDir() + "/workspace/job";
    }

    /** Asserts that the run fails with the line, without a stack trace, an image or an artifact. */
    private void assertFails(String script, String line) throws Exception {
        WorkflowRun run = run(script);
        jenkins.assertLogContains("ERROR: " + line + System.lineSeparator(), run);
        jenkins.assertLogNotContains("\tat ", run);
        ImagesAction action = run.getAction(ImagesAction.class);
        assertThat(action == null || action.getImages().isEmpty(), is(true));
        assertThat(run.getHasArtifacts(), is(false));
    }

    private WorkflowRun run(String script) throws Exception {
        WorkflowJob job = jenkins.jenkins.getItem("job") instanceof WorkflowJob present
                ? present
                : jenkins.createProject(WorkflowJob.class, "job");
        job.setDefinition(new CpsFlowDefinition("node { " + script + " }", true));
        return jenkins.assertBuildStatus(Result.FAILURE, job.scheduleBuild2(0));
    }
}
