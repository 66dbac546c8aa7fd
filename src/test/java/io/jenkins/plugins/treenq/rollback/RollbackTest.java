// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.rollback;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.matchesPattern;
import static org.hamcrest.Matchers.not;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.cloudbees.plugins.credentials.SystemCredentialsProvider;
import com.cloudbees.plugins.credentials.common.IdCredentials;
import hudson.model.FreeStyleProject;
import hudson.model.Item;
import hudson.model.TaskListener;
import io.jenkins.plugins.treenq.buildkit.Daemon;
import io.jenkins.plugins.treenq.buildkit.Registry;
import io.jenkins.plugins.treenq.buildkit.client.DockerfileBuild;
import io.jenkins.plugins.treenq.buildkit.client.MetadataFile;
import io.jenkins.plugins.treenq.config.Policy;
import io.jenkins.plugins.treenq.config.TreenqConfiguration;
import io.jenkins.plugins.treenq.harness.SharedJenkins;
import io.jenkins.plugins.treenq.report.BuiltImage;
import io.jenkins.plugins.treenq.report.ImageArchive;
import io.jenkins.plugins.treenq.run.Configured;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URL;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.regex.Pattern;
import jenkins.model.Jenkins;
import net.sf.json.JSONArray;
import net.sf.json.JSONObject;
import org.htmlunit.HttpMethod;
import org.htmlunit.Page;
import org.htmlunit.WebRequest;
import org.htmlunit.html.HtmlPage;
import org.jenkinsci.plugins.workflow.cps.CpsFlowDefinition;
import org.jenkinsci.plugins.workflow.job.WorkflowJob;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.jvnet.hudson.test.JenkinsRule;
import org.jvnet.hudson.test.MockAuthorizationStrategy;

/** Rollbacks from the job's page, with a real registry. */
@SharedJenkins
class RollbackTest {
    private static final Duration PATIENCE = Duration.ofMinutes(1);
    private static final int POLL_MILLIS = 100;

    private JenkinsRule jenkins;
    private Daemon daemon;
    private String repository;
    private String tag;
    private WorkflowJob job;

    @BeforeEach
    void start(JenkinsRule rule) throws Exception {
        jenkins = rule;
        daemon = Daemon.first();
        repository = "rollback-" + UUID.randomUUID().toString().substring(0, 8);
        tag = daemon.registry() + "/" + repository + ":latest";
        Configured.with(daemon);
        jenkins.jenkins.setSecurityRealm(jenkins.createDummySecurityRealm());
        jenkins.jenkins.setAuthorizationStrategy(new MockAuthorizationStrategy()
                .grant(Jenkins.ADMINISTER)
                .everywhere()
                .to("admin")
                .grant(Jenkins.READ, Item.READ, Item.BUILD)
                .everywhere()
                .to("operator")
                .grant(Jenkins.READ, Item.READ)
                .everywhere()
                .to("reader"));
        job = jenkins.createProject(WorkflowJob.class, "shop");
    }

    private String digest() throws Exception {
        return new Registry(daemon).digest(repository, "latest").orElse(null);
    }

    /** Builds with a Dockerfile that results in a different image each time. */
    private String build(String call) throws Exception {
        job.setDefinition(new CpsFlowDefinition("""
                node {
                    writeFile file: 'Dockerfile', text: "FROM scratch\\nCOPY Dockerfile /\\nLABEL build=${env.BUILD_NUMBER}"
                    %s
                }
                """.formatted(call), true));
        jenkins.buildAndAssertSuccess(job);
        return digest();
    }

    private String build() throws Exception {
        return build("treenqBuild tags: ['" + tag + "']");
    }

    private JenkinsRule.WebClient client(String user) throws Exception {
        JenkinsRule.WebClient client = jenkins.createWebClient().withThrowExceptionOnFailingStatusCode(false);
        return user.isEmpty() ? client : client.login(user);
    }

    private Page rollBack(String user, HttpMethod verb, String toTag, String digest) throws Exception {
        JenkinsRule.WebClient client = client(user);
        String query = "tag=" + URLEncoder.encode(toTag, StandardCharsets.UTF_8) + "&digest="
                + URLEncoder.encode(digest, StandardCharsets.UTF_8);
        WebRequest request =
                new WebRequest(new URL(client.getContextPath() + job.getUrl() + "treenq/rollBack?" + query), verb);
        request.setAdditionalHeader(
                jenkins.jenkins.getCrumbIssuer().getCrumbRequestField(),
                jenkins.jenkins.getCrumbIssuer().getCrumb((jakarta.servlet.ServletRequest) null));
        return client.getPage(request);
    }

