// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.run;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.not;
import static org.junit.jupiter.api.Assertions.assertEquals;

import hudson.model.Result;
import io.jenkins.plugins.treenq.buildkit.BuildListener;
import io.jenkins.plugins.treenq.buildkit.Daemon;
import io.jenkins.plugins.treenq.buildkit.client.BuildkitClient;
import io.jenkins.plugins.treenq.buildkit.client.DockerfileBuild;
import io.jenkins.plugins.treenq.buildkit.client.PreparedBuild;
import io.jenkins.plugins.treenq.buildkit.client.Workspace;
import io.jenkins.plugins.treenq.config.Registry;
import io.jenkins.plugins.treenq.config.TreenqConfiguration;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jenkinsci.plugins.workflow.cps.CpsFlowDefinition;
import org.jenkinsci.plugins.workflow.job.WorkflowJob;
import org.jenkinsci.plugins.workflow.job.WorkflowRun;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.jvnet.hudson.test.JenkinsRule;
import org.jvnet.hudson.test.junit.jupiter.WithJenkins;

/** Steps that need neither a workspace nor a builder, in a real Jenkins with real registries. */
@WithJenkins
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
    }

    /** Leaves an image in the registry that nothing of Jenkins has made. */
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

    /** One line, without a trace. */
    private void assertFails(String line, String script) throws Exception {
        WorkflowRun run = run(Result.FAILURE, script);
        jenkins.assertLogContains("ERROR: " + line, run);
        jenkins.assertLogNotContains("\tat ", run);
    }

    @Test
    void aScriptReadsAllThatTheRegistrySays() throws Exception {
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
    void whatIsNotThereIsNull() throws Exception {
        WorkflowRun run = run(Result.SUCCESS, """
                echo "found=${treenqInspect('%s:1')}"
                """.formatted(image));

        jenkins.assertLogContains("found=null", run);
        jenkins.assertLogContains("There is no image " + image + ":1", run);
    }

    @Test
    void mirrorsOfARegistryAreAsked() throws Exception {
        WorkflowRun run = run(Result.SUCCESS, "echo \"found=${treenqInspect('busybox')}\"");

        jenkins.assertLogContains("found=docker.io/library/busybox@sha256:", run);
    }

    @Test
    void aJobsOwnLoginIsTakenForItsRegistryAndAWrongOneRefused() throws Exception {
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
    void onlyTheRegistryThatIsAskedIsLoggedInTo() throws Exception {
        Registry other = new Registry("registry.example.com");
        other.setCredentialsId("gone");
        TreenqConfiguration.get().setRegistries(List.of(other));

        assertFails(
                "credentials 'gone' were not found",
                "treenqInspect 'registry.example.com/shop/web:1'");
        assertThat(
                JenkinsRule.getLog(run(Result.FAILURE, "treenqInspect 'localhost:1/shop/web:1'")),
                not(containsString("gone")));
    }

    @Test
    void whatCannotBeAskedFailsInOneLine() throws Exception {
        assertFails(
                "inspecting localhost:1/a/b:1 failed: registry localhost:1 cannot be reached from here",
                "treenqInspect 'localhost:1/a/b:1'");
        assertFails("'a/B' is not an image name: ", "treenqInspect 'a/B'");
        assertFails("'' is not an image name: ", "treenqInspect ''");
        TreenqConfiguration.get().getRegistries().get(0).setCaCertificate(null);
        assertFails(
                "inspecting " + image + ":1 failed: registry " + daemon.registry()
                        + " has a certificate that is not trusted here or is for another host",
                "treenqInspect '" + image + ":1'");
    }

    @Test
    void abortingStopsWaitingForARegistry() throws Exception {
        try (ServerSocket silent = new ServerSocket(0, 10, InetAddress.getLoopbackAddress())) {
            WorkflowJob job = jenkins.createProject(WorkflowJob.class);
            job.setDefinition(new CpsFlowDefinition(
                    "treenqInspect 'localhost:" + silent.getLocalPort() + "/a/b:1'", true));
            WorkflowRun run = job.scheduleBuild2(0).waitForStart();
            try (Socket asked = silent.accept()) {
                run.doStop();

                jenkins.assertBuildStatus(Result.ABORTED, jenkins.waitForCompletion(run));
                // Nobody waits for an answer any more.
                assertEquals(-1, endOf(asked));
            }
        }
    }

    /** Reads what was asked, until nobody asks. */
    private static int endOf(Socket asked) throws Exception {
        int read;
        do {
            read = asked.getInputStream().read(new byte[8192]);
        } while (read >= 0);
        return read;
    }
}
