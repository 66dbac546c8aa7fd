// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.connect;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.matchesPattern;
import static org.hamcrest.Matchers.not;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.cloudbees.hudson.plugins.folder.Folder;
import com.cloudbees.jenkins.plugins.sshcredentials.impl.BasicSSHUserPrivateKey;
import com.cloudbees.plugins.credentials.CredentialsScope;
import hudson.model.Queue;
import hudson.model.Result;
import hudson.plugins.git.UserMergeOptions;
import hudson.plugins.git.extensions.impl.PreBuildMerge;
import hudson.plugins.git.extensions.impl.UserIdentity;
import io.jenkins.plugins.treenq.buildkit.Daemon;
import io.jenkins.plugins.treenq.buildkit.Registry;
import io.jenkins.plugins.treenq.harness.SharedJenkins;
import io.jenkins.plugins.treenq.report.ImagesAction;
import io.jenkins.plugins.treenq.run.Configured;
import io.jenkins.plugins.treenq.run.DaemonSteps;
import io.jenkins.plugins.treenq.run.HeldStep;
import io.jenkins.plugins.treenq.run.Pipelines;
import io.jenkins.plugins.treenq.step.TreenqBuildStep;
import io.jenkins.plugins.treenq.step.TreenqMetadataStep;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.PublicKey;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import jenkins.branch.BranchProperty;
import jenkins.branch.BranchSource;
import jenkins.branch.DefaultBranchPropertyStrategy;
import jenkins.branch.NoTriggerBranchProperty;
import jenkins.model.Jenkins;
import jenkins.plugins.git.GitSCMBuilder;
import jenkins.plugins.git.GitSCMSource;
import jenkins.plugins.git.traits.BranchDiscoveryTrait;
import jenkins.plugins.git.traits.TagDiscoveryTrait;
import jenkins.scm.api.SCMRevisionAction;
import jenkins.scm.api.trait.SCMBuilder;
import jenkins.scm.api.trait.SCMSourceTrait;
import jenkins.scm.api.trait.SCMSourceTraitDescriptor;
import net.sf.json.JSONObject;
import org.apache.sshd.common.config.keys.PublicKeyEntry;
import org.jenkinsci.plugins.gitclient.GitHostKeyVerificationConfiguration;
import org.jenkinsci.plugins.gitclient.verifier.NoHostKeyVerificationStrategy;
import org.jenkinsci.plugins.structs.describable.DescribableModel;
import org.jenkinsci.plugins.workflow.cps.replay.ReplayAction;
import org.jenkinsci.plugins.workflow.job.WorkflowJob;
import org.jenkinsci.plugins.workflow.job.WorkflowRun;
import org.jenkinsci.plugins.workflow.multibranch.WorkflowMultiBranchProject;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.jvnet.hudson.test.JenkinsRule;
import org.jvnet.hudson.test.TestExtension;
import org.jvnet.hudson.test.junit.jupiter.InboundAgentExtension;

/** Multibranch projects by Dockerfile, whose commits a real daemon fetches from a real Git server with a login. */
@SharedJenkins
class DockerfileBranchesTest {
    private static final int MANY = 50;
    private static final String DOCKERFILE = "FROM scratch\nCOPY text /\n";