    /** Waits until the running rollback has ended, and returns the newest one. */
    private JSONObject ended() throws Exception {
        Instant end = Instant.now().plus(PATIENCE);
        JenkinsRule.WebClient reader = client("reader");
        while (true) {
            JSONArray rollbacks = reader.getJSON(job.getUrl() + "treenq/api/json")
                    .getJSONObject()
                    .getJSONArray("rollbacks");
            if (!rollbacks.isEmpty()
                    && !rollbacks.getJSONObject(0).getString("state").equals("UNDER_WAY")) {
                return rollbacks.getJSONObject(0);
            }
            assertTrue(Instant.now().isBefore(end), () -> "the rollback does not end: " + rollbacks);
            Thread.sleep(POLL_MILLIS);
        }
    }

    private static void await(Callable<Boolean> condition) throws Exception {
        Instant end = Instant.now().plus(PATIENCE);
        while (!condition.call()) {
            assertTrue(Instant.now().isBefore(end), "the condition does not become true in time");
            Thread.sleep(POLL_MILLIS);
        }
    }

    private String page(String user) throws Exception {
        return ((HtmlPage) client(user).getPage(job, "treenq/")).asNormalizedText();
    }

    private static int status(Page page) {
        return page.getWebResponse().getStatusCode();
    }

    private JSONObject rest() throws Exception {
        return client("reader").getJSON(job.getUrl() + "treenq/api/json").getJSONObject();
    }

    @Test
    void usersWhoMayBuildCanRollBack() throws Exception {
        String first = build();
        String second = build();
        assertNotEquals(first, second);
        JSONArray images = rest().getJSONArray("images");
        assertEquals(second, images.getJSONObject(0).getString("digest"));
        assertEquals(true, images.getJSONObject(0).getBoolean("current"));
        assertEquals(1, images.getJSONObject(1).getInt("number"));
        assertEquals(false, images.getJSONObject(1).getBoolean("current"));

        Page page = rollBack("operator", HttpMethod.POST, tag, first);

        assertEquals(200, status(page));
        assertThat(((HtmlPage) page).asNormalizedText(), containsString("Rollbacks"));
        assertEquals("DONE", ended().getString("state"));
        assertEquals(first, digest());
        String text = page("reader");
        assertThat(text, containsString("Done"));
        assertThat(text, containsString("operator"));
        // The stored rollback has the same values.
        jenkins.jenkins.reload();
        job = jenkins.jenkins.getItemByFullName("shop", WorkflowJob.class);
        JSONObject rollback = rest().getJSONArray("rollbacks").getJSONObject(0);
        assertEquals("operator", rollback.getString("userId"));
        assertEquals(first, rollback.getString("digest"));
        assertEquals(tag, rollback.getString("tag"));
        assertEquals(1, rollback.getInt("number"));
        assertEquals(second, rollback.getString("fromDigest"));
        assertEquals(2, rollback.getInt("fromNumber"));
        assertThat(
                text,
                matchesPattern("(?s).*from\\s*" + second.substring(0, 19) + "\\s*#2\\s*to\\s*" + first.substring(0, 19)
                        + "\\s*#1.*operator.*"));
        images = rest().getJSONArray("images");
        assertEquals(false, images.getJSONObject(0).getBoolean("current"));
        assertEquals(true, images.getJSONObject(1).getBoolean("current"));

        // A later build replaces the image of the rollback.
        String third = build();
        assertEquals(third, digest());
        assertEquals(true, rest().getJSONArray("images").getJSONObject(0).getBoolean("current"));
        assertEquals(false, rest().getJSONArray("images").getJSONObject(2).getBoolean("current"));
    }

    @Test
    void theJobsPageShowsCurrentImagesAndTheImagesPageAll() throws Exception {
        JenkinsRule.WebClient reader = client("reader");
        assertThat(reader.getPage(job).asNormalizedText(), not(containsString("Images")));
        String first = build();
        String second = build();

        String summary = reader.getPage(job).asNormalizedText();
        assertThat(
                summary, matchesPattern("(?s).*" + Pattern.quote(tag) + "\\s*" + second.substring(0, 19) + "\\s*#2.*"));
        assertThat(summary, not(containsString(first.substring(0, 19))));
        // Earlier images are collapsed.
        String page = reader.getPage(job, "treenq/").asXml();
        assertThat(page, containsString(first.substring(0, 19)));
        assertThat(page, containsString("current"));
        assertThat(page, not(containsString("Roll back")));
        HtmlPage operators = client("operator").getPage(job, "treenq/");
        // There is no link for the image that the tag already points to.
        assertThat(
                operators.getByXPath("//a[contains(@class, 'confirmation-link') and @data-post='true']"), hasSize(1));
        assertThat(
                operators.getByXPath(
                        "//tr[.//*[normalize-space()='current']]//a[contains(@class, 'confirmation-link')]"),
                hasSize(0));
        // One tag, with its history.
        assertThat(operators.getByXPath("//table//tbody"), hasSize(1));
        assertThat(operators.getByXPath("//tr[contains(@class, 'treenq-job-images__earlier')]"), hasSize(1));
        assertThat(operators.asNormalizedText(), containsString("1 earlier"));
        String all = client("admin")
                .getJSON(job.getUrl() + "api/json?tree=actions[images[tag,digest,number]]")
                .getContentAsString();
        assertThat(all, containsString(first));
    }

