// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.browser;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.cloudbees.hudson.plugins.folder.Folder;
import hudson.model.FreeStyleProject;
import hudson.model.Items;
import hudson.model.Run;
import hudson.security.FullControlOnceLoggedInAuthorizationStrategy;
import hudson.security.HudsonPrivateSecurityRealm;
import io.jenkins.plugins.treenq.buildkit.Daemon;
import io.jenkins.plugins.treenq.buildkit.Registry;
import io.jenkins.plugins.treenq.config.TreenqConfiguration;
import io.jenkins.plugins.treenq.connect.GitServer;
import io.jenkins.plugins.treenq.connect.Repository;
import io.jenkins.plugins.treenq.report.ImagesAction;
import io.jenkins.plugins.treenq.run.Configured;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;
import javaposse.jobdsl.plugin.ExecuteDslScripts;
import javaposse.jobdsl.plugin.GlobalJobDslSecurityConfiguration;
import jenkins.branch.OrganizationFolder;
import jenkins.model.GlobalConfiguration;
import net.sf.json.JSONObject;
import org.jenkinsci.plugins.workflow.job.WorkflowJob;
import org.jenkinsci.plugins.workflow.job.WorkflowRun;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.jvnet.hudson.test.JenkinsRule;
import org.jvnet.hudson.test.junit.jupiter.RealJenkinsExtension;
import org.kohsuke.stapler.MetaClass;
import org.openqa.selenium.By;

/**
 * The first day of an organization: a real Jenkins, an organization folder over a real Git server with a login, pushes,
 * a release, a change request from outside, and the pages that people see.
 */
class OrganizationInBrowserTest {
    private static final int BRANCHES_HEIGHT = 420;
    private static final int FORM_HEIGHT = 390;
    private static final By RECOGNIZER = By.cssSelector("[descriptorid$='DockerfileProjectFactory']");

    /** The pages that people see, within the organization. */
    private static final List<String> PAGES = List.of(
            "",
            "configure",
            "job/web/",
            "job/web/view/tags/",
            "job/web/view/change-requests/",
            "job/site/",
            "job/web/job/main/",
            "job/web/job/main/treenq/",
            "job/web/job/main/1/",
            "job/web/job/main/1/treenq/1/",
            "job/web/job/v1.4.2/",
            "job/web/job/v1.4.2/1/",
            "job/web/job/v1.4.2/1/treenq/",
            "job/web/job/PR-11/1/treenq/1/",
            "job/web/job/PR-12/1/",
            "job/web/job/PR-12/1/console");

    private static final String DOCKERFILE = "FROM busybox\nCOPY . /src\nRUN echo hello from /src\n";

    @RegisterExtension
    private final RealJenkinsExtension controller = new RealJenkinsExtension()
            .addSyntheticPlugin(new RealJenkinsExtension.SyntheticPlugin("io.jenkins.plugins.treenq.forge")
                    .shortName("test-forge")
                    .header("Plugin-Dependencies", "git:0,scm-api:0,variant:0"));

    @TempDir
    Path folder;

    private Registry registry;
    private String shop;

    private Repository repository(String name) throws Exception {
        Repository repository = new Repository(folder.resolve(name + ".git"));
        repository.commit("Dockerfile", DOCKERFILE);
        repository.commit("name", name + " of " + shop);
        return repository;
    }

    @Test
    void anOrganizationIsScannedReleasedRenamedAndRestarted() throws Throwable {
        Daemon daemon = Daemon.first();
        registry = new Registry(daemon);
        shop = "shop-" + UUID.randomUUID().toString().substring(0, 8);
        try (GitServer server = new GitServer(folder, true)) {
            Repository web = repository("web").push();
            repository("cart").push();
            Repository site = repository("site");
            site.commit("Jenkinsfile", "echo 'built by its Jenkinsfile'");
            site.push();
            controller.startJenkins();

            controller.runRemotely(OrganizationInBrowserTest::connect, server.url(""), folder.toString(), shop);

            String digest = digest("web", "main");
            assertTrue(registry.digest(shop + "/cart", "main").isPresent());
            assertFalse(registry.digest(shop + "/site", "main").isPresent());

            web.git("tag", "--annotate", "--message", "a release", "v1.4.2").git("push", "--quiet", "origin", "v1.4.2");
            web.branch("feature/cart").commit("cart", "items");
            web.push();
            web.branch("inside").commit("inside", "a change");
            web.git("push", "--quiet", "origin", "HEAD:refs/pull/11/head");
            web.branch("outside").commit("outside", "a change");
            web.git("push", "--quiet", "origin", "HEAD:refs/outside/12/head");

            controller.runRemotely(OrganizationInBrowserTest::release, shop);

            assertEquals(digest, digest("web", "v1.4.2"));
            assertEquals(digest, digest("web", "latest"));
            assertEquals(digest, digest("web", "main"));
            assertFalse(digest.equals(digest("web", "feature-cart")));
            assertTrue(registry.digest(shop + "/web", "pr-11").isEmpty());
            assertTrue(registry.digest(shop + "/web", "pr-12").isEmpty());
            JSONObject labels = labels("web", "main");
            assertEquals(server.url("web.git"), labels.getString("org.opencontainers.image.source"));
            assertEquals("main", labels.getString("org.opencontainers.image.version"));
            assertEquals("web", labels.getString("org.opencontainers.image.title"));
            look();

            controller.runRemotely(OrganizationInBrowserTest::rename, shop, digest);
            assertEquals(digest, registry.digest(shop + "-renamed/web", "main").orElseThrow());
            controller.stopJenkins();
            controller.startJenkins();
            controller.runRemotely(OrganizationInBrowserTest::restarted, shop, digest);
        }
    }

