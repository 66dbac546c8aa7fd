// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.connect;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.not;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import hudson.console.ConsoleLogFilter;
import hudson.model.Result;
import hudson.model.TaskListener;
import hudson.scm.SCM;
import io.jenkins.plugins.treenq.buildkit.BuildRequest;
import io.jenkins.plugins.treenq.buildkit.Daemon;
import io.jenkins.plugins.treenq.buildkit.Registry;
import io.jenkins.plugins.treenq.harness.SharedJenkins;
import io.jenkins.plugins.treenq.parameters.BuildOutput;
import io.jenkins.plugins.treenq.parameters.BuildSecret;
import io.jenkins.plugins.treenq.parameters.RegistryCache;
import io.jenkins.plugins.treenq.report.MetadataResult;
import io.jenkins.plugins.treenq.run.Configured;
import io.jenkins.plugins.treenq.run.ConsoleMasks;
import io.jenkins.plugins.treenq.step.TreenqBuildStep;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.UnaryOperator;
import jenkins.branch.BranchSource;
import jenkins.branch.OrganizationFolder;
import jenkins.scm.api.SCMRevision;
import jenkins.scm.api.mixin.ChangeRequestCheckoutStrategy;
import jenkins.scm.api.trait.SCMSourceTrait;
import jenkins.scm.impl.mock.MockChangeRequestFlags;
import jenkins.scm.impl.mock.MockRepositoryFlags;
import jenkins.scm.impl.mock.MockSCM;
import jenkins.scm.impl.mock.MockSCMController;
import jenkins.scm.impl.mock.MockSCMDiscoverBranches;
import jenkins.scm.impl.mock.MockSCMDiscoverChangeRequests;
import jenkins.scm.impl.mock.MockSCMNavigator;
import jenkins.scm.impl.mock.MockSCMSource;
import org.jenkinsci.plugins.workflow.job.WorkflowRun;
import org.jenkinsci.plugins.workflow.multibranch.WorkflowMultiBranchProject;
import org.jenkinsci.plugins.workflow.multibranch.WorkflowMultiBranchProjectFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.jvnet.hudson.test.JenkinsRule;
import org.jvnet.hudson.test.TestExtension;

/** Change requests and organization folders with the mock SCM of scm-api, on a real daemon. */
@SharedJenkins
class ChangeRequestsTest {
    private static final String SECRET = "the-secret-of-the-project";
    private static final String REVERSED = new StringBuilder(SECRET).reverse().toString();

    /** Mounts secrets and a cache, and prints the secrets reversed, so that no mask recognizes them. */
    private static final String CURIOUS = """
            FROM busybox
            RUN --mount=type=secret,id=token echo "MARK plain: $(cat /run/secrets/token | rev)"
            RUN --mount=type=secret,id=token --mount=type=secret,id=GIT_AUTH_HEADER.127.0.0.1 \
                --mount=type=cache,id=MARK,target=/cache \
                echo "secret: $(cat /run/secrets/token | rev)"; ls /run/secrets; echo "cache: $(cat /cache/mark)"; \
                echo poisoned > /cache/mark
            """;

    @TempDir
    Path folder;

    private JenkinsRule jenkins;
    private Daemon daemon;
    private Registry registry;
    private MockSCMController controller;
    private String image;

    /** Location of the sources of the mock SCM for a daemon; null if only an agent can check them out. */
    private static CommitFinder.Location location;

    @BeforeEach
    void start(JenkinsRule rule) throws Exception {
        jenkins = rule;
        daemon = Daemon.first();
        registry = new Registry(daemon);
        Configured.with(daemon);
        Configured.add(Configured.text("token", SECRET));
        controller = MockSCMController.create();
        image = "test-" + UUID.randomUUID().toString().substring(0, 8);
    }

    @AfterEach
    void stop() {
        controller.close();
        location = null;
    }

    /** Makes commits of the mock SCM fetchable. */
    @TestExtension
    public static final class Locations implements CommitFinder {
        @Override
        public Optional<Location> find(SCM scm, SCMRevision revision) {
            return scm instanceof MockSCM ? Optional.ofNullable(location) : Optional.empty();
        }
    }

