// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.run;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.containsInAnyOrder;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.lessThan;
import static org.hamcrest.Matchers.not;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.cloudbees.jenkins.plugins.sshcredentials.impl.BasicSSHUserPrivateKey;
import com.cloudbees.plugins.credentials.CredentialsScope;
import com.sun.net.httpserver.HttpServer;
import hudson.ExtensionList;
import hudson.XmlFile;
import hudson.model.FreeStyleBuild;
import hudson.model.FreeStyleProject;
import hudson.model.Result;
import hudson.model.Run;
import hudson.model.Saveable;
import hudson.model.listeners.SaveableListener;
import hudson.tasks.Shell;
import io.jenkins.plugins.treenq.buildkit.Daemon;
import io.jenkins.plugins.treenq.buildkit.GitRepository;
import io.jenkins.plugins.treenq.buildkit.Registry;
import io.jenkins.plugins.treenq.buildkit.WebServer;
import io.jenkins.plugins.treenq.buildkit.ssh.SshKeyFormats;
import io.jenkins.plugins.treenq.config.Policy;
import io.jenkins.plugins.treenq.config.TreenqConfiguration;
import io.jenkins.plugins.treenq.harness.SharedJenkins;
import io.jenkins.plugins.treenq.report.BuiltImage;
import io.jenkins.plugins.treenq.report.ImagesAction;
import io.jenkins.plugins.treenq.step.TreenqBakeStep;
import io.jenkins.plugins.treenq.step.TreenqBaker;
import io.jenkins.plugins.treenq.timeline.BuildState;
import io.jenkins.plugins.treenq.timeline.TimelinePage;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jenkinsci.plugins.workflow.job.WorkflowRun;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.jvnet.hudson.test.CreateFileBuilder;
import org.jvnet.hudson.test.JenkinsRule;
import org.jvnet.hudson.test.junit.jupiter.InboundAgentExtension;

/** Bakes of a real Jenkins on a real daemon, which pushes to a real registry. */
@SharedJenkins
class BakeBuildTest {
    private static final int MANY = 20;

    @RegisterExtension
    private final InboundAgentExtension agents = new InboundAgentExtension();

    private JenkinsRule jenkins;
    private Pipelines pipelines;
    private Daemon daemon;
    private String repository;

    @BeforeEach
    void start(JenkinsRule rule) throws Exception {
        jenkins = rule;
        pipelines = new Pipelines(rule);
        daemon = Daemon.first();
        repository = "bake-" + UUID.randomUUID().toString().substring(0, 8);
        Configured.with(daemon);
    }

    private String linked() {
        return """
                variable "TAG" {
                  default = "none"
                }
                group "default" {
                  targets = ["web", "api"]
                }
                target "base" {
                  dockerfile-inline = <<EOT
                FROM busybox
                RUN echo the base of %1$s > /base
                EOT
                }
                target "web" {
                  contexts = { base = "target:base" }
                  dockerfile-inline = <<EOT
                FROM base
                RUN cat /base
                EOT
                  tags = ["%2$s/%1$s/web:${TAG}"]
                }
                target "api" {
                  dockerfile-inline = <<EOT
                FROM busybox
                COPY hello /hello
                EOT
                  tags = ["%2$s/%1$s/api:${TAG}", "%2$s/%1$s/api:latest"]
                }
                """.formatted(repository, daemon.registry());
    }

    /** Returns a target with an inline Dockerfile and further attributes. */
    private String target(String name, String dockerfile, String more) {
        return """
                target "%s" {
                  dockerfile-inline = <<EOT
                %s
                EOT
                %s
                }
                """.formatted(name, dockerfile.strip(), more);
    }

    private String tagged(String name) {
        return "  tags = [\"" + daemon.registry() + "/" + repository + "/" + name + ":1\"]";
    }

    private static String script(String file, String steps) {
        return "writeFile file: 'hello', text: 'hi'\nwriteFile file: 'docker-bake.hcl', text: '''"
                + file.replace("\\", "\\\\") + "'''\n" + steps;
    }

    private String digest(String name, String tag) throws Exception {
        return new Registry(daemon).digest(repository + "/" + name, tag).orElseThrow();
    }

    private Map<String, TimelinePage> pages(Run<?, ?> run) {
        return run.getAction(ImagesAction.class).getBuilds().stream()
                .collect(
                        Collectors.toMap(page -> page.getSubject().replaceFirst("^.*\\((.*)\\)$", "$1"), page -> page));
    }

