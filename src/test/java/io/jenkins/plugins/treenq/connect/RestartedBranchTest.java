// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.connect;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.jenkins.plugins.treenq.buildkit.Daemon;
import io.jenkins.plugins.treenq.buildkit.Registry;
import io.jenkins.plugins.treenq.config.TreenqConfiguration;
import io.jenkins.plugins.treenq.run.Configured;
import io.jenkins.plugins.treenq.run.DaemonSteps;
import io.jenkins.plugins.treenq.run.NothingIsArchived;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;
import jenkins.branch.BranchProperty;
import jenkins.branch.BranchSource;
import jenkins.branch.DefaultBranchPropertyStrategy;
import jenkins.branch.NoTriggerBranchProperty;
import jenkins.plugins.git.GitSCMSource;
import jenkins.plugins.git.traits.BranchDiscoveryTrait;
import org.jenkinsci.plugins.workflow.job.WorkflowRun;
import org.jenkinsci.plugins.workflow.multibranch.WorkflowMultiBranchProject;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.jvnet.hudson.test.JenkinsRule;
import org.jvnet.hudson.test.junit.jupiter.RealJenkinsExtension;

/** A branch whose image is being built while Jenkins restarts. */
class RestartedBranchTest {
    @RegisterExtension
    private final RealJenkinsExtension controller = new RealJenkinsExtension();

    @TempDir
    Path folder;

    @Test
    void theBuildOfABranchIsCompletedAfterARestart() throws Throwable {
        String image = "test-" + UUID.randomUUID().toString().substring(0, 8);
        try (GitServer server = new GitServer(folder, true)) {
            Repository repository = new Repository(folder.resolve("web.git"));
            // It waits the first time, and not when the daemon runs the step again.
            repository.commit(
                    "Dockerfile",
                    "FROM busybox\nRUN --mount=type=cache,id=%1$s,target=/runs echo begun; mkdir /runs/first && sleep 300; echo %1$s\n"
                            .formatted(image));
            repository.push();
            controller.startJenkins();
            controller.runRemotely(RestartedBranchTest::begin, server.url("web.git"), image);
            controller.stopJenkins();
            controller.startJenkins();
            controller.runRemotely(RestartedBranchTest::end, image);
        }
    }

    /** Jenkins is killed after the daemon has finished the build, and before the image is recorded. */
    @Test
    void aFinishedBuildIsNoResultOfSettingsThatWereChangedInTheMeantime() throws Throwable {
        String image = "test-" + UUID.randomUUID().toString().substring(0, 8);
        Path mark = folder.resolve("mark");
        try (GitServer server = new GitServer(folder, true)) {
            Repository repository = new Repository(folder.resolve("web.git"));
            repository.commit("Dockerfile", "FROM scratch\nLABEL image=" + image + "\nCOPY Dockerfile /\n");
            repository.push();
            controller.startJenkins();
            controller.runRemotely(
                    RestartedBranchTest::beginWithoutRecord, server.url("web.git"), image, mark.toString());
            DaemonSteps.await("the build does not end", () -> Files.exists(mark));
            controller.stopJenkinsForcibly();
            Path settings = controller.getHome().toPath().resolve("jobs/web/config.xml");
            String before = Files.readString(settings);
            Files.writeString(settings, before.replace("/" + image + "<", "/" + image + "-renamed<"));
            controller.startJenkins();
            controller.runRemotely(RestartedBranchTest::endRenamed, image);
        }
    }

    private static void beginWithoutRecord(JenkinsRule jenkins, String url, String image, String mark)
            throws Throwable {
        NothingIsArchived.of("main", mark);
        start(jenkins, url, image);
    }

    private static void endRenamed(JenkinsRule jenkins, String image) throws Throwable {
        WorkflowMultiBranchProject project = jenkins.jenkins.getItemByFullName("web", WorkflowMultiBranchProject.class);
        WorkflowRun run = project.getItemByBranchName("main").getBuildByNumber(1);
        jenkins.assertBuildStatusSuccess(jenkins.waitForCompletion(run));
        jenkins.assertLogContains("The settings of the project were changed while Jenkins was restarting", run);
        String renamed = image + "-renamed";
        jenkins.assertLogContains(
                renamed + "@"
                        + new Registry(Daemon.first()).digest(renamed, "main").orElseThrow(),
                run);
    }

    private static void begin(JenkinsRule jenkins, String url, String image) throws Throwable {
        jenkins.waitForMessage("begun", start(jenkins, url, image));
    }

    private static WorkflowRun start(JenkinsRule jenkins, String url, String image) throws Throwable {
        Daemon daemon = Daemon.first();
        Configured.with(daemon);
        TreenqConfiguration.get().save();
        Configured.add(Configured.login("git", GitServer.USER, GitServer.PASSWORD));
        WorkflowMultiBranchProject project = jenkins.createProject(WorkflowMultiBranchProject.class, "web");
        GitSCMSource source = new GitSCMSource(url);
        source.setCredentialsId("git");
        source.setTraits(List.of(new BranchDiscoveryTrait()));
        BranchSource branches = new BranchSource(source);
        branches.setStrategy(new DefaultBranchPropertyStrategy(new BranchProperty[] {new NoTriggerBranchProperty()}));
        project.getSourcesList().add(branches);
        project.setProjectFactory(
                new DockerfileBranchProjectFactory(new ImageSettings(daemon.registry() + "/" + image)));
        project.save();
        project.scheduleBuild2(0).getFuture().get();
        return project.getItemByBranchName("main").scheduleBuild2(0).waitForStart();
    }

    private static void end(JenkinsRule jenkins, String image) throws Throwable {
        Daemon daemon = Daemon.first();
        WorkflowMultiBranchProject project = jenkins.jenkins.getItemByFullName("web", WorkflowMultiBranchProject.class);
        WorkflowRun run = project.getItemByBranchName("main").getBuildByNumber(1);
        jenkins.assertBuildStatusSuccess(jenkins.waitForCompletion(run));
        String digest = new Registry(daemon).digest(image, "main").orElseThrow();
        jenkins.assertLogContains(digest, run);
        // The record of the commit's image and the settings were stored before the restart.
        WorkflowRun again = jenkins.waitForCompletion(
                project.getItemByBranchName("main").scheduleBuild2(0).waitForStart());
        jenkins.assertLogContains("Promoting ", jenkins.assertBuildStatusSuccess(again));
        assertEquals(digest, new Registry(daemon).digest(image, "main").orElseThrow());
    }
}
