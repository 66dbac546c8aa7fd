// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.browser;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.jenkins.plugins.treenq.connect.DockerfileBranchProjectFactory;
import io.jenkins.plugins.treenq.connect.GitServer;
import io.jenkins.plugins.treenq.connect.Repository;
import io.jenkins.plugins.treenq.run.Configured;
import java.nio.file.Path;
import java.util.List;
import jenkins.branch.BranchSource;
import jenkins.plugins.git.GitSCMSource;
import jenkins.plugins.git.traits.BranchDiscoveryTrait;
import org.jenkinsci.plugins.workflow.multibranch.WorkflowMultiBranchProject;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.openqa.selenium.By;
import org.openqa.selenium.Keys;
import org.openqa.selenium.WebElement;
import org.openqa.selenium.support.ui.Select;

/** Connects a repository and checks the pages of its branches, in Chromium. */
class ConnectInBrowserTest extends InBrowser {
    private static final By MODE = By.xpath("//option[normalize-space()='by Dockerfile (Treenq)']/..");

    @TempDir
    Path folder;

    @Test
    void aRepositoryIsConnectedInTheFormAndItsBranchesShowTheirImages() throws Exception {
        try (GitServer server = new GitServer(folder, true)) {
            Repository repository = new Repository(folder.resolve("web.git"));
            repository.commit("Dockerfile", "FROM busybox\nRUN echo hello\n");
            repository.push();
            repository.branch("feature/cart").commit("cart", "items");
            repository.push();
            Configured.add(Configured.login("git", GitServer.USER, GitServer.PASSWORD));
            WorkflowMultiBranchProject project = jenkins.createProject(WorkflowMultiBranchProject.class, "web");
            GitSCMSource source = new GitSCMSource(server.url("web.git"));
            source.setCredentialsId("git");
            source.setTraits(List.of(new BranchDiscoveryTrait()));
            project.getSourcesList().add(new BranchSource(source));

            browser.open(project.getUrl() + "configure");
            new Select(browser.shown(MODE)).selectByVisibleText("by Dockerfile (Treenq)");
            WebElement name = browser.shown(By.name("_.image"));
            name.sendKeys(image.replaceFirst("/.*", "/") + "${organization}/x:1");
            name.sendKeys(Keys.TAB);
            browser.until(
                    "an error",
                    () -> browser.shown(By.cssSelector("main, body")).getText().contains("has a tag or a digest"));
            name.clear();
            name.sendKeys(image);
            name.sendKeys(Keys.TAB);
            pictures("connect-form");
            browser.click(SAVE);
            browser.until("saved", () -> !browser.address().contains("configure"));

            assertEquals(
                    image,
                    ((DockerfileBranchProjectFactory) project.getProjectFactory())
                            .getSettings()
                            .getImage());
            jenkins.waitUntilNoActivity();
            jenkins.assertBuildStatusSuccess(project.getItemByBranchName("main").getLastBuild());
            // Jenkins' own page of a project without branches requests a resource that is gone once there are branches.
            browser.open("");
            browser.complaints();
            browser.open(project.getUrl());
            assertThat(browser.shown(By.id("projectstatus")).getText(), containsString("Last image"));
            String shortName = image.substring(image.lastIndexOf('/') + 1);
            assertThat(browser.shown(By.id("projectstatus")).getText(), containsString(shortName + ":feature-cart"));
            pictures("connect-branches");
            browser.open(project.getItemByBranchName("main").getUrl());
            assertThat(browser.shown(By.tagName("body")).getText(), containsString(image + ":main"));
            pictures("connect-branch");
            browser.open(project.getItemByBranchName("main").getLastBuild().getUrl() + "treenq/");
            pictures("connect-build");
        }
    }

    private void pictures(String name) throws Exception {
        browser.picture(name);
        browser.darken();
        browser.picture(name + "-dark");
    }
}
