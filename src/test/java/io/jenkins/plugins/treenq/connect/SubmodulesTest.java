// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.connect;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.not;

import hudson.model.Result;
import hudson.plugins.git.extensions.impl.SubmoduleOption;
import io.jenkins.plugins.treenq.buildkit.Daemon;
import io.jenkins.plugins.treenq.harness.SharedJenkins;
import io.jenkins.plugins.treenq.run.Configured;
import io.jenkins.plugins.treenq.step.TreenqBuildStep;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import jenkins.branch.BranchSource;
import jenkins.plugins.git.GitSCMSource;
import jenkins.plugins.git.traits.BranchDiscoveryTrait;
import jenkins.plugins.git.traits.SubmoduleOptionTrait;
import jenkins.scm.api.trait.SCMSourceTrait;
import org.jenkinsci.plugins.workflow.job.WorkflowRun;
import org.jenkinsci.plugins.workflow.multibranch.WorkflowMultiBranchProject;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.jvnet.hudson.test.JenkinsRule;

/** Commits with files in other repositories or in Git LFS, on a real Git server with a login. */
@SharedJenkins
class SubmodulesTest {
    private static final String POINTER = """
            version https://git-lfs.github.com/spec/v1
            oid sha256:4d7a214614ab2935c943f9e0ff69d22eadbb8f32b1258daaa5e2ca24d17e2393
            size 12345
            """;

    /** The first minor versions of BuildKit that check out such submodules correctly. */
    private static final int SUBMODULES_IN_SUBFOLDERS = 24;

    private static final int SUBMODULES_OF_ONE_COMMIT = 29;

    @TempDir
    Path folder;

    private JenkinsRule jenkins;
    private GitServer server;
    private Repository repository;
    private String image;

    @BeforeEach
    void start(JenkinsRule rule) throws Exception {
        jenkins = rule;
        Configured.add(Configured.login("git", GitServer.USER, GitServer.PASSWORD));
        server = new GitServer(folder, true);
        repository = new Repository(folder.resolve("web.git"));
        image = "test-" + UUID.randomUUID().toString().substring(0, 8);
    }

    @AfterEach
    void stop() {
        server.close();
    }

    static List<Daemon> daemons() {
        return Daemon.all();
    }

    private WorkflowMultiBranchProject project(Daemon daemon, String context, SCMSourceTrait... traits)
            throws Exception {
        Configured.with(daemon);
        WorkflowMultiBranchProject project = jenkins.createProject(WorkflowMultiBranchProject.class, "web");
        GitSCMSource source = new GitSCMSource(server.url("web.git"));
        source.setCredentialsId("git");
        List<SCMSourceTrait> all = new ArrayList<>(List.of(traits));
        all.add(new BranchDiscoveryTrait());
        source.setTraits(all);
        project.getSourcesList().add(new BranchSource(source));
        ImageSettings settings = new ImageSettings(daemon.registry() + "/" + image);
        TreenqBuildStep build = new TreenqBuildStep(List.of());
        build.setContext(context);
        settings.setBuild(build);
        project.setProjectFactory(new DockerfileBranchProjectFactory(settings));
        return project;
    }

    private ImageSettings settings(WorkflowMultiBranchProject project) {
        return ((DockerfileBranchProjectFactory) project.getProjectFactory()).getSettings();
    }

    private WorkflowRun scan(WorkflowMultiBranchProject project, String branch) throws Exception {
        project.scheduleBuild2(0).getFuture().get();
        jenkins.waitUntilNoActivity();
        return project.getItemByBranchName(branch).getLastBuild();
    }

    /** Commits a Dockerfile that prints a file and is different in each test. */
    private void dockerfile(String path, String file) throws Exception {
        repository.commit(path, "FROM busybox\nCOPY . /src\nRUN cat /src/" + file + " && : " + image + "\n");
    }

    /** Commits a submodule that has the file {@code shared} and needs no login. */
    private void submodule(String path) throws Exception {
        Repository library = new Repository(folder.resolve("library.git"));
        library.commit("shared", "of the library " + image);
        library.push();
        server.open("library.git");
        repository.submodule(folder.resolve("library.git"), path);
    }

    private static boolean isBefore(Daemon daemon, int minor) {
        return Integer.parseInt(daemon.version().split("\\.")[1]) < minor;
    }

    @ParameterizedTest
    @MethodSource("daemons")
    void theDaemonFetchesSubmodules(Daemon daemon) throws Exception {
        dockerfile("Dockerfile", "library/shared");
        submodule("library");
        repository.push();

        WorkflowRun run = scan(project(daemon, "."), "main");

        jenkins.assertLogContains("of the library " + image, jenkins.assertBuildStatusSuccess(run));
    }

    @ParameterizedTest
    @MethodSource("daemons")
    void aCommitThatRemovesASubmoduleIsFetchedByNewDaemons(Daemon daemon) throws Exception {
        dockerfile("Dockerfile", "library/shared");
        submodule("library");
        repository.push();
        WorkflowMultiBranchProject project = project(daemon, ".");
        jenkins.assertBuildStatusSuccess(scan(project, "main"));
        repository.git("rm", "--quiet", "library").commit("text", "of its own");
        dockerfile("Dockerfile", "text");
        repository.push();

        WorkflowRun run = scan(project, "main");

        if (isBefore(daemon, SUBMODULES_OF_ONE_COMMIT)) {
            jenkins.assertBuildStatus(Result.FAILURE, run);
            jenkins.assertLogContains(
                    "the daemon cannot fetch the submodules of the Git repository " + server.url("web.git")
                            + "; check .gitmodules, and update a daemon that is older than BuildKit v0.29",
                    run);
            jenkins.assertLogNotContains("\tat ", run);
        } else {
            jenkins.assertLogContains("of its own", jenkins.assertBuildStatusSuccess(run));
        }
    }