    private String digest(String repository, String tag) throws Exception {
        return registry.digest(shop + "/" + repository, tag).orElseThrow();
    }

    private JSONObject labels(String repository, String tag) throws Exception {
        String name = shop + "/" + repository;
        JSONObject manifest = JSONObject.fromObject(registry.text(name, "manifests/" + digest(repository, tag)));
        String config =
                registry.text(name, "blobs/" + manifest.getJSONObject("config").getString("digest"));
        return JSONObject.fromObject(config).getJSONObject("config").getJSONObject("Labels");
    }

    private static void connect(JenkinsRule jenkins, String url, String folder, String shop) throws Throwable {
        // Jenkins keeps its views, as in production; the harness switches that off.
        MetaClass.NO_CACHE = false;
        // Unlike the realm of the harness, this realm still exists after a restart.
        HudsonPrivateSecurityRealm users = new HudsonPrivateSecurityRealm(false, false, null);
        users.createAccount("admin", "admin");
        jenkins.jenkins.setSecurityRealm(users);
        jenkins.jenkins.setAuthorizationStrategy(new FullControlOnceLoggedInAuthorizationStrategy());
        Daemon daemon = Daemon.first();
        Configured.with(daemon);
        TreenqConfiguration.get().save();
        Configured.add(Configured.login("git", GitServer.USER, GitServer.PASSWORD));
        GlobalConfiguration.all().get(GlobalJobDslSecurityConfiguration.class).setUseScriptSecurity(false);
        FreeStyleProject seed = jenkins.createFreeStyleProject("seed");
        ExecuteDslScripts step = new ExecuteDslScripts();
        step.setUseScriptText(true);
        step.setScriptText("""
                organizationFolder('SHOP') {
                    displayName('Shop')
                    organizations {
                        forge {
                            url('URL')
                            folder('FOLDER')
                            credentialsId('git')
                        }
                    }
                    projectFactories {
                        workflowMultiBranchProjectFactory {
                            scriptPath('Jenkinsfile')
                        }
                        treenqDockerfiles {
                            settings {
                                image('REGISTRY/${organization}/${repository}')
                            }
                        }
                    }
                }
                """.replace("SHOP", shop)
                .replace("URL", url)
                .replace("FOLDER", folder)
                .replace("REGISTRY", daemon.registry()));
        seed.getBuildersList().add(step);
        jenkins.buildAndAssertSuccess(seed);
        seed.delete();
        scan(jenkins, shop);

        assertEquals(
                3,
                jenkins.jenkins
                        .getItemByFullName(shop, OrganizationFolder.class)
                        .getItems()
                        .size());
        jenkins.assertBuildStatusSuccess(branch(jenkins, shop + "/web/main").getLastBuild());
        jenkins.assertBuildStatusSuccess(branch(jenkins, shop + "/cart/main").getLastBuild());
        WorkflowRun site = branch(jenkins, shop + "/site/main").getLastBuild();
        jenkins.assertLogContains("built by its Jenkinsfile", jenkins.assertBuildStatusSuccess(site));
    }

    private static void scan(JenkinsRule jenkins, String shop) throws Exception {
        jenkins.jenkins
                .getItemByFullName(shop, OrganizationFolder.class)
                .scheduleBuild2(0)
                .getFuture()
                .get();
        jenkins.waitUntilNoActivity();
    }

    private static WorkflowJob branch(JenkinsRule jenkins, String name) {
        WorkflowJob job = jenkins.jenkins.getItemByFullName(name, WorkflowJob.class);
        assertNotNull(job, name);
        return job;
    }

    private static WorkflowRun build(JenkinsRule jenkins, String name) throws Exception {
        return jenkins.waitForCompletion(branch(jenkins, name).scheduleBuild2(0).waitForStart());
    }