    private ImageSettings settings() {
        ImageSettings settings = new ImageSettings(daemon.registry() + "/" + image);
        settings.setCheckout(new AgentCheckout());
        TreenqBuildStep build = new TreenqBuildStep(List.of());
        BuildSecret secret = new BuildSecret("token");
        secret.setCredentialsId("token");
        build.setSecrets(List.of(secret));
        build.setCacheTo(List.of(new RegistryCache(daemon.registry() + "/" + image + "-cache")));
        settings.setBuild(build);
        return settings;
    }

    /** Returns a Dockerfile whose steps no other test has in the daemon's cache. */
    private String curious() {
        return CURIOUS.replace("MARK", image);
    }

    private void repository(String name) throws Exception {
        controller.createRepository(name, MockRepositoryFlags.FORKABLE, MockRepositoryFlags.TRUST_AWARE);
        add(
                name,
                "master",
                "Dockerfile",
                // The daemon finds the result of a step without regard to the mount's id.
                "FROM busybox\nRUN --mount=type=cache,id=" + image + ",target=/cache echo ours > /cache/mark; : "
                        + image + "\n");
    }

    private void add(String name, String branch, String file, String text) throws Exception {
        controller.addFile(name, branch, "adds " + file, file, text.getBytes(StandardCharsets.UTF_8));
    }

    private WorkflowMultiBranchProject project(ImageSettings settings) throws Exception {
        return project(
                settings,
                new MockSCMDiscoverBranches(),
                new MockSCMDiscoverChangeRequests(ChangeRequestCheckoutStrategy.HEAD));
    }

    private WorkflowMultiBranchProject project(ImageSettings settings, SCMSourceTrait... discovered) throws Exception {
        WorkflowMultiBranchProject project = jenkins.createProject(WorkflowMultiBranchProject.class, "web");
        project.getSourcesList().add(new BranchSource(new MockSCMSource(controller, "web", discovered)));
        project.setProjectFactory(new DockerfileBranchProjectFactory(settings));
        project.scheduleBuild2(0).getFuture().get();
        jenkins.waitUntilNoActivity();
        return project;
    }

    @Test
    void anUntrustedChangeRequestGetsNoSecretsLoginsPushOrSharedCache() throws Exception {
        repository("web");
        int number = controller.openChangeRequest(
                "web", "master", MockChangeRequestFlags.FORK, MockChangeRequestFlags.UNTRUSTED);
        add("web", "change-request/" + number, "Dockerfile", curious());
        ImageSettings settings = settings();
        settings.setPushChangeRequests(true);
        settings.getBuild().setOutputs(List.of(new BuildOutput("tar", "results.tar")));

        WorkflowMultiBranchProject project = project(settings);

        jenkins.assertBuildStatusSuccess(project.getItemByBranchName("master").getLastBuild());
        WorkflowRun request = project.getItemByBranchName("CR-" + number).getLastBuild();
        // A missing secret fails the build only if its mount is required.
        jenkins.assertBuildStatusSuccess(request);
        String log = JenkinsRule.getLog(request);
        assertThat(log, containsString("author of this change request may not push to the repository"));
        assertThat(log, not(containsString(REVERSED)));
        assertThat(log, not(containsString("cache: ours")));
        assertTrue(registry.digest(image, "master").isPresent());
        assertTrue(registry.digest(image + "-cache", "latest").isPresent());
        assertTrue(registry.digest(image, "pr-" + number).isEmpty());
        assertTrue(hasResults(project, "master"));
        assertFalse(hasResults(project, "CR-" + number));
        // A build that ends its daemon does not end the next one, too.
        assertEquals(0, retries(settings, request));
        assertNull(retries(settings, project.getItemByBranchName("master").getLastBuild()));

        // A trusted build does not find what the untrusted build has written to its cache mount.
        add("web", "master", "Dockerfile", curious() + "RUN echo again\n");
        project.scheduleBuild2(0).getFuture().get();
        jenkins.waitUntilNoActivity();
        String trusted =
                JenkinsRule.getLog(project.getItemByBranchName("master").getLastBuild());
        assertThat(trusted, containsString("cache: ours"));
        // A trusted build does not reuse the step that ran without the secret, either.
        assertThat(trusted, containsString("plain: " + REVERSED));
        assertThat(trusted, containsString(REVERSED));
    }