    @Test
    void usersWhoMayNotBuildCannotRollBack() throws Exception {
        String first = build();
        String second = build();

        assertEquals(403, status(rollBack("reader", HttpMethod.POST, tag, first)));
        assertEquals(404, status(rollBack("operator", HttpMethod.GET, tag, first)));
        // An anonymous user is redirected to the login page.
        rollBack("", HttpMethod.POST, tag, first);
        assertEquals(second, digest());
        assertThat(rest().getJSONArray("rollbacks"), hasSize(0));
    }

    @Test
    void onlyImagesThatTheJobTaggedCanBeSelected() throws Exception {
        String first = build();
        build("treenqBuild tags: ['" + tag + "-unpushed'], push: false");
        build("treenqBuild tags: ['" + daemon.registry() + "/" + repository + "'], pushByDigest: true");
        String promoted = build("treenqPromote from: treenqBuild(tags: ['" + daemon.registry() + "/" + repository
                + "'], pushByDigest: true), to: '" + tag + "'");

        assertThat(rest().getJSONArray("images"), hasSize(2));
        for (List<String> other : List.of(
                List.of(tag, "sha256:" + "0".repeat(64)),
                List.of(tag + "-other", first),
                List.of("busybox", "nonsense"))) {
            Page page = rollBack("operator", HttpMethod.POST, other.get(0), other.get(1));
            assertEquals(400, status(page));
            assertThat(
                    page.getWebResponse().getContentAsString(),
                    containsString("The recent builds of this job did not tag"));
        }
        assertEquals(promoted, digest());
        assertThat(rest().getJSONArray("rollbacks"), hasSize(0));
        rollBack("operator", HttpMethod.POST, tag, first);
        assertEquals("DONE", ended().getString("state"));
        assertEquals(first, digest());
    }

    @Test
    void theCredentialsOfTheBuildAreUsed() throws Exception {
        TreenqConfiguration.get().getRegistries().get(0).setCredentialsId(null);
        String call = "treenqBuild tags: ['" + tag + "'], credentialsId: '" + Configured.LOGIN + "'";
        String first = build(call);
        build(call);

        assertEquals(200, status(rollBack("operator", HttpMethod.POST, tag, first)));

        assertEquals("DONE", ended().getString("state"));
        assertEquals(first, digest());
        SystemCredentialsProvider.getInstance()
                .getCredentials()
                .removeIf(each -> each instanceof IdCredentials credentials
                        && credentials.getId().equals(Configured.LOGIN));
        assertThat(
                ((HtmlPage) rollBack("operator", HttpMethod.POST, tag, first)).asNormalizedText(),
                containsString("credentials '" + Configured.LOGIN + "' were not found, or may not be used here"));
        for (String page : List.of("treenq/api/json", "api/json?depth=3")) {
            assertThat(
                    client("admin")
                            .getPage(new URL(jenkins.getURL(), job.getUrl() + page))
                            .getWebResponse()
                            .getContentAsString(),
                    not(containsString(daemon.login().secret())));
        }
    }

    @Test
    void aFailureIsRecordedInOneLine() throws Exception {
        String first = build();
        String second = build();
        TreenqConfiguration.get().getRegistries().get(0).setCaCertificate(null);

        Page page = rollBack("operator", HttpMethod.POST, tag, first);

        assertEquals(200, status(page));
        JSONObject rollback = ended();
        assertEquals("FAILED", rollback.getString("state"));
        assertThat(
                rollback.getString("failure"),
                containsString("promoting " + tag.replace(":latest", "@") + first
                        + " failed, nothing was tagged: registry " + daemon.registry()
                        + " has a certificate that is not trusted or"));
        assertThat(page("reader"), containsString(rollback.getString("failure")));
        assertEquals(second, digest());
        // The tags still point to the same images.
        assertEquals(true, rest().getJSONArray("images").getJSONObject(0).getBoolean("current"));
        // The stored rollback has the same values.
        jenkins.jenkins.reload();
        job = jenkins.jenkins.getItemByFullName("shop", WorkflowJob.class);
        assertEquals("FAILED", ended().getString("state"));
    }