    private static void release(JenkinsRule jenkins, String shop) throws Throwable {
        scan(jenkins, shop);
        jenkins.assertBuildStatusSuccess(
                branch(jenkins, shop + "/web/feature%2Fcart").getLastBuild());
        WorkflowRun inside = branch(jenkins, shop + "/web/PR-11").getLastBuild();
        jenkins.assertLogContains("The image of a change request is built", jenkins.assertBuildStatusSuccess(inside));
        WorkflowRun outside = branch(jenkins, shop + "/web/PR-12").getLastBuild();
        jenkins.assertLogContains("author of this change request may not push to the repository", outside);
        jenkins.assertLogContains("the daemon fetches the repository without a login", outside);
        WorkflowRun tag = jenkins.assertBuildStatusSuccess(build(jenkins, shop + "/web/v1.4.2"));
        jenkins.assertLogContains("Promoting ", tag);
    }

    private static void rename(JenkinsRule jenkins, String shop, String digest) throws Throwable {
        OrganizationFolder organization = jenkins.jenkins.getItemByFullName(shop, OrganizationFolder.class);
        organization.renameTo(shop + "-renamed");
        WorkflowRun renamed = build(jenkins, shop + "-renamed/web/main");
        jenkins.assertBuildStatusSuccess(renamed);
        String image = Daemon.first().registry() + "/" + shop;
        jenkins.assertLogContains(
                "Promoting " + image + "/web@" + digest + " to " + image + "-renamed/web:main", renamed);
        assertShows(branch(jenkins, shop + "-renamed/web/main").getBuildByNumber(1), digest);

        Folder archive = jenkins.createProject(Folder.class, "archive");
        Items.move(organization, archive);
        WorkflowRun moved = build(jenkins, "archive/" + shop + "-renamed/web/main");
        jenkins.assertLogContains("Promoting ", jenkins.assertBuildStatusSuccess(moved));
        assertShows(moved, digest);
        assertShows(branch(jenkins, "archive/" + shop + "-renamed/web/main").getBuildByNumber(1), digest);
    }

    private static void restarted(JenkinsRule jenkins, String shop, String digest) throws Throwable {
        WorkflowJob main = branch(jenkins, "archive/" + shop + "-renamed/web/main");
        for (int number = 1; number <= 3; number++) {
            assertShows(main.getBuildByNumber(number), digest);
        }
        jenkins.assertLogContains("Promoting ", jenkins.assertBuildStatusSuccess(build(jenkins, main.getFullName())));
    }

    private static void assertShows(Run<?, ?> run, String digest) {
        assertEquals(
                digest,
                run.getAction(ImagesAction.class).getImages().get(0).getDigest(),
                () -> run + " shows another image");
    }

    private void look() throws Exception {
        try (Browser browser = Browser.on(controller.getUrl())) {
            browser.logIn("admin");
            String web = "job/" + shop + "/job/web/";
            for (String path : PAGES) {
                look(browser, path);
            }
            browser.resize(Browser.WIDE);
            browser.open(web);
            assertThat(browser.shown(By.id("projectstatus")).getText(), containsString("web:feature-cart"));
            picturesOfTheDocumentation(browser);
            assertEquals(List.of(), browser.complaints());
        }
    }

    /** The pictures of docs/connect.md. */
    private void picturesOfTheDocumentation(Browser browser) throws Exception {
        browser.hideAround("#main-panel");
        browser.replaceText(shop, "shop");
        inBothThemes(browser, "docs-branches", BRANCHES_HEIGHT);
        browser.open("job/" + shop + "/configure");
        browser.shown(RECOGNIZER);
        browser.until("example", () -> browser.has(By.xpath("//*[contains(text(), \"The repository 'web'\")]")));
        browser.hideAround("[descriptorid$='DockerfileProjectFactory']");
        browser.run("document.querySelectorAll('input').forEach(field => {"
                + " field.value = field.value.replace(/^[^/]*(?=\\/\\$)/, 'registry.example.com'); })");
        browser.replaceText(Daemon.first().registry(), "registry.example.com");
        inBothThemes(browser, "docs-form", FORM_HEIGHT);
    }

    private static void inBothThemes(Browser browser, String name, long height) throws Exception {
        browser.picture(name + "-light", height);
        browser.darken();
        browser.picture(name + "-dark", height);
        browser.lighten();
    }

    /** Takes screenshots of a page for review, and checks that it does not scroll sideways. */
    private void look(Browser browser, String path) throws Exception {
        String name = "organization-" + path.replaceAll("\\W+", "-").replaceFirst("-$", "");
        for (int width : new int[] {Browser.WIDE, Browser.NARROW}) {
            browser.resize(width);
            browser.open("job/" + shop + "/" + path);
            browser.shown(By.tagName("body"));
            assertEquals(List.of(), browser.tooWide("#main-panel"), () -> path + " is too wide");
            browser.picture(name + "-" + width);
            browser.darken();
            browser.picture(name + "-" + width + "-dark");
            browser.lighten();
        }
    }
}