    @Test
    void theStepReturnsTheDigestsOfThePushedImages() throws Exception {
        WorkflowRun run = pipelines.success(script(linked(), """
                def images = treenqBake files: ['docker-bake.hcl'], variables: [TAG: '1.4']
                echo "web=$images.web.digest api=${images.api.digest}"
                echo "names=${images.keySet()} tags=$images.api.tags"
                """));

        jenkins.assertLogContains("web=" + digest("web", "1.4") + " api=" + digest("api", "1.4"), run);
        assertEquals(digest("api", "latest"), digest("api", "1.4"));
        jenkins.assertLogContains("names=[api, web] tags=[" + daemon.registry() + "/" + repository + "/api:1.4", run);
        jenkins.assertLogContains("Building 3 targets on 'default' (" + daemon.address() + ")", run);
        assertThat(JenkinsRule.getLog(run), containsString("[target:web] #"));
        ImagesAction action = run.getAction(ImagesAction.class);
        assertThat(
                action.getImages().stream().map(BuiltImage::getDigest).toList(),
                containsInAnyOrder(digest("web", "1.4"), digest("api", "1.4")));
        assertThat(action.getBuilds(), hasSize(3));
        action.getBuilds().forEach(page -> assertEquals(BuildState.SUCCESS, page.getState(), page.getSubject()));
        assertThat(run.getArtifacts(), hasSize(2));
    }

    /** Counts how often the run of a bake is saved while its builds are started. */
    private static final class SavesAtTheStart extends SaveableListener {
        private final int builds;
        private final AtomicInteger saves = new AtomicInteger();

        SavesAtTheStart(int builds) {
            this.builds = builds;
        }

        @Override
        public void onChange(Saveable saved, XmlFile file) {
            ImagesAction action = saved instanceof Run<?, ?> run ? run.getAction(ImagesAction.class) : null;
            if (action != null
                    && !action.getBuilds().isEmpty()
                    && action.getBuilds().size() < builds) {
                saves.incrementAndGet();
            }
        }
    }

    @Test
    void theStartOfManyTargetsIsSavedAtOnce() throws Exception {
        String file =
                """
                target "all" {
                  name = "t${number}"
                  matrix = { number = [%s] }
                  dockerfile-inline = "FROM scratch\\nCOPY hello /${number}\\n"
                }
                """.formatted(IntStream.range(0, MANY).mapToObj(String::valueOf).collect(Collectors.joining(", ")));
        SavesAtTheStart saves = new SavesAtTheStart(MANY);
        ExtensionList.lookup(SaveableListener.class).add(0, saves);
        WorkflowRun run;
        try {
            run = pipelines.success(script(file, "treenqBake targets: ['all']"));
        } finally {
            ExtensionList.lookup(SaveableListener.class).remove(saves);
        }

        assertThat(run.getAction(ImagesAction.class).getBuilds(), hasSize(MANY));
        // Jenkins itself may save the run at any time.
        assertThat(saves.saves.get(), lessThan(MANY / 2));
    }

    @Test
    void thePageOfABakeLinksTheBuildsOfItsTargets() throws Exception {
        WorkflowRun run = pipelines.success(script(linked(), "treenqBake(variables: [TAG: '2'])"));

        String console = jenkins.createWebClient()
                .getPage(run, "console")
                .getWebResponse()
                .getContentAsString();
        assertThat(console, containsString(run.getUrl() + "treenq/bake-1/"));
        String page = jenkins.createWebClient()
                .getPage(run, "treenq/bake-1/")
                .getWebResponse()
                .getContentAsString();
        for (Map.Entry<String, TimelinePage> build : pages(run).entrySet()) {
            assertThat(
                    page,
                    containsString(run.getUrl() + "treenq/" + build.getValue().getNumber() + "/"));
        }
        assertThat(page, containsString(digest("web", "2")));
        String api = jenkins.createWebClient()
                .goTo(run.getUrl() + "treenq/bake-1/api/json?depth=2", "application/json")
                .getWebResponse()
                .getContentAsString();
        assertThat(api, containsString("\"name\":\"base\""));
        assertThat(
                jenkins.createWebClient().getPage(run).getWebResponse().getContentAsString(),
                containsString("bake-1/"));
    }