    @ParameterizedTest
    @MethodSource("daemons")
    void aSubmoduleWithinASubfolderIsFetchedByNewDaemons(Daemon daemon) throws Exception {
        dockerfile("app/Dockerfile", "library/shared");
        submodule("app/library");
        repository.push();

        WorkflowRun run = scan(project(daemon, "app"), "main");

        if (isBefore(daemon, SUBMODULES_IN_SUBFOLDERS)) {
            // Such a daemon puts the submodule into the folder app of the context.
            jenkins.assertLogContains("can't open '/src/library/shared'", run);
        } else {
            jenkins.assertLogContains("of the library " + image, jenkins.assertBuildStatusSuccess(run));
        }
    }

    @Test
    void aSubmoduleThatNeedsALoginOverHttpIsReported() throws Exception {
        dockerfile("Dockerfile", "library/shared");
        submodule("library");
        repository.git("config", "--file", ".gitmodules", "submodule.library.url", "../private.git");
        repository.commit("other", "address");
        repository.push();

        WorkflowRun run = scan(project(Daemon.first(), "."), "main");

        jenkins.assertBuildStatus(Result.FAILURE, run);
        jenkins.assertLogContains(
                "the daemon cannot fetch the submodules of the Git repository " + server.url("web.git")
                        + "; check the addresses in .gitmodules",
                run);
        jenkins.assertLogNotContains("\tat ", run);
    }

    @Test
    void anAgentChecksOutSubmodulesIfTheBranchSourceHasTheOption() throws Exception {
        dockerfile("Dockerfile", "library/shared");
        submodule("library");
        repository.push();
        WorkflowMultiBranchProject project = project(
                Daemon.first(),
                ".",
                new SubmoduleOptionTrait(new SubmoduleOption(false, true, false, null, null, true)));
        settings(project).setCheckout(new AgentCheckout());

        WorkflowRun run = scan(project, "main");

        jenkins.assertLogContains("of the library " + image, jenkins.assertBuildStatusSuccess(run));
    }

    @Test
    void theLogWarnsOfFilesInGitLfsThatTheDaemonDoesNotFetch() throws Exception {
        dockerfile("app/Dockerfile", "logo.png");
        repository.commit("app/logo.png", "not in Git LFS");
        repository.commit(".gitattributes", "*.txt text\n# *.png filter=lfs\n");
        repository.push();
        WorkflowMultiBranchProject project = project(Daemon.first(), "app");
        WorkflowRun without = jenkins.assertBuildStatusSuccess(scan(project, "main"));
        assertThat(JenkinsRule.getLog(without), not(containsString("Git LFS, which")));

        repository.commit("app/logo.png", POINTER);
        repository.commit("app/.gitattributes", "*.png filter=lfs diff=lfs merge=lfs -text\n");
        repository.push();

        WorkflowRun with = jenkins.assertBuildStatusSuccess(scan(project, "main"));
        jenkins.assertLogContains(
                "WARNING: the repository has files in Git LFS, which the daemon does not fetch: the image gets their"
                        + " pointers.",
                with);
        jenkins.assertLogContains("version https://git-lfs.github.com/spec/v1", with);

        // The image with the pointers is not one of the checkout on an agent.
        settings(project).setCheckout(new AgentCheckout());
        WorkflowRun onAgent = again(project);
        jenkins.assertLogContains("Building on 'default'", onAgent);
        assertThat(JenkinsRule.getLog(onAgent), not(containsString("Git LFS, which")));
    }

    private WorkflowRun again(WorkflowMultiBranchProject project) throws Exception {
        return jenkins.assertBuildStatusSuccess(jenkins.waitForCompletion(
                project.getItemByBranchName("main").scheduleBuild2(0).waitForStart()));
    }

    @Test
    void aCommitIsBuiltAgainIfAnOptionOfTheBranchSourceChangesItsCheckout() throws Exception {
        repository.commit(
                "Dockerfile", "FROM busybox\nCOPY . /src\nRUN cat /src/library/shared || true; : " + image + "\n");
        submodule("library");
        repository.push();
        WorkflowMultiBranchProject project = project(Daemon.first(), ".");
        settings(project).setCheckout(new AgentCheckout());
        WorkflowRun without = jenkins.assertBuildStatusSuccess(scan(project, "main"));
        jenkins.assertLogNotContains("of the library " + image, without);
        jenkins.assertLogContains("Promoting ", again(project));

        ((GitSCMSource) project.getSCMSources().get(0))
                .setTraits(List.of(
                        new BranchDiscoveryTrait(),
                        new SubmoduleOptionTrait(new SubmoduleOption(false, true, false, null, null, true))));

        jenkins.assertLogContains("of the library " + image, again(project));
    }
}