    @RegisterExtension
    private final InboundAgentExtension agents = new InboundAgentExtension();

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
        return project(jenkins.createProject(WorkflowMultiBranchProject.class, "web"), settings);
    }

    private WorkflowMultiBranchProject project(WorkflowMultiBranchProject project, ImageSettings settings) {
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

        assertThat(log, containsString("'Dockerfile' found"));
        assertThat(log, containsString("'Dockerfile' not found"));
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

    private WorkflowRun run(WorkflowMultiBranchProject project, String branch) throws Exception {
        return jenkins.waitForCompletion(
                project.getItemByBranchName(branch).scheduleBuild2(0).waitForStart());
    }

    private String digest(String tag) throws Exception {
        return registry.digest(image, tag).orElseThrow();
    }

    @Test
    void tagsAndRebuildsOfABuiltCommitPromoteItsImage() throws Exception {
        WorkflowMultiBranchProject project = project(settings());
        scan(project);
        WorkflowRun first = built(project, "main");
        String digest = digest("main");
        repository
                .git("tag", "--annotate", "--message", "a release", "v1.4.2")
                .git("push", "--quiet", "origin", "v1.4.2");
        scan(project);

        WorkflowRun tagged = jenkins.assertBuildStatusSuccess(run(project, "v1.4.2"));

        jenkins.assertLogContains("Promoting " + daemon.registry() + "/" + image + "@" + digest, tagged);
        assertEquals(digest, digest("v1.4.2"));
        assertEquals(digest, digest("latest"));
        WorkflowRun again = jenkins.assertBuildStatusSuccess(run(project, "main"));
        jenkins.assertLogContains("Promoting ", again);
        assertEquals(digest, digest("main"));
        assertThat(tagged.getAction(ImagesAction.class).getImages().get(0).getDigest(), is(digest));

        repository.branch("main").commit("text", "of a newer commit");
        repository.push();
        scan(project);
        assertNotEquals(digest, digest("main"));
        // A replay builds the commit of the replayed run, so that it can be used for a rollback.
        ReplayAction replay = first.getAction(ReplayAction.class);
        WorkflowRun back = (WorkflowRun) replay.run2(replay.getOriginalScript() + "; error 'changed'", Map.of())
                .getFuture()
                .waitForStart();
        jenkins.assertBuildStatusSuccess(jenkins.waitForCompletion(back));
        assertEquals(digest, digest("main"));
    }

    /** Lets Jenkins merge each branch with the branch {@code base}, as it can merge a change with its target. */
    public static final class Merging extends SCMSourceTrait {
        @Override
        protected void decorateBuilder(SCMBuilder<?, ?> builder) {
            UserMergeOptions base = new UserMergeOptions("base");
            base.setMergeRemote("origin");
            ((GitSCMBuilder<?>) builder)
                    .withExtensions(new PreBuildMerge(base), new UserIdentity("A", "a@example.com"));
        }

        /** Name of the trait. */
        @TestExtension
        public static final class DescriptorImpl extends SCMSourceTraitDescriptor {
            @Override
            public String getDisplayName() {
                return "Merge with the branch 'base'";
            }
        }
    }

    @Test
    void aMergedCommitIsBuiltAgainBecauseItsTargetMayHaveChanged() throws Exception {
        repository.commit("Dockerfile", "FROM scratch\nCOPY text base* /\n");
        repository.push();
        repository.branch("base").commit("base", "one");
        repository.push();
        repository.branch("main");
        ImageSettings settings = settings();
        settings.setCheckout(new AgentCheckout());
        WorkflowMultiBranchProject project = project(settings);
        ((GitSCMSource) project.getSCMSources().get(0)).setTraits(List.of(new BranchDiscoveryTrait(), new Merging()));
        scan(project);
        WorkflowRun first = built(project, "main");
        String digest = digest("main");
        repository.branch("base").commit("base", "two");
        repository.push();

        WorkflowRun second = jenkins.assertBuildStatusSuccess(run(project, "main"));

        assertNotEquals(digest, digest("main"));
        assertEquals(
                first.getAction(SCMRevisionAction.class).getRevision(),
                second.getAction(SCMRevisionAction.class).getRevision());
    }

    @Test
    void theNewestCommitHasTheTagAlthoughAnEarlierBuildTakesLonger() throws Exception {
        try (HeldStep step = new HeldStep()) {
            repository.commit("Dockerfile", "FROM busybox\nRUN " + step.command() + " && echo " + image + "\n");
            repository.push();
            WorkflowMultiBranchProject project = project(settings());
            project.scheduleBuild2(0).getFuture().get();
            step.awaitBegun();
            repository.commit("Dockerfile", "FROM busybox\nRUN echo newer than " + image + "\n");
            repository.push();
            project.scheduleBuild2(0).getFuture().get();
            WorkflowJob main = project.getItemByBranchName("main");
            // The second build has ended, or waits for the first one.
            DaemonSteps.await("there is no second build", () -> {
                WorkflowRun second = main.getBuildByNumber(2);
                Queue.Item waiting = main.getQueueItem();
                return second == null ? waiting != null && waiting.isBlocked() : !second.isBuilding();
            });
            step.release();
            jenkins.waitUntilNoActivity();

            WorkflowRun newest = jenkins.assertBuildStatusSuccess(main.getBuildByNumber(2));
            assertEquals(
                    digest("main"),
                    newest.getAction(ImagesAction.class).getImages().get(0).getDigest());
        }
    }

    @Test
    void aCommitThatADaemonHasFetchedIsBuiltAgainWhenAnAgentChecksItOut() throws Exception {
        WorkflowMultiBranchProject project = project(settings());
        scan(project);
        built(project, "main");
        ImageSettings settings = settings();
        settings.setCheckout(new AgentCheckout());
        project.setProjectFactory(new DockerfileBranchProjectFactory(settings));

        WorkflowRun checkedOut = jenkins.assertBuildStatusSuccess(run(project, "main"));

        jenkins.assertLogNotContains("Promoting ", checkedOut);
        jenkins.assertLogContains("Promoting ", jenkins.assertBuildStatusSuccess(run(project, "main")));
    }

    @Test
    void aBuildWhoseAgentIsLostIsRepeatedOnAnotherAgent() throws Exception {
        Pipelines pipelines = new Pipelines(jenkins);
        pipelines.connect(agents, "first");
        try (HeldStep step = new HeldStep()) {
            repository.commit("Dockerfile", "FROM busybox\nRUN " + step.command() + " && echo " + image + "\n");
            repository.push();
            ImageSettings settings = settings();
            AgentCheckout checkout = new AgentCheckout();
            checkout.setLabel("remote");
            settings.setCheckout(checkout);
            WorkflowMultiBranchProject project = project(settings);
            project.scheduleBuild2(0).getFuture().get();
            step.awaitBegun();
            pipelines.connect(agents, "second");

            agents.stop("first");

            jenkins.waitUntilNoActivity();
            WorkflowRun run = built(project, "main");
            jenkins.assertLogContains("agent 'first' was disconnected during the build", run);
            jenkins.assertLogContains("Running on second", run);
            jenkins.assertLogContains("Built " + daemon.registry() + "/" + image + "@" + digest("main"), run);
        }
    }

    @Test
    void imagesHaveLabelsWithRepositoryCommitAndBranch() throws Exception {
        repository.branch("release").commit("text", "of the release");
        repository.push();
        ImageSettings settings = new ImageSettings(daemon.registry() + "/${organization}/${repository}");
        Folder shop = jenkins.createProject(Folder.class, "Shop_" + image);
        WorkflowMultiBranchProject project =
                project(shop.createProject(WorkflowMultiBranchProject.class, "My Web"), settings);
        scan(project);

        WorkflowRun release = built(project, "release");
        String name = "shop_" + image + "/my-web";
        String digest = registry.digest(name, "release").orElseThrow();
        String manifest = registry.text(name, "manifests/" + digest);
        String config = registry.text(
                name,
                "blobs/"
                        + JSONObject.fromObject(manifest)
                                .getJSONObject("config")
                                .getString("digest"));
        JSONObject labels =
                JSONObject.fromObject(config).getJSONObject("config").getJSONObject("Labels");
        assertEquals(server.url("web.git"), labels.getString("org.opencontainers.image.source"));
        assertEquals(
                release.getAction(BranchCommit.class).hash(), labels.getString("org.opencontainers.image.revision"));
        assertEquals("release", labels.getString("org.opencontainers.image.version"));
        assertTrue(labels.has("org.opencontainers.image.created"));
        assertTrue(labels.has("org.opencontainers.image.url"));
    }

    @Test
    void branchesWithTheSameTagAreReportedByTheScanAndTheBuild() throws Exception {
        repository.branch("feature/a").commit("text", "of a slash");
        repository.push();
        WorkflowMultiBranchProject project = project(settings());
        scan(project);
        built(project, "feature/a");
        String digest = digest("feature-a");
        repository.branch("feature-a").commit("text", "of a hyphen");
        repository.push();

        String log = scan(project);

        assertThat(
                log,
                matchesPattern("(?s).*WARNING: 'feature[-/]a' and 'feature[-/]a' of the repository give the same tag"
                        + " 'feature-a' of the image.*"));
        WorkflowRun later = project.getItemByBranchName("feature-a").getLastBuild();
        jenkins.assertBuildStatus(Result.FAILURE, later);
        jenkins.assertLogContains(
                "ERROR: the tag " + daemon.registry() + "/" + image
                        + ":feature-a belongs to 'feature/a', and 'feature-a' results in the same tag",
                later);
        jenkins.assertLogNotContains("\tat ", later);
        assertEquals(digest, digest("feature-a"));

        repository.git("push", "--quiet", "origin", "--delete", "feature/a");
        scan(project);
        jenkins.assertBuildStatusSuccess(run(project, "feature-a"));
        assertNotEquals(digest, digest("feature-a"));
    }

    /** The form has no field for these tags; Job DSL and Configuration as Code can set them. */
    @Test
    void tagsThatAllBranchesWouldShareAreReportedByTheScanAndTheBuild() throws Exception {
        ImageSettings settings = settings();
        settings.setBuild(new TreenqBuildStep(List.of(daemon.registry() + "/" + image + ":shared")));
        WorkflowMultiBranchProject project = project(settings);

        String log = scan(project);

        String line = "the build of the project has tags, which all branches would share;";
        assertThat(log, containsString("WARNING: " + line));
        WorkflowRun run = project.getItemByBranchName("main").getLastBuild();
        jenkins.assertBuildStatus(Result.FAILURE, run);
        jenkins.assertLogContains("ERROR: " + line, run);
        jenkins.assertLogNotContains("\tat ", run);
        assertTrue(registry.digest(image, "shared").isEmpty());
    }

    @Test
    void aRecordOfTagsThatCannotBeReadIsKept() throws Exception {
        WorkflowMultiBranchProject project = project(settings());
        scan(project);
        String digest = digest("main");
        Path file = project.getRootDir().toPath().resolve("treenq-branches.xml");
        String record = Files.readString(file);
        String damaged = record.substring(0, record.length() / 2);
        Files.writeString(file, damaged);

        WorkflowRun refused = jenkins.assertBuildStatus(Result.FAILURE, run(project, "main"));

        jenkins.assertLogContains(
                "ERROR: the file treenq-branches.xml of the project 'web', which says which", refused);
        jenkins.assertLogNotContains("\tat ", refused);
        assertEquals(damaged, Files.readString(file));

        Files.writeString(file, record);
        WorkflowRun again = jenkins.assertBuildStatusSuccess(run(project, "main"));
        jenkins.assertLogContains("Promoting " + daemon.registry() + "/" + image + "@" + digest, again);
    }

    @Test
    void aForcedPushIsBuiltAndADeletedBranchLosesItsJob() throws Exception {
        repository.branch("topic").commit("text", "before");
        repository.push();
        WorkflowMultiBranchProject project = project(settings());
        scan(project);
        String before = digest("topic");
        repository.git("commit", "--quiet", "--amend", "--message", "again").commit("text", "after");
        repository.push();
        scan(project);
        assertNotEquals(before, digest("topic"));

        repository.git("push", "--quiet", "origin", "--delete", "topic");
        scan(project);
        assertNull(project.getItemByBranchName("topic"));
    }

    @Test
    void aDeletedCommitFailsTheBuildInOneLine() throws Exception {
        repository.branch("topic").commit("text", "of a topic");
        repository.push();
        WorkflowMultiBranchProject project = project(settings());
        project.getSourcesList()
                .get(0)
                .setStrategy(new DefaultBranchPropertyStrategy(new BranchProperty[] {new NoTriggerBranchProperty()}));
        scan(project);
        repository.git("push", "--quiet", "origin", "--delete", "topic").forget();

        WorkflowRun gone = jenkins.assertBuildStatus(Result.FAILURE, run(project, "topic"));

        jenkins.assertLogContains("ERROR: building " + daemon.registry() + "/" + image + ":topic on builder", gone);
        jenkins.assertLogNotContains("\tat ", gone);
    }

    @Test
    void anUnfetchableRepositoryIsReportedByTheScanAndTheBuild() throws Exception {
        WorkflowMultiBranchProject project = jenkins.createProject(WorkflowMultiBranchProject.class, "web");
        GitSCMSource source = new GitSCMSource(folder.resolve("web.git").toUri().toString());
        source.setTraits(List.of(new BranchDiscoveryTrait()));
        project.getSourcesList().add(new BranchSource(source));
        project.setProjectFactory(new DockerfileBranchProjectFactory(settings()));

        String log = scan(project);

        String line = "the daemon cannot fetch the sources: a daemon fetches repositories over HTTP(S) and SSH";
        assertThat(log, containsString("WARNING: " + line));
        WorkflowRun run = project.getItemByBranchName("main").getLastBuild();
        jenkins.assertBuildStatus(Result.FAILURE, run);
        jenkins.assertLogContains("ERROR: " + line, run);
        jenkins.assertLogNotContains("\tat ", run);
    }

    @Test
    void anInvalidImagePatternFailsTheBuildInOneLine() throws Exception {
        WorkflowMultiBranchProject project =
                project(new ImageSettings(daemon.registry() + "/${organization}/${repository}"));
        scan(project);

        WorkflowRun run = project.getItemByBranchName("main").getLastBuild();
        jenkins.assertBuildStatus(Result.FAILURE, run);
        jenkins.assertLogContains("${organization} is the name of the folder of the project", run);
        jenkins.assertLogNotContains("\tat ", run);
    }

    @Test
    void theTagOfADeletedBranchIsDeletedIfConfigured() throws Exception {
        repository.branch("topic").commit("text", "of a topic");
        repository.push();
        ImageSettings settings = settings();
        settings.setDeleteTags(true);
        WorkflowMultiBranchProject project = project(settings);
        scan(project);
        assertTrue(registry.digest(image, "topic").isPresent());
        repository.git("push", "--quiet", "origin", "--delete", "topic");

        try (LogRecorder log = LogRecorder.of(TagDeletion.class)) {
            scan(project);
            String line = log.first(message -> message.contains("is gone; its tag"));
            // Not every registry can delete a tag without its image; the log has the result in either case.
            assertThat(line, containsString(image + ":topic "));
            assertEquals(
                    line.contains("was deleted"),
                    registry.digest(image, "topic").isEmpty());
        }
        assertTrue(registry.digest(image, "main").isPresent());
    }

    @Test
    void theFormKeepsTheSettings() throws Exception {
        ImageSettings settings = settings();
        TreenqMetadataStep rules = new TreenqMetadataStep(List.of());
        rules.setTags(List.of("type=ref,event=branch,prefix=b-"));
        settings.setRules(rules);
        AgentCheckout checkout = new AgentCheckout();
        checkout.setLabel("linux && docker");
        settings.setCheckout(checkout);
        settings.setPushChangeRequests(true);
        settings.setRebuildCommits(true);
        settings.setDeleteTags(true);
        TreenqBuildStep build = new TreenqBuildStep(List.of());
        build.setContext("app");
        build.setTarget("prod");
        build.setBuildArgs(List.of("VERSION=1.4"));
        build.setPlatforms(List.of("linux/amd64"));
        build.setFailOn("warning");
        build.setProvenance("mode=max");
        settings.setBuild(build);
        WorkflowMultiBranchProject project = project(settings);

        jenkins.configRoundtrip(project);

        ImageSettings saved = ((DockerfileBranchProjectFactory) project.getProjectFactory()).getSettings();
        jenkins.assertEqualDataBoundBeans(settings.getBuild(), saved.getBuild());
        jenkins.assertEqualDataBoundBeans(settings.getRules(), saved.getRules());
        jenkins.assertEqualDataBoundBeans(settings, saved);
    }

    @Test
    void aCommitAndItsSubmodulesAreFetchedOverSshWithTheKeyOfTheBranchSource() throws Exception {
        Path key = folder.resolve("key");
        assertEquals(
                0,
                new ProcessBuilder("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", key.toString())
                        .inheritIO()
                        .start()
                        .waitFor());
        Configured.add(new BasicSSHUserPrivateKey(
                CredentialsScope.GLOBAL,
                "key",
                "git",
                new BasicSSHUserPrivateKey.DirectEntryPrivateKeySource(Files.readString(key)),
                "",
                ""));
        GitHostKeyVerificationConfiguration.get()
                .setSshHostKeyVerificationStrategy(new NoHostKeyVerificationStrategy());
        PublicKey known = PublicKeyEntry.parsePublicKeyEntry(Files.readString(folder.resolve("key.pub")))
                .resolvePublicKey(null, null, null);
        Repository library = new Repository(folder.resolve("library.git"));
        library.commit("shared", image);
        library.push();
        repository.submodule(folder.resolve("library.git"), "library");
        repository.commit("Dockerfile", DOCKERFILE + "COPY library/shared /\n");
        repository.push();
        try (SshGitServer ssh = new SshGitServer(folder, known)) {
            WorkflowMultiBranchProject project = jenkins.createProject(WorkflowMultiBranchProject.class, "web");
            GitSCMSource source = new GitSCMSource(ssh.url("web.git"));
            source.setCredentialsId("key");
            source.setTraits(List.of(new BranchDiscoveryTrait()));
            project.getSourcesList().add(new BranchSource(source));
            project.setProjectFactory(new DockerfileBranchProjectFactory(settings()));

            scan(project);

            jenkins.assertLogContains(digest("main"), built(project, "main"));
        }
    }

    @Test
    void fiftyBranchesAreBuiltAtOnceWithoutAnExecutor() throws Exception {
        jenkins.jenkins.setNumExecutors(0);
        for (int number = 0; number < MANY; number++) {
            repository.branch("topic-" + number).commit("text", "of " + number);
        }
        repository.git("push", "--quiet", "origin", "--all");
        WorkflowMultiBranchProject project = project(settings());

        scan(project);

        for (int number = 0; number < MANY; number++) {
            jenkins.assertLogContains(digest("topic-" + number), built(project, "topic-" + number));
        }
    }

    @Test
    void theSettingsCanBeInstantiatedFromMapsLikeInJobDsl() throws Exception {
        DockerfileBranchProjectFactory factory =
                (DockerfileBranchProjectFactory) DescribableModel.of(DockerfileBranchProjectFactory.class)
                        .instantiate(Map.of(
                                "settings",
                                Map.of(
                                        "image",
                                        "registry.example.com/shop/web",
                                        "checkout",
                                        Map.of("label", "linux"),
                                        "rules",
                                        Map.of("tags", List.of("type=sha")),
                                        "build",
                                        Map.of("target", "prod"))));
        assertEquals("prod", factory.getSettings().getBuild().getTarget());
        assertEquals(List.of("type=sha"), factory.getSettings().getRules().getTags());
        assertEquals("linux", factory.getSettings().getCheckout().getLabel());
        String text = Jenkins.XSTREAM2.toXML(factory);
        assertEquals(text, Jenkins.XSTREAM2.toXML(Jenkins.XSTREAM2.fromXML(text)));
    }
}