    private static Integer retries(ImageSettings settings, WorkflowRun run) throws Exception {
        MetadataResult metadata = settings.rulesFor("registry.example.com/web")
                .perform(
                        run,
                        run.getEnvironment(TaskListener.NULL),
                        TaskListener.NULL,
                        ConsoleMasks.of((ConsoleLogFilter) null),
                        UnaryOperator.identity());
        return new BranchOrder(settings, run.getAction(BranchCommit.class))
                .of(BuildRequest.newRef(), metadata, false, run.getParent().getFullName())
                .retries();
    }

    /** Tells whether the workspace of a branch has the output of its build. */
    private boolean hasResults(WorkflowMultiBranchProject project, String branch) throws Exception {
        return jenkins.jenkins
                .getWorkspaceFor(project.getItemByBranchName(branch))
                .child("results.tar")
                .exists();
    }

    @Test
    void anUntrustedChangeRequestCannotPullPrivateImages() throws Exception {
        repository("web");
        WorkflowMultiBranchProject project = project(settings());
        int number = controller.openChangeRequest(
                "web", "master", MockChangeRequestFlags.FORK, MockChangeRequestFlags.UNTRUSTED);
        add("web", "change-request/" + number, "Dockerfile", "FROM " + daemon.registry() + "/" + image + ":master\n");
        project.scheduleBuild2(0).getFuture().get();
        jenkins.waitUntilNoActivity();

        WorkflowRun request = project.getItemByBranchName("CR-" + number).getLastBuild();
        jenkins.assertBuildStatus(Result.FAILURE, request);
        assertThat(JenkinsRule.getLog(request), containsString(daemon.registry()));
    }

    @Test
    void aTrustedChangeRequestIsPushedOnlyIfConfigured() throws Exception {
        repository("web");
        int number = controller.openChangeRequest("web", "master");
        add("web", "change-request/" + number, "Dockerfile", curious());
        ImageSettings settings = settings();
        WorkflowMultiBranchProject project = project(settings);

        WorkflowRun request = jenkins.assertBuildStatusSuccess(
                project.getItemByBranchName("CR-" + number).getLastBuild());
        assertThat(
                JenkinsRule.getLog(request),
                containsString("The image of a change request is built, and it is not pushed"));
        assertTrue(registry.digest(image, "pr-" + number).isEmpty());
        assertThat(JenkinsRule.getLog(request), containsString(REVERSED));

        settings.setPushChangeRequests(true);
        jenkins.assertBuildStatusSuccess(jenkins.waitForCompletion(
                project.getItemByBranchName("CR-" + number).scheduleBuild2(0).waitForStart()));
        assertTrue(registry.digest(image, "pr-" + number).isPresent());
    }

    @Test
    void anUntrustedChangeRequestIsFetchedWithoutTheRepositorysLogin() throws Exception {
        try (GitServer server = new GitServer(folder, true)) {
            Repository repository = new Repository(folder.resolve("web.git"));
            String commit = repository.commit("Dockerfile", curious());
            repository.push();
            Configured.add(Configured.login("git", GitServer.USER, GitServer.PASSWORD));
            location = new CommitFinder.Location(server.url("web.git"), "git", commit, null);
            repository("web");
            int number = controller.openChangeRequest(
                    "web", "master", MockChangeRequestFlags.FORK, MockChangeRequestFlags.UNTRUSTED);
            ImageSettings settings = settings();
            settings.setCheckout(null);

            // Only change requests, because a daemon shares a running fetch of a trusted build with other builds.
            WorkflowMultiBranchProject project =
                    project(settings, new MockSCMDiscoverChangeRequests(ChangeRequestCheckoutStrategy.HEAD));

            WorkflowRun request = project.getItemByBranchName("CR-" + number).getLastBuild();
            jenkins.assertBuildStatus(Result.FAILURE, request);
            assertThat(
                    JenkinsRule.getLog(request), containsString("the daemon fetches the repository without a login"));
            // A trusted change request gets the login.
            int trusted = controller.openChangeRequest("web", "master");
            project.scheduleBuild2(0).getFuture().get();
            jenkins.waitUntilNoActivity();
            jenkins.assertBuildStatusSuccess(
                    project.getItemByBranchName("CR-" + trusted).getLastBuild());
        }
    }

