// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.connect;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.not;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.jenkins.plugins.treenq.buildkit.Daemon;
import io.jenkins.plugins.treenq.buildkit.Registry;
import io.jenkins.plugins.treenq.harness.SharedJenkins;
import io.jenkins.plugins.treenq.run.Configured;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;
import jenkins.branch.BranchSource;
import jenkins.plugins.git.GitSCMSource;
import jenkins.plugins.git.traits.BranchDiscoveryTrait;
import jenkins.plugins.git.traits.TagDiscoveryTrait;
import jenkins.scm.api.trait.SCMSourceTrait;
import org.jenkinsci.plugins.workflow.job.WorkflowRun;
import org.jenkinsci.plugins.workflow.multibranch.WorkflowMultiBranchProject;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.jvnet.hudson.test.JenkinsRule;

/** Multibranch projects by Dockerfile, whose commits a real daemon fetches from a real Git server with a login. */
@SharedJenkins
class DockerfileBranchesTest {
    private static final String DOCKERFILE = "FROM scratch\nCOPY text /\n";

    @TempDir
    Path folder;

    private JenkinsRule jenkins;
    private Daemon daemon;
    private Registry registry;
    private GitServer server;
    private Repository repository;
    private String image;

    @BeforeEach
    void start(JenkinsRule rule) throws Exception {
        jenkins = rule;
        daemon = Daemon.first();
        registry = new Registry(daemon);
        Configured.with(daemon);
        Configured.add(Configured.login("git", GitServer.USER, GitServer.PASSWORD));
        server = new GitServer(folder, true);
        repository = new Repository(folder.resolve("web.git"));
        repository.commit("Dockerfile", DOCKERFILE);
        repository.commit("text", UUID.randomUUID().toString());
        repository.push();
        image = "test-" + UUID.randomUUID().toString().substring(0, 8);
    }

    @AfterEach
    void stop() {
        server.close();
    }

    private ImageSettings settings() {
        return new ImageSettings(daemon.registry() + "/" + image);
    }

    private WorkflowMultiBranchProject project(ImageSettings settings) throws Exception {
        WorkflowMultiBranchProject project = jenkins.createProject(WorkflowMultiBranchProject.class, "web");
        GitSCMSource source = new GitSCMSource(server.url("web.git"));
        source.setCredentialsId("git");
        source.setTraits(List.<SCMSourceTrait>of(new BranchDiscoveryTrait(), new TagDiscoveryTrait()));
        project.getSourcesList().add(new BranchSource(source));
        project.setProjectFactory(new DockerfileBranchProjectFactory(settings));
        return project;
    }

    /** Scans the repository, and returns the log. */
    private String scan(WorkflowMultiBranchProject project) throws Exception {
        project.scheduleBuild2(0).getFuture().get();
        jenkins.waitUntilNoActivity();
        return Files.readString(project.getComputation().getLogFile().toPath());
    }

    private WorkflowRun built(WorkflowMultiBranchProject project, String branch) throws Exception {
        return jenkins.assertBuildStatusSuccess(
                project.getItemByBranchName(branch).getLastBuild());
    }

    @Test
    void eachBranchWithADockerfileGetsAnImageOfItsCommitWithoutAnExecutor() throws Exception {
        jenkins.jenkins.setNumExecutors(0);
        repository.branch("feature/cart");
        String commit = repository.commit("text", "of the cart");
        repository.push();
        repository.git("rm", "--quiet", "Dockerfile").branch("docs").commit("text", "docs");
        repository.push();

        WorkflowMultiBranchProject project = project(settings());
        String log = scan(project);

        assertThat(log, containsString("‘Dockerfile’ found"));
        assertThat(log, containsString("‘Dockerfile’ not found"));
        assertNull(project.getItemByBranchName("docs"));
        built(project, "main");
        WorkflowRun cart = built(project, "feature/cart");
        String digest = registry.digest(image, "feature-cart").orElseThrow();
        jenkins.assertLogContains("Built " + daemon.registry() + "/" + image + "@" + digest, cart);
        assertTrue(registry.digest(image, "main").isPresent());
        assertThat(server.admitted(), hasItem("/web.git/git-upload-pack"));
        assertThat(JenkinsRule.getLog(cart), not(containsString(GitServer.PASSWORD)));
        assertThat(JenkinsRule.getLog(cart), containsString(commit));
    }
}