    @Test
    void theRequestDoesNotWaitForTheRegistry() throws Exception {
        String first = build();
        build();
        try (ServerSocket silent = new ServerSocket(0, 10, InetAddress.getLoopbackAddress())) {
            // A mirror is not asked where images are pushed to, so the registry itself has to be silent.
            String host = "localhost:" + silent.getLocalPort();
            String other = host + "/" + repository + ":latest";
            Policy policy = new Policy();
            policy.setControllerHosts(List.of(host));
            TreenqConfiguration.get().setPolicy(policy);
            DockerfileBuild asked =
                    DockerfileBuild.builder().tags(List.of(other)).push(true).build();
            ImageArchive.record(
                    BuiltImage.built(
                            7,
                            MetadataFile.of(Map.of("containerimage.digest", first))
                                    .result("ref", Duration.ofSeconds(1)),
                            0,
                            asked,
                            "default"),
                    null,
                    job.getLastBuild(),
                    TaskListener.NULL);

            assertEquals(200, status(rollBack("operator", HttpMethod.POST, other, first)));
            assertEquals(
                    "UNDER_WAY",
                    rest().getJSONArray("rollbacks").getJSONObject(0).getString("state"));
            // Closing the socket ends the wait for a response.
            silent.close();
            JSONObject rollback = ended();
            assertEquals(other, rollback.getString("tag"));
            assertEquals("FAILED", rollback.getString("state"));
        }
    }

    @Test
    void aRunningRollbackIsShownAndCannotBeStartedTwice() throws Exception {
        String first = build();
        RollbackLog log = new RollbackLog(job);
        TaggedImage image = job.getAction(JobImagesAction.class).getImages().get(0);
        Rollback rollback = Rollback.begin(image, null, "operator");

        assertTrue(log.begin(rollback));

        assertFalse(log.begin(Rollback.begin(image, null, "admin")));
        JenkinsRule.WebClient operator = client("operator");
        // The page loads itself again as long as something is under way.
        operator.setJavaScriptEnabled(false);
        assertThat(((HtmlPage) operator.getPage(job, "treenq/")).asNormalizedText(), containsString("In progress"));
        assertEquals(400, status(rollBack("operator", HttpMethod.POST, tag, first)));
        log.end(rollback.ended(Rollback.State.DONE, null));
        assertEquals("DONE", ended().getString("state"));
        assertThat(rest().getJSONArray("rollbacks"), hasSize(1));
    }

    @Test
    void theImagesPageLoadsNoBuilds() throws Exception {
        build();
        String second = build();
        jenkins.jenkins.reload();
        job = jenkins.jenkins.getItemByFullName("shop", WorkflowJob.class);

        Set<Integer> before = loaded();

        JobImagesAction action = job.getAction(JobImagesAction.class);
        assertEquals(second, action.getCurrent().get(0).getDigest());
        assertThat(action.getImages(), hasSize(2));

        assertEquals(before, loaded());
        assertNotEquals(Set.of(1, 2), before);
    }

    private Set<Integer> loaded() {
        return Set.copyOf(job.getLazyBuildMixIn()._getRuns().getLoadedBuilds().keySet());
    }

    @Test
    void deletedBuildsAreNotShownAndDisplayNamesAreUpdated() throws Exception {
        build();
        build("currentBuild.displayName = '1.4.2'; treenqBuild tags: ['" + tag + "']");
        assertThat(page("reader"), containsString("1.4.2"));

        job.getBuildByNumber(1).delete();

        await(() -> rest().getJSONArray("images").size() == 1);
        job.getBuildByNumber(2).setDisplayName("x");
        assertEquals(2, rest().getJSONArray("images").getJSONObject(0).getInt("number"));
    }

    @Test
    void thePolicyAppliesToRollbacks() throws Exception {
        String first = build();
        String second = build();
        Policy policy = new Policy();
        policy.setPushTo(List.of("registry.example.com"));
        TreenqConfiguration.get().setPolicy(policy);

        Page page = rollBack("operator", HttpMethod.POST, tag, first);

        assertEquals(400, status(page));
        assertThat(
                ((HtmlPage) page).asNormalizedText(),
                containsString(
                        "the administrator's policy does not allow a push to " + daemon.registry() + "/" + repository));
        assertEquals(second, digest());
    }

    @Test
    void jobsWithoutImagesHaveNoImagesPage() throws Exception {
        FreeStyleProject other = jenkins.createFreeStyleProject();
        jenkins.buildAndAssertSuccess(other);

        assertNull(other.getAction(JobImagesAction.class));
        assertEquals(404, status(client("admin").getPage(new URL(jenkins.getURL(), other.getUrl() + "treenq/"))));
    }
}
