// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.config;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.anyOf;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.hasItems;
import static org.hamcrest.Matchers.not;
import static org.junit.jupiter.api.Assertions.assertEquals;

import com.cloudbees.hudson.plugins.folder.Folder;
import com.cloudbees.hudson.plugins.folder.properties.FolderCredentialsProvider.FolderCredentialsProperty;
import com.cloudbees.plugins.credentials.domains.Domain;
import com.cloudbees.plugins.credentials.domains.DomainCredentials;
import hudson.ExtensionList;
import hudson.model.Descriptor;
import hudson.model.FreeStyleProject;
import hudson.model.Item;
import io.jenkins.plugins.treenq.run.Configured;
import io.jenkins.plugins.treenq.step.TreenqBuildStep;
import java.lang.reflect.Method;
import java.net.URL;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
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

    /** What is the same for everybody. */
    private static final Set<String> CONSTANT =
            Set.of("fillModeItems", "fillFailOnItems", "fillNetworkItems", "fillContextTimesItems");

    private JenkinsRule jenkins;
    private Folder folder;
    private FreeStyleProject job;

    /** By user; logging in takes longer than all the calls. */
    private final Map<String, JenkinsRule.WebClient> clients = new HashMap<>();

    @BeforeEach
    void start(JenkinsRule rule) throws Exception {
        jenkins = rule;
        folder = jenkins.createProject(Folder.class, "folder");
        folder.addProperty(new FolderCredentialsProperty(new DomainCredentials[] {
            new DomainCredentials(Domain.global(), List.of(Configured.login("folder-login", "user", "password")))
        }));
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
                .to("developer", "owner")
                .grant(Item.CONFIGURE)
                .onItems(folder)
                .to("owner"));
        job = jenkins.createFreeStyleProject("job");
        Configured.add(Configured.login("a-login", "user", "password"));
        TreenqConfiguration.get().setBuilders(List.of(new BuildkitBuilder("a-builder", "tcp://localhost:1")));
    }

    @Test
    void everyMethodIsPostOnly() throws Exception {
        for (String method : methods()) {
            assertEquals(404, call(HttpMethod.GET, method, "admin").getStatusCode(), method);
        }
    }

    @Test
    void onlyAnAdministratorConnects() throws Exception {
        for (String method : List.of(BUILDER + "testConnection", REGISTRY + "testConnection")) {
            assertEquals(200, call(HttpMethod.POST, method, "admin").getStatusCode());
            assertEquals(403, call(HttpMethod.POST, method, "developer").getStatusCode());
            assertEquals(403, call(HttpMethod.POST, method, "reader").getStatusCode());
        }
    }

    @Test
    void onlyAnAdministratorIsToldWhatIsConfiguredForAllJobs() throws Exception {
        for (String method : methods()) {
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
        String parameters = "io.jenkins.plugins.treenq.parameters.";
        for (String method : methods()) {
            if (!method.contains(".step.") && !method.contains(parameters)) {
                continue;
            }
            String name = method.substring(method.lastIndexOf('/') + 1);
            if (CONSTANT.contains(name)) {
                continue;
            }
            String inJob = job.getUrl() + method;
            assertTellsNothing(inJob, "reader");
            String answer = post(inJob, "developer");
            if (name.startsWith("check") && !name.equals("checkId") && !name.equals("checkDest")) {
                assertThat(method, answer, containsString("error"));
            } else if (name.equals("fillBuilderItems")) {
                assertThat(answer, containsString("a-builder"));
            } else if (name.endsWith("redentialsIdItems") && !method.contains("Ssh")) {
                assertThat(method, answer, containsString("a-login"));
            }
        }
    }

    @Test
    void onlyWhoMayConfigureAFolderIsToldWhatItCouldUseAndConnects() throws Exception {
        String own = FolderConfiguration.class.getName();
        FreeStyleProject inside = folder.createProject(FreeStyleProject.class, "job");
        Folder other = jenkins.createProject(Folder.class, "other");
        for (String method : methods()) {
            if (!method.startsWith(BUILDER) && !method.startsWith(REGISTRY) && !method.contains(own)) {
                continue;
            }
            String inFolder = folder.getUrl() + method;
            if (method.endsWith("testConnection")) {
                assertEquals(200, call(HttpMethod.POST, inFolder, "owner").getStatusCode());
                assertEquals(403, call(HttpMethod.POST, inFolder, "developer").getStatusCode());
                assertEquals(403, call(HttpMethod.POST, other.getUrl() + method, "owner").getStatusCode());
                assertEquals(403, call(HttpMethod.POST, inside.getUrl() + method, "owner").getStatusCode());
                continue;
            }
            assertTellsNothing(inFolder, "reader");
            assertTellsNothing(inFolder, "developer");
            assertTellsNothing(other.getUrl() + method, "owner");
            assertTellsNothing(inside.getUrl() + method, "owner");
            String answer = post(inFolder, "owner");
            if (method.contains("/check") && !method.endsWith("checkName")) {
                assertThat(method, answer, anyOf(containsString("error"), containsString("warning")));
            }
        }
        assertThat(post(folder.getUrl() + REGISTRY + "fillCredentialsIdItems", "owner"), containsString("folder-login"));
    }

    /** Every one of the plugin, so that none is forgotten. */
    private List<String> methods() {
        List<String> methods = new ArrayList<>();
        for (Descriptor<?> descriptor : ExtensionList.lookup(Descriptor.class)) {
            if (!descriptor.clazz.getName().startsWith("io.jenkins.plugins.treenq.")) {
                continue;
            }
            for (Method method : descriptor.getClass().getMethods()) {
                if (method.getName().matches("do(Check|Fill|Test)[A-Z].*")
                        && method.getDeclaringClass().getName().startsWith("io.jenkins.plugins.treenq.")) {
                    String name = method.getName().substring(2);
                    methods.add("descriptorByName/" + descriptor.getId() + "/"
                            + Character.toLowerCase(name.charAt(0)) + name.substring(1));
                }
            }
        }
        assertThat(methods, hasItems(BUILDER + "testConnection", STEP + "checkTags", GLOBAL + "checkDefaultBuilder"));
        return methods;
    }

    private void assertTellsNothing(String method, String user) throws Exception {
        String answer = post(method, user);
        assertThat(method, answer, not(containsString("a-builder")));
        assertThat(method, answer, not(containsString("a-login")));
        assertThat(method, answer, not(containsString("folder-login")));
        assertThat(method, answer, not(containsString("class=error")));
        assertThat(method, answer, not(containsString("class=warning")));
    }

    private String post(String method, String user) throws Exception {
        WebResponse response = call(HttpMethod.POST, method, user);
        assertEquals(200, response.getStatusCode(), method);
        return response.getContentAsString();
    }

    private JenkinsRule.WebClient client(String user) throws Exception {
        JenkinsRule.WebClient client = clients.get(user);
        if (client == null) {
            client = jenkins.createWebClient().withThrowExceptionOnFailingStatusCode(false);
            client.login(user);
            clients.put(user, client);
        }
        return client;
    }

    private WebResponse call(HttpMethod verb, String method, String user) throws Exception {
        JenkinsRule.WebClient client = client(user);
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