    @Test
    void eachCombinationOfAMatrixIsATarget() throws Exception {
        String file = """
                target "app" {
                  name = "app-${v}"
                  matrix = { v = ["one", "two"] }
                  dockerfile-inline = <<EOT
                FROM busybox
                ARG V
                RUN echo $V > /v
                EOT
                  args = { V = v }
                  tags = ["%s/%s/app:${v}"]
                }
                """.formatted(daemon.registry(), repository);

        WorkflowRun run = pipelines.success(script(file, """
                def images = treenqBake targets: ['app'], set: ['*.labels.team=shop']
                echo "one=${images['app-one'].digest} two=${images['app-two'].digest}"
                """));

        jenkins.assertLogContains("one=" + digest("app", "one") + " two=" + digest("app", "two"), run);
    }

    @Test
    void aComposeFileIsBuiltOnAnInboundAgent() throws Exception {
        pipelines.connect(agents, "remote");
        WorkflowRun run =
                jenkins.buildAndAssertSuccess(pipelines.job("""
                writeFile file: 'compose.yaml', text: '''
                services:
                  web:
                    image: %s/%s/web:${TAG:-5}
                    build:
                      context: web
                  db:
                    image: postgres
                '''
                dir('web') { writeFile file: 'Dockerfile', text: 'FROM busybox\\nCOPY Dockerfile /\\n' }
                def images = treenqBake()
                echo "web=$images.web.digest"
                """.formatted(daemon.registry(), repository), "remote"));

        jenkins.assertLogContains("web=" + digest("web", "5"), run);
    }

    @Test
    void bakeFilesSeeOnlyTheListedEnvironmentVariables() throws Exception {
        WorkflowRun run = pipelines.success(script(linked(), """
                withEnv(['TAG=leaked']) {
                    treenqBake()
                }
                withEnv(['TAG=named']) {
                    treenqBake(envVariables: ['TAG'])
                    treenqBake(envVariables: ['TAG'], variables: [TAG: 'stronger'])
                }
                """));

        digest("web", "none");
        digest("web", "named");
        digest("web", "stronger");
        assertTrue(new Registry(daemon).digest(repository + "/web", "leaked").isEmpty());
        jenkins.assertLogNotContains("leaked", run);
    }

    @Test
    void aFileOutsideOfTheWorkspaceIsNotRead() throws Exception {
        WorkflowRun run = pipelines.failure("""
                sh 'rm -f docker-bake.hcl; ln -s /etc/passwd docker-bake.hcl'
                treenqBake files: ['docker-bake.hcl']
                """);
        jenkins.assertLogContains("is outside of '", run);
        jenkins.assertLogNotContains("root:", run);

        WorkflowRun compose = pipelines.failure("""
                writeFile file: 'compose.yaml', text: 'services: {web: {build: ., env_file: [link]}}'
                sh 'ln -s /etc/passwd link'
                treenqBake files: ['compose.yaml']
                """);
        jenkins.assertLogContains("is outside of '", compose);
        jenkins.assertLogNotContains("root:", compose);

        WorkflowRun context = pipelines.failure(
                script("target \"default\" { context = \"link\" }", "sh 'ln -s /etc link'; treenqBake()"));
        jenkins.assertLogContains("ERROR: target 'default': context ", context);
        jenkins.assertLogContains("is outside of '", context);

        WorkflowRun secret = pipelines.failure(
                script(target("default", "FROM busybox", "secret = [\"id=hosts,src=/etc/hosts\"]"), "treenqBake()"));
        jenkins.assertLogContains("ERROR: target 'default': secret 'hosts' '/etc/hosts' is outside of '", secret);
    }

    @Test
    void aBakeThatIsTooLargeForAJobIsRefusedWithTheReason() throws Exception {
        String file = "target \"default\" {\n  name = \"t${n}\"\n  matrix = { n = range(1001) }\n}\n";

        WorkflowRun run = pipelines.failure(script(file, "treenqBake()"));

        jenkins.assertLogContains(
                "ERROR: the bake is too large for a job: it has 1001 targets, more than 1000; build fewer targets at a"
                        + " time, with targets of the step",
                run);
    }

