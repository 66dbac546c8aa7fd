// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.browser;

import static org.junit.jupiter.api.Assertions.assertEquals;

import hudson.security.FullControlOnceLoggedInAuthorizationStrategy;
import io.jenkins.plugins.treenq.buildkit.Daemon;
import io.jenkins.plugins.treenq.harness.SharedJenkins;
import io.jenkins.plugins.treenq.run.Configured;
import java.util.List;
import java.util.UUID;
import org.jenkinsci.plugins.workflow.cps.CpsFlowDefinition;
import org.jenkinsci.plugins.workflow.job.WorkflowJob;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.jvnet.hudson.test.JenkinsRule;
import org.openqa.selenium.By;

/**
 * A Jenkins with a real daemon, and a browser of an administrator, which all tests of a class share. In tests, Jenkins
 * enforces its content security policy.
 */
@SharedJenkins
abstract class InBrowser {
    static final By SAVE = By.name("Submit");

    /** The browser of the class; null before its first test. */
    private static Browser shared;

    JenkinsRule jenkins;
    Daemon daemon;
    String image;
    Browser browser;

    @BeforeEach
    void start(JenkinsRule rule) throws Exception {
        jenkins = rule;
        daemon = Daemon.first();
        image = daemon.registry() + "/test-" + UUID.randomUUID().toString().substring(0, 8);
        Configured.with(daemon);
        jenkins.jenkins.setSecurityRealm(jenkins.createDummySecurityRealm());
        jenkins.jenkins.setAuthorizationStrategy(new FullControlOnceLoggedInAuthorizationStrategy());
        if (shared == null) {
            shared = Browser.on(jenkins.getURL());
        }
        browser = shared;
        browser.logIn("admin");
    }

    @AfterEach
    void theBrowserReportedNoErrors() {
        if (browser != null) {
            List<String> complaints = browser.complaints();
            browser.forget();
            assertEquals(List.of(), complaints);
        }
    }

    @AfterAll
    static void closeBrowser() {
        if (shared != null) {
            shared.close();
            shared = null;
        }
    }

    WorkflowJob job(String name, String script) throws Exception {
        WorkflowJob job = jenkins.createProject(WorkflowJob.class, name);
        job.setDefinition(new CpsFlowDefinition("node {\n" + script + "\n}", true));
        return job;
    }

    static By button(String text) {
        return By.xpath(".//button[normalize-space()='" + text + "']");
    }
}
