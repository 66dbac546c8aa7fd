// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.browser;

import static org.junit.jupiter.api.Assertions.assertEquals;

import hudson.security.FullControlOnceLoggedInAuthorizationStrategy;
import io.jenkins.plugins.treenq.buildkit.Daemon;
import io.jenkins.plugins.treenq.run.Configured;
import java.util.List;
import java.util.UUID;
import org.jenkinsci.plugins.workflow.cps.CpsFlowDefinition;
import org.jenkinsci.plugins.workflow.job.WorkflowJob;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.jvnet.hudson.test.JenkinsRule;
import org.openqa.selenium.By;

/**
 * A Jenkins with a real daemon, and a browser of an administrator. In tests, Jenkins enforces its content security
 * policy.
 */
abstract class InBrowser {
    static final By SAVE = By.name("Submit");

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
        browser = Browser.on(jenkins.getURL());
        browser.logIn("admin");
    }

    @AfterEach
    void nothingWasComplainedOf() {
        if (browser != null) {
            try (Browser last = browser) {
                assertEquals(List.of(), last.complaints());
            }
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