    @Test
    void thePolicyAppliesToEachTarget() throws Exception {
        Policy policy = new Policy();
        policy.setPushTo(List.of(daemon.registry() + "/" + repository));
        TreenqConfiguration.get().setPolicy(policy);
        String file = target("good", "FROM busybox", tagged("good"))
                + target("evil", "FROM busybox", "  tags = [\"" + daemon.registry() + "/elsewhere/evil:1\"]");

        WorkflowRun run = pipelines.failure(script(file, "treenqBake(targets: ['good', 'evil'])"));

        jenkins.assertLogContains(
                "ERROR: target 'evil': the administrator's policy does not allow a push to " + daemon.registry()
                        + "/elsewhere/evil; it allows",
                run);
        jenkins.assertLogNotContains("Building", run);
        assertNull(run.getAction(ImagesAction.class));
    }

    @Test
    void entitlementsMustBeAllowedInTheStep() throws Exception {
        String file = target("default", "FROM busybox\nRUN true", "entitlements = [\"network.host\"]");

        WorkflowRun run = pipelines.failure(script(file, "treenqBake()"));

        jenkins.assertLogContains(
                "ERROR: target 'default' requests the entitlement 'network.host'; add it to allow of the step if the"
                        + " target may have it",
                run);
        jenkins.assertLogNotContains("Building", run);

        Policy policy = new Policy();
        policy.setEntitlements(List.of());
        TreenqConfiguration.get().setPolicy(policy);
        jenkins.assertLogContains(
                "ERROR: target 'default': the administrator's policy does not allow the entitlement 'network.host'",
                pipelines.failure(script(file, "treenqBake(allow: ['network.host'])")));
    }

    @Test
    void secretsMustBeProvidedByTheStep() throws Exception {
        Configured.add(Configured.text("npm-token", "squeamish ossifrage"));
        String file = target(
                "default",
                "FROM busybox\nARG N\nRUN --mount=type=secret,id=npm echo \"it is $(cat /run/secrets/npm)\"",
                "args = {N = \"" + repository + "\"}\nsecret = [\"id=npm,env=NPM_TOKEN\"]");

        WorkflowRun run = pipelines.success(script(file, "treenqBake(secrets: [npm: 'npm-token'])"));

        jenkins.assertLogContains("it is ****", run);
        jenkins.assertLogNotContains("squeamish", run);

        WorkflowRun unnamed = pipelines.failure(script(file, "withEnv(['NPM_TOKEN=ossifrage']) { treenqBake() }"));
        jenkins.assertLogContains(
                "ERROR: target 'default' requests the secret 'npm'; add it to secrets of the step, or add the"
                        + " variable 'NPM_TOKEN' to envVariables",
                unnamed);

        WorkflowRun named = pipelines.success(
                script(file, "withEnv(['NPM_TOKEN=ossifrage']) { treenqBake(envVariables: ['NPM_TOKEN']) }"));
        jenkins.assertLogNotContains("ossifrage", named);
    }

    @Test
    void aBakeFileCannotChooseTheRegistryThatGetsCredentials() throws Exception {
        Configured.add(Configured.login("other-login", "user", "password of another"));
        String file = target("web", "FROM busybox", "  tags = [\"evil.example.com/web:1\"]");

        WorkflowRun run = pipelines.failure(script(file, "treenqBake(targets: ['web'], credentialsId: 'other-login')"));

        jenkins.assertLogContains(
                "ERROR: target 'web' pushes to 'evil.example.com', which does not get the credentials 'other-login';"
                        + " add it to registries of the step if it may get them",
                run);
        jenkins.assertLogNotContains("Building", run);
    }

    @Test
    void aBakeFileCannotPushIfTheStepDoesNot() throws Exception {
        String file = target(
                "web",
                "FROM busybox\nRUN echo " + repository,
                tagged("web") + "\n  output = [\"type=registry\"]\n  cache-to = [\"type=registry,ref="
                        + daemon.registry() + "/" + repository + "/cache:1\"]");

        WorkflowRun run = pipelines.success(script(file, "treenqBake(targets: ['web'], push: false)"));

        jenkins.assertLogContains(
                "The cache of target 'web' is not exported to a registry, because push is false", run);
        Registry registry = new Registry(daemon);
        assertTrue(registry.digest(repository + "/web", "1").isEmpty());
        assertTrue(registry.digest(repository + "/cache", "1").isEmpty());

        pipelines.success(script(file, "treenqBake(targets: ['web'])"));
        assertTrue(registry.digest(repository + "/web", "1").isPresent());
        assertTrue(registry.digest(repository + "/cache", "1").isPresent());
    }

