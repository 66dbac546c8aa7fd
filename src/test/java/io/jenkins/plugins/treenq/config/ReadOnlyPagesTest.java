// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.config;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.not;

import com.cloudbees.hudson.plugins.folder.Folder;
import hudson.model.Item;
import io.jenkins.plugins.treenq.harness.SharedJenkins;
import io.jenkins.plugins.treenq.run.Configured;
import java.util.List;
import jenkins.model.Jenkins;
import org.htmlunit.html.HtmlElement;
import org.htmlunit.html.HtmlPage;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.jvnet.hudson.test.JenkinsRule;
import org.jvnet.hudson.test.MockAuthorizationStrategy;

/** Users who may view but not change a configuration see all of it, without controls that change it. */
@SharedJenkins
class ReadOnlyPagesTest {
    private final boolean systemRead = Jenkins.SYSTEM_READ.getEnabled();
    private final boolean extendedRead = Item.EXTENDED_READ.getEnabled();

    private JenkinsRule jenkins;

    @BeforeEach
    void start(JenkinsRule rule) throws Exception {
        jenkins = rule;
        Jenkins.SYSTEM_READ.setEnabled(true);
        Item.EXTENDED_READ.setEnabled(true);
        jenkins.jenkins.setSecurityRealm(jenkins.createDummySecurityRealm());
        jenkins.jenkins.setAuthorizationStrategy(new MockAuthorizationStrategy()
                .grant(Jenkins.ADMINISTER)
                .everywhere()
                .to("admin")
                .grant(Jenkins.READ, Jenkins.SYSTEM_READ, Item.READ, Item.EXTENDED_READ)
                .everywhere()
                .to("auditor"));
        Configured.add(Configured.login("another-login", "user", "password"));
    }

    @AfterEach
    void asBefore() {
        Jenkins.SYSTEM_READ.setEnabled(systemRead);
        Item.EXTENDED_READ.setEnabled(extendedRead);
    }

    @Test
    void theGlobalConfigurationCanBeViewedReadOnly() throws Exception {
        TreenqConfiguration configuration = TreenqConfiguration.get();
        configuration.setBuilders(List.of(builder()));
        configuration.setRegistries(List.of(registry()));
        configuration.setDefaultBuilder("fast");
        Policy policy = new Policy();
        policy.setPushTo(List.of("registry.example.com/shop"));
        configuration.setPolicy(policy);

        HtmlPage page = jenkins.createWebClient().login("auditor").goTo("manage/configure");

        assertShowsEverything(page);
        assertThat(page.asXml(), containsString("registry.example.com/shop"));
        assertThat(changeable(page), empty());
        assertThat(changeable(jenkins.createWebClient().login("admin").goTo("manage/configure")), not(empty()));
    }

    @Test
    void aFoldersConfigurationCanBeViewedReadOnly() throws Exception {
        Folder folder = jenkins.createProject(Folder.class, "folder");
        FolderConfiguration configuration = new FolderConfiguration();
        configuration.setBuilders(List.of(builder()));
        configuration.setRegistries(List.of(registry()));
        configuration.setDefaultBuilder("fast");
        folder.addProperty(configuration);

        HtmlPage page = jenkins.createWebClient().login("auditor").getPage(folder, "configure");

        assertShowsEverything(page);
        assertThat(changeable(page), empty());
        assertThat(changeable(jenkins.createWebClient().login("admin").getPage(folder, "configure")), not(empty()));
    }

    private static void assertShowsEverything(HtmlPage page) {
        String html = page.asXml();
        for (String value : List.of(
                "tcp://a.example.com:1",
                "tcp://b.example.com:1",
                "buildkitd",
                "linux/arm64",
                "certificate",
                "fast",
                "registry.example.com",
                "a-login",
                "mirror.example.com",
                "BEGIN CERTIFICATE")) {
            assertThat(html, containsString(value));
        }
        assertThat(html, not(containsString("another-login")));
    }

    /** Returns the controls in the plugin's part of the page. Expanding a section changes nothing. */
    private static List<String> changeable(HtmlPage page) {
        String control = "//*[self::input[not(@type='hidden')] or self::textarea or self::select or self::button]";
        return page
                .<HtmlElement>getByXPath("//*[contains(@class, 'repeated-container')"
                        + " and .//*[@name='builders' or @name='registries']]" + control
                        + " | //*[@name='policy']" + control
                        + " | //*[@name='_.defaultBuilder' or @name='_.policy']")
                .stream()
                .filter(element -> !element.hasAttribute("disabled") && !element.hasAttribute("readonly"))
                .filter(element -> !element.getAttribute("class").contains("advanced"))
                .map(HtmlElement::asXml)
                .toList();
    }

    private static BuildkitBuilder builder() {
        BuildkitBuilder builder = new BuildkitBuilder("fast", "tcp://a.example.com:1 tcp://b.example.com:1");
        builder.setServerName("buildkitd");
        builder.setCredentialsId("certificate");
        builder.setPlatforms(List.of("linux/arm64"));
        builder.setLimit(7);
        builder.setRetries(8);
        builder.setDraining(true);
        return builder;
    }

    private static Registry registry() {
        Registry registry = new Registry("registry.example.com");
        registry.setCredentialsId("a-login");
        registry.setCaCertificate(Configured.AUTHORITY);
        registry.setMirrors(List.of("mirror.example.com"));
        return registry;
    }
}
