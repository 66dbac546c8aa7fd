// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.config;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.not;
import static org.junit.jupiter.api.Assertions.assertEquals;

import hudson.model.FreeStyleProject;
import hudson.model.Item;
import io.jenkins.plugins.treenq.run.Configured;
import io.jenkins.plugins.treenq.step.TreenqBuildStep;
import java.net.URL;
import java.util.List;
import jenkins.model.Jenkins;
import org.htmlunit.HttpMethod;
import org.htmlunit.WebRequest;
import org.htmlunit.WebResponse;
import org.htmlunit.util.NameValuePair;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.jvnet.hudson.test.JenkinsRule;
import org.jvnet.hudson.test.MockAuthorizationStrategy;
import org.jvnet.hudson.test.junit.jupiter.WithJenkins;

/** Who may call which form method. */
@WithJenkins
class WebMethodsTest {
    private static final String BUILDER = "descriptorByName/" + BuildkitBuilder.class.getName() + "/";
    private static final String REGISTRY = "descriptorByName/" + Registry.class.getName() + "/";
    private static final String GLOBAL = "descriptorByName/" + TreenqConfiguration.class.getName() + "/";
    private static final String STEP = "descriptorByName/" + TreenqBuildStep.class.getName() + "/";

    private static final List<String> METHODS = List.of(
            BUILDER + "testConnection",
            BUILDER + "checkName",
            BUILDER + "checkAddress",
            BUILDER + "checkCredentialsId",
            BUILDER + "checkConnectTimeoutSeconds",
            BUILDER + "fillCredentialsIdItems",
            REGISTRY + "checkHost",
            REGISTRY + "fillCredentialsIdItems",
            GLOBAL + "checkDefaultBuilder",
            GLOBAL + "fillDefaultBuilderItems",
            STEP + "checkTags",
            STEP + "checkPlatforms",
            STEP + "checkBuildArgs",
            STEP + "checkLabels",
            STEP + "fillBuilderItems",
            STEP + "fillCredentialsIdItems");

    private JenkinsRule jenkins;
    private FreeStyleProject job;

    @BeforeEach
    void start(JenkinsRule rule) throws Exception {
        jenkins = rule;
        jenkins.jenkins.setSecurityRealm(jenkins.createDummySecurityRealm());
        jenkins.jenkins.setAuthorizationStrategy(new MockAuthorizationStrategy()
                .grant(Jenkins.ADMINISTER)
                .everywhere()
                .to("admin")
                .grant(Jenkins.READ, Item.READ)
                .everywhere()
                .to("reader")
                .grant(Jenkins.READ, Item.READ, Item.EXTENDED_READ)
                .everywhere()
                .to("developer"));
        job = jenkins.createFreeStyleProject("job");
        Configured.add(Configured.login("a-login", "user", "password"));
        TreenqConfiguration.get().setBuilders(List.of(new BuildkitBuilder("a-builder", "tcp://localhost:1")));
    }

    @Test
    void everyMethodIsPostOnly() throws Exception {
        for (String method : METHODS) {
            assertEquals(404, call(HttpMethod.GET, method, "admin").getStatusCode(), method);
        }
    }

    @Test
    void onlyAnAdministratorConnects() throws Exception {
        String method = BUILDER + "testConnection";

        assertEquals(200, call(HttpMethod.POST, method, "admin").getStatusCode());
        assertEquals(403, call(HttpMethod.POST, method, "developer").getStatusCode());
        assertEquals(403, call(HttpMethod.POST, method, "reader").getStatusCode());
    }

    @Test
    void onlyAnAdministratorIsToldWhatIsConfiguredForAllJobs() throws Exception {
        for (String method : METHODS) {
            if (!method.endsWith("testConnection")) {
                assertTellsNothing(method, "reader");
                assertTellsNothing(method, "developer");
            }
        }
        assertThat(post(GLOBAL + "fillDefaultBuilderItems", "admin"), containsString("a-builder"));
        assertThat(post(REGISTRY + "fillCredentialsIdItems", "admin"), containsString("a-login"));
        assertThat(post(BUILDER + "checkAddress", "admin"), containsString("error"));
        assertThat(post(BUILDER + "checkCredentialsId", "admin"), containsString("error"));
        assertThat(post(REGISTRY + "checkHost", "admin"), containsString("error"));
    }

    @Test
    void onlyWhoMaySeeAJobsConfigurationIsToldWhatItCouldUse() throws Exception {
        String step = job.getUrl() + STEP;
        for (String method : List.of("checkTags", "checkPlatforms", "checkBuildArgs", "checkLabels")) {
            assertTellsNothing(step + method, "reader");
            assertThat(post(step + method, "developer"), containsString("error"));
        }
        assertTellsNothing(step + "fillBuilderItems", "reader");
        assertThat(post(step + "fillBuilderItems", "developer"), containsString("a-builder"));
        assertTellsNothing(step + "fillCredentialsIdItems", "reader");
        assertThat(post(step + "fillCredentialsIdItems", "developer"), containsString("a-login"));
    }

    private void assertTellsNothing(String method, String user) throws Exception {
        String answer = post(method, user);
        assertThat(method, answer, not(containsString("a-builder")));
        assertThat(method, answer, not(containsString("a-login")));
        assertThat(method, answer, not(containsString("class=error")));
    }

    private String post(String method, String user) throws Exception {
        WebResponse response = call(HttpMethod.POST, method, user);
        assertEquals(200, response.getStatusCode(), method);
        return response.getContentAsString();
    }

    private WebResponse call(HttpMethod verb, String method, String user) throws Exception {
        JenkinsRule.WebClient client = jenkins.createWebClient().withThrowExceptionOnFailingStatusCode(false);
        client.login(user);
        WebRequest request = new WebRequest(new URL(client.getContextPath() + method), verb);
        request.setRequestParameters(List.of(
                new NameValuePair("value", "no such thing"),
                new NameValuePair("name", "x"),
                new NameValuePair("address", "tcp://localhost:1"),
                new NameValuePair("serverName", ""),
                new NameValuePair("credentialsId", ""),
                new NameValuePair("connectTimeoutSeconds", "1"),
                new NameValuePair("host", ""),
                new NameValuePair("builder", "")));
        if (verb == HttpMethod.POST) {
            request.setAdditionalHeader(
                    jenkins.jenkins.getCrumbIssuer().getCrumbRequestField(),
                    jenkins.jenkins.getCrumbIssuer().getCrumb((jakarta.servlet.ServletRequest) null));
        }
        return client.getPage(request).getWebResponse();
    }
}