    @Test
    void textsOfABakeFileCannotForgeLinesOfTheLog() throws Exception {
        String forged = "x\\nFinished: SUCCESS";
        for (String attribute : List.of(
                "entitlements = [\"" + forged + "\"]",
                "secret = [\"id=" + forged + "\"]",
                "dockerfile = \"" + forged + "\"",
                "context = \"" + forged + "\"",
                "tags = [\"" + forged + "\"]",
                "platforms = [\"" + forged + "\"]",
                "args = { A = trimspace(\"" + forged + "\", \"" + forged + "\") }",
                "inherits = [\"" + forged + "\"]")) {
            String file = "target \"default\" {\n" + attribute + "\n}\n";

            String log = JenkinsRule.getLog(pipelines.failure(script(file, "treenqBake()")));

            assertThat(
                    attribute,
                    log.lines().filter(line -> line.startsWith("Finished: S")).toList(),
                    empty());
            assertThat(attribute, log, containsString("ERROR: "));
        }
    }

    @Test
    void sshMustBeProvidedByTheStep() throws Exception {
        WorkflowRun run =
                pipelines.failure(script(target("default", "FROM busybox", "ssh = [\"default\"]"), "treenqBake()"));

        jenkins.assertLogContains("ERROR: target 'default' requests SSH 'default'; add it to ssh of the step", run);
    }

    /** There is no server; the failure says how far the daemon has come. */
    @Test
    void aContextOverSshIsFetchedWithTheDefaultAgentOfTheStep() throws Exception {
        String none = "no SSH key \"default\" forwarded from the client";
        Configured.add(new BasicSSHUserPrivateKey(
                CredentialsScope.GLOBAL,
                "deploy-key",
                "git",
                new BasicSSHUserPrivateKey.DirectEntryPrivateKeySource(
                        SshKeyFormats.openSsh(SshKeyFormats.pair("Ed25519", 255))),
                null,
                null));
        String file = "target \"default\" { context = \"ssh://git@127.0.0.1:1/x.git\" }\n";

        jenkins.assertLogContains(none, pipelines.failure(script(file, "treenqBake()")));
        jenkins.assertLogContains(
                none,
                pipelines.failure(script(file, "treenqBake(ssh: [sshKey(credentialsId: 'deploy-key', id: 'other')])")));
        WorkflowRun run = pipelines.failure(script(file, "treenqBake(ssh: [sshKey('deploy-key')])"));
        jenkins.assertLogContains("ERROR: ", run);
        jenkins.assertLogNotContains(none, run);
    }