    @Test
    void aRepositoryCannotReplaceTheImageOfAnother() throws Exception {
        repository("web");
        ImageSettings settings = new ImageSettings(daemon.registry() + "/" + image + "/${repository}");
        settings.setCheckout(new AgentCheckout());
        OrganizationFolder shop = jenkins.createProject(OrganizationFolder.class, "shop");
        shop.getSCMNavigators().add(new MockSCMNavigator(controller, new MockSCMDiscoverBranches()));
        shop.getProjectFactories().replaceBy(List.of(new DockerfileProjectFactory(settings)));
        shop.scheduleBuild2(0).getFuture().get();
        jenkins.waitUntilNoActivity();
        String digest = registry.digest(image + "/web", "master").orElseThrow();

        repository("_web");
        add("_web", "master", "Dockerfile", "FROM busybox\nRUN echo evil\n");
        shop.scheduleBuild2(0).getFuture().get();
        jenkins.waitUntilNoActivity();

        WorkflowMultiBranchProject other = (WorkflowMultiBranchProject) shop.getItem("_web");
        WorkflowRun refused = other.getItemByBranchName("master").getLastBuild();
        jenkins.assertBuildStatus(Result.FAILURE, refused);
        jenkins.assertLogContains(
                "ERROR: the tag " + daemon.registry() + "/" + image + "/web:master belongs to 'web', whose images have"
                        + " the same name",
                refused);
        assertEquals(digest, registry.digest(image + "/web", "master").orElseThrow());

        controller.deleteRepository("web");
        shop.scheduleBuild2(0).getFuture().get();
        jenkins.waitUntilNoActivity();
        jenkins.assertBuildStatusSuccess(jenkins.waitForCompletion(
                other.getItemByBranchName("master").scheduleBuild2(0).waitForStart()));
        assertNotEquals(digest, registry.digest(image + "/web", "master").orElseThrow());
    }

    @Test
    void anOrganizationFolderFindsRepositoriesByTheirDockerfile() throws Exception {
        repository("web");
        repository("site");
        add("site", "master", "Jenkinsfile", "echo 'by Jenkinsfile'");
        controller.createRepository("docs");
        ImageSettings settings = new ImageSettings(daemon.registry() + "/" + image + "/${repository}");
        settings.setCheckout(new AgentCheckout());
        OrganizationFolder shop = jenkins.createProject(OrganizationFolder.class, "shop");
        shop.getSCMNavigators().add(new MockSCMNavigator(controller, new MockSCMDiscoverBranches()));
        shop.getProjectFactories()
                .replaceBy(List.of(new WorkflowMultiBranchProjectFactory(), new DockerfileProjectFactory(settings)));
        jenkins.configRoundtrip(shop);
        shop.scheduleBuild2(0).getFuture().get();
        jenkins.waitUntilNoActivity();

        assertEquals(2, shop.getItems().size());
        assertTrue(registry.digest(image + "/web", "master").isPresent());
        assertFalse(registry.digest(image + "/site", "master").isPresent());
        WorkflowMultiBranchProject site = (WorkflowMultiBranchProject) shop.getItem("site");
        jenkins.assertLogContains(
                "by Jenkinsfile", site.getItemByBranchName("master").getLastBuild());

        repository("cart");
        shop.scheduleBuild2(0).getFuture().get();
        jenkins.waitUntilNoActivity();
        assertTrue(registry.digest(image + "/cart", "master").isPresent());

        // A renamed folder keeps the record of built commits.
        WorkflowMultiBranchProject web = (WorkflowMultiBranchProject) shop.getItem("web");
        shop.renameTo("store");
        WorkflowRun again = jenkins.waitForCompletion(
                web.getItemByBranchName("master").scheduleBuild2(0).waitForStart());
        jenkins.assertBuildStatusSuccess(again);
        assertTrue(Files.exists(web.getRootDir().toPath().resolve("treenq-branches.xml")));
    }
}