    @Test
    void aFailedTargetIsNamedAndCancelsTheOthers() throws Exception {
        String mark = UUID.randomUUID().toString();
        CountDownLatch quickIsRecorded = new CountDownLatch(1);
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        // The target cannot fail before the daemon has this file.
        server.createContext("/" + mark, exchange -> {
            try (exchange) {
                quickIsRecorded.await();
                exchange.sendResponseHeaders(200, -1);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        server.setExecutor(Executors.newCachedThreadPool());
        server.start();
        String url = "http://127.0.0.1:" + server.getAddress().getPort() + "/" + mark;
        String file = target("slow", "FROM busybox\nRUN sleep 300; echo " + mark, tagged("slow"))
                + target("quick", "FROM busybox\nCOPY hello /", tagged("quick"))
                + target("broken", "FROM busybox\nADD " + url + " /\nRUN exit 7", tagged("broken"));

        WorkflowRun run = pipelines
                .job(script(file, "treenqBake(targets: ['slow', 'quick', 'broken'])"))
                .scheduleBuild2(0)
                .waitForStart();
        jenkins.waitForMessage("[target:quick] Built ", run);
        quickIsRecorded.countDown();
        jenkins.assertBuildStatus(Result.FAILURE, jenkins.waitForCompletion(run));
        server.stop(0);

        String log = JenkinsRule.getLog(run);
        assertThat(log, containsString("ERROR: target 'broken': building " + daemon.registry()));
        assertThat(log, containsString("exit code: 7"));
        assertThat(log, not(containsString("\tat ")));
        Map<String, TimelinePage> pages = pages(run);
        assertEquals(BuildState.FAILURE, pages.get("broken").getState());
        assertEquals(BuildState.ABORTED, pages.get("slow").getState());
        // The image that was pushed before the failure is recorded.
        assertEquals(BuildState.SUCCESS, pages.get("quick").getState());
        assertThat(
                run.getAction(ImagesAction.class).getImages().stream()
                        .map(BuiltImage::getDigest)
                        .toList(),
                contains(digest("quick", "1")));
        DaemonSteps.await(mark, false);
    }

    @Test
    void abortingStopsAllTargets() throws Exception {
        String mark = UUID.randomUUID().toString();
        String file = target("one", "FROM busybox\nRUN sleep 300; echo 1" + mark, tagged("one"))
                + target("two", "FROM busybox\nRUN sleep 300; echo 2" + mark, tagged("two"));
        WorkflowRun run = pipelines
                .job(script(file, "treenqBake(targets: ['one', 'two'])"))
                .scheduleBuild2(0)
                .waitForStart();
        DaemonSteps.await("1" + mark, true);
        DaemonSteps.await("2" + mark, true);

        run.doStop();

        jenkins.assertBuildStatus(Result.ABORTED, jenkins.waitForCompletion(run));
        DaemonSteps.await("1" + mark, false);
        DaemonSteps.await("2" + mark, false);
        pages(run).values().forEach(page -> assertEquals(BuildState.ABORTED, page.getState()));
    }

    @Test
    void allTargetsTakeOneSlot() throws Exception {
        TreenqConfiguration.get().getBuilders().get(0).setLimit(1);

        WorkflowRun run = pipelines.success(script(linked(), "treenqBake(variables: [TAG: 'slot'])"));

        jenkins.assertLogNotContains("Waiting", run);
    }

    /** Targets that are linked, and a third one; each can be changed by itself. */
    private String changing(String base, String web) {
        return target("base", "FROM busybox\nRUN echo " + base + repository + " > /base", tagged("base"))
                + target(
                        "web",
                        "FROM base\nLABEL web=" + web + "\nRUN cat /base",
                        "contexts = { base = \"target:base\" }\n" + tagged("web"))
                + target("api", "FROM busybox\nCOPY hello /hello", tagged("api"));
    }

    private WorkflowRun skipping(String file, String arguments) throws Exception {
        return pipelines.success(script(file, """
                def images = treenqBake(%s)
                images.each { name, image -> echo "$name=$image.digest skipped=$image.skipped" }
                """.formatted(arguments)));
    }

    private void assertSkipped(WorkflowRun run, String name, boolean skipped) throws Exception {
        jenkins.assertLogContains(name + "=" + digest(name, "1") + " skipped=" + skipped, run);
        assertEquals(
                skipped ? BuildState.SKIPPED : BuildState.SUCCESS,
                pages(run).get(name).getState(),
                name);
    }

    @Test
    void targetsWhoseTagsExistAreSkipped() throws Exception {
        String all = "targets: ['base', 'web', 'api'], skipIfPresent: true";
        WorkflowRun first = skipping(changing("a", "a"), all);
        jenkins.assertLogContains("Building 3 targets on", first);
        String base = digest("base", "1");
        String web = digest("web", "1");

        WorkflowRun second = skipping(changing("b", "b"), all);

        jenkins.assertLogNotContains("Building", second);
        for (String name : List.of("base", "web", "api")) {
            assertSkipped(second, name, true);
        }
        assertThat(second.getArtifacts(), hasSize(3));
        assertThat(second.getAction(ImagesAction.class).getImages(), hasSize(3));

        // The target that is skipped is built for the other one, and keeps its image.
        WorkflowRun third = skipping(
                changing("b", "b"), all + ", set: ['web.tags+=" + daemon.registry() + "/" + repository + "/web:2']");

        jenkins.assertLogContains("Building 2 targets on", third);
        assertSkipped(third, "base", true);
        assertSkipped(third, "api", true);
        assertSkipped(third, "web", false);
        assertEquals(base, digest("base", "1"));
        assertNotEquals(web, digest("web", "1"));
        jenkins.assertLogContains("b" + repository, third);

        // A target that was not asked for is only built if another one needs it.
        WorkflowRun fourth = skipping(changing("c", "c"), "targets: ['web'], skipIfPresent: true");

        jenkins.assertLogNotContains("Building", fourth);
        jenkins.assertLogContains(
                "[target:base] Nothing is built: everything that needs the result already exists", fourth);
        assertEquals(BuildState.SKIPPED, pages(fourth).get("base").getState());
        assertThat(fourth.getAction(ImagesAction.class).getImages(), hasSize(1));
    }

    @Test
    void targetsAreSkippedUntilTheirInputsOrThoseOfTheTargetsThatTheyUseChange() throws Exception {
        String all = "targets: ['base', 'web', 'api'], skipIfUnchanged: true";
        // The file is in the contexts, so that a change of the file would be a change of all targets.
        String file = changing("a", "a");
        skipping(file, all);
        String base = digest("base", "1");

        WorkflowRun same = skipping(file, all);

        jenkins.assertLogNotContains("Building on", same);
        jenkins.assertLogNotContains("WARNING", same);
        for (String name : List.of("base", "web", "api")) {
            assertSkipped(same, name, true);
        }
        assertThat(same.getArtifacts(), hasSize(3));

        WorkflowRun web = skipping(file, all + ", set: ['web.labels.web=b']");

        jenkins.assertLogContains("[target:web] Building on 'default'", web);
        assertSkipped(web, "base", true);
        assertSkipped(web, "api", true);
        assertSkipped(web, "web", false);
        assertEquals(base, digest("base", "1"));

        WorkflowRun used = skipping(file, all + ", set: ['web.labels.web=b', 'base.labels.base=b']");

        assertSkipped(used, "base", false);
        assertSkipped(used, "web", false);
        assertSkipped(used, "api", true);
        assertNotEquals(base, digest("base", "1"));
    }

    @Test
    void anImageOfABakeIsPromoted() throws Exception {
        WorkflowRun run = pipelines.success(script(linked(), """
                def images = treenqBake variables: [TAG: 'tested']
                images.each { name, image ->
                    treenqPromote from: image, to: ["%s/%s/$name:stable"]
                }
                """.formatted(daemon.registry(), repository)));

        assertEquals(digest("web", "tested"), digest("web", "stable"));
        assertEquals(digest("api", "tested"), digest("api", "stable"));
        assertThat(run.getAction(ImagesAction.class).getImages(), hasSize(4));
        // What was promoted need not be built under that tag.
        assertSkippedLog(
                pipelines.success(script(
                        linked(), "treenqBake(targets: ['web'], variables: [TAG: 'stable'], skipIfPresent: true)")),
                "web",
                "stable");
    }

    private void assertSkippedLog(WorkflowRun run, String name, String tag) throws Exception {
        jenkins.assertLogContains(
                "[target:" + name + "] Nothing is built: " + daemon.registry() + "/" + repository + "/" + name + "@"
                        + digest(name, tag) + " already exists",
                run);
    }

    @Test
    void bakeFilesOfARepositoryAreFetchedByTheDaemon(@TempDir Path folder) throws Exception {
        Configured.add(Configured.login("git-login", "reader", "squeamish ossifrage"));
        Path tree = Files.createDirectories(folder.resolve("tree/app"));
        Files.writeString(tree.resolve("text"), "of the repository");
        Files.writeString(tree.resolveSibling("docker-bake.hcl"), """
                group "default" {
                  targets = ["web", "own"]
                }
                target "web" {
                  context = "app"
                  dockerfile-inline = "FROM scratch\\nCOPY text /\\n"
                  tags = ["%1$s/%2$s/web:1"]
                }
                target "own" {
                  context = BAKE_CMD_CONTEXT
                  dockerfile-inline = "FROM scratch\\nCOPY hello /\\n"
                  tags = ["%1$s/%2$s/own:1"]
                }
                target "writing" {
                  dockerfile-inline = "FROM scratch\\nCOPY app /\\n"
                  output = ["type=local,dest=."]
                }
                target "outside" {
                  context = "cwd:///etc"
                  dockerfile-inline = "FROM scratch\\nCOPY passwd /\\n"
                }
                """.formatted(daemon.registry(), repository));
        GitRepository.create(folder.resolve("web/deploy.git"), tree.getParent());
        String authorization = "Basic "
                + Base64.getEncoder().encodeToString("reader:squeamish ossifrage".getBytes(StandardCharsets.UTF_8));
        try (WebServer server = new WebServer(folder.resolve("web"), authorization)) {
            String remote = "remote: '" + server.url("deploy.git#main") + "'";
            WorkflowRun run = pipelines.success("""
                    writeFile file: 'hello', text: 'hi'
                    def images = treenqBake(%s, contextCredentialsId: 'git-login')
                    echo "web=$images.web.digest own=$images.own.digest"
                    """.formatted(remote));

            jenkins.assertLogContains("Reading bake files on 'default' (" + daemon.address() + ")", run);
            jenkins.assertLogContains("web=" + digest("web", "1") + " own=" + digest("own", "1"), run);
            jenkins.assertLogNotContains("ossifrage", run);
            WorkflowRun outside = pipelines.failure(
                    "treenqBake(%s, contextCredentialsId: 'git-login', targets: 'outside')".formatted(remote));
            jenkins.assertLogContains("ERROR: target 'outside': context '/etc' is outside of '", outside);
            WorkflowRun writing = pipelines.failure(
                    "treenqBake(%s, contextCredentialsId: 'git-login', targets: 'writing')".formatted(remote));
            jenkins.assertLogContains(
                    "ERROR: target 'writing' writes files to the workspace, which bake files", writing);
            WorkflowRun missing = pipelines.failure(
                    "treenqBake(%s, contextCredentialsId: 'git-login', files: 'no.hcl')".formatted(remote));
            jenkins.assertLogContains("no.hcl", missing);
            jenkins.assertLogNotContains("\tat ", missing);
        }
        // Another server, so that the daemon has no clone yet.
        try (WebServer server = new WebServer(folder.resolve("web"), authorization)) {
            WorkflowRun refused = pipelines.failure("treenqBake(remote: '" + server.url("deploy.git#main") + "')");
            jenkins.assertLogContains("ERROR: reading bake files", refused);
            jenkins.assertLogNotContains("\tat ", refused);
        }
        assertFails("treenqBake(remote: 'docker-bake.hcl')", "ERROR: remote: 'docker-bake.hcl' is not the address of");
        assertFails("treenqBake(contextCredentialsId: 'x')", "ERROR: contextCredentialsId is set without remote");
    }

    @Test
    void freestyleJobsBakeAndGetTheDigestsAsVariables() throws Exception {
        FreeStyleProject job = jenkins.createFreeStyleProject("baked");
        job.getBuildersList().add(new CreateFileBuilder("docker-bake.hcl", linked()));
        job.getBuildersList().add(new CreateFileBuilder("hello", "hi"));
        TreenqBakeStep step = new TreenqBakeStep();
        step.setVariables(List.of("TAG=$BUILD_NUMBER"));
        job.getBuildersList().add(new TreenqBaker(step));
        job.getBuildersList().add(new Shell("echo web=$TREENQ_IMAGE_DIGEST_WEB $TREENQ_IMAGE_API"));

        FreeStyleBuild build = jenkins.buildAndAssertSuccess(job);

        jenkins.assertLogContains(
                "web=" + digest("web", "1") + " " + daemon.registry() + "/" + repository + "/api@" + digest("api", "1"),
                build);
    }

    @Test
    void aTargetWithACheckCallIsCheckedAndNotBuilt() throws Exception {
        String file = target("default", "from busybox AS Base", "call = \"check\"");

        WorkflowRun run = pipelines.success(script(file, "echo \"images=${treenqBake()}\""));

        jenkins.assertLogContains("[target:default] WARNING: StageNameCasing", run);
        jenkins.assertLogContains("images=[:]", run);
        jenkins.assertLogContains(
                "ERROR: target 'default': building", pipelines.failure(script(file, "treenqBake(failOn: 'warning')")));
    }

    @Test
    void invalidFilesAndArgumentsAreReportedInOneLine() throws Exception {
        assertFails("writeFile file: 'x.hcl', text: 'target {'; treenqBake(files: 'x.hcl')", "ERROR: x.hcl:1");
        assertFails("treenqBake(files: 'missing.hcl')", "ERROR: bake file '");
        assertFails("deleteDir(); treenqBake()", "ERROR: no bake file found; set the path of one");
        assertFails(script(linked(), "treenqBake(targets: ['nothing'])"), "nothing");
        assertFails("treenqBake(file: 'x')", "ERROR: treenqBake has no argument 'file'; did you mean 'files'?");
        assertFails("treenqBake(retries: -1)", "ERROR: retries: -1 is negative; use 0 for no retries");
    }

    private void assertFails(String steps, String line) throws Exception {
        WorkflowRun run = pipelines.failure(steps);
        jenkins.assertLogContains(line, run);
        jenkins.assertLogNotContains("\tat ", run);
    }
}
