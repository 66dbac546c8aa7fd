// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.browser;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.hasSize;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import hudson.model.FreeStyleProject;
import io.jenkins.plugins.treenq.config.BuildkitBuilder;
import io.jenkins.plugins.treenq.config.Policy;
import io.jenkins.plugins.treenq.config.TreenqConfiguration;
import io.jenkins.plugins.treenq.run.Configured;
import io.jenkins.plugins.treenq.step.TreenqBuildStep;
import io.jenkins.plugins.treenq.step.TreenqBuilder;
import java.util.List;
import org.jenkinsci.plugins.workflow.job.WorkflowJob;
import org.junit.jupiter.api.Test;
import org.openqa.selenium.By;
import org.openqa.selenium.WebElement;
import org.openqa.selenium.support.ui.Select;

/** The forms of administrators and authors of jobs, in Chromium. */
class FormsInBrowserTest extends InBrowser {
    private static final String DOCKERFILE = "FROM busybox\nRUN true";
    private static final String UNFOLD = """
            document.querySelectorAll('.advanced-button').forEach(button => button.checkVisibility() && button.click());
            """;

    private static final By TAGS = By.name("_.tags");
    private static final By ANSWER = By.cssSelector(".jenkins-validate-button__container__status .ok");

    @Test
    void anAdministratorAddsABuilderARegistryAndAPolicy() throws Exception {
        browser.open("manage/configure");

        browser.click(button("Add builder"));
        WebElement builder = last("builders");
        By twice = By.className("treenq-name-twice");
        fill(builder, "_.name", "default");
        browser.until("a mark", () -> builder.findElement(twice).isDisplayed());
        assertThat(builder.findElement(twice).getText(), containsString("Another builder has the same name"));
        fill(builder, "_.name", "second");
        browser.until("no mark", () -> !builder.findElement(twice).isDisplayed());
        // The new builder can be selected before it is saved.
        choose(browser.shown(By.className("treenq-scope")), "_.defaultBuilder", "second");
        fill(builder, "_.address", daemon.address());
        choose(builder, "_.credentialsId", Configured.CERTIFICATE);
        browser.click(browser.shown(builder, button("Test connection")));
        String answer = browser.shown(builder, ANSWER).getText();
        assertThat(answer, containsString("BuildKit " + daemon.version()));
        assertThat(answer, containsString("rootless"));

        browser.click(button("Add registry"));
        WebElement registry = last("registries");
        fill(registry, "_.host", daemon.registry().replace("localhost", "127.0.0.1"));
        choose(registry, "_.credentialsId", Configured.LOGIN);
        browser.click(browser.shown(registry, button("Connection from Jenkins")));
        fill(registry, "_.caCertificate", daemon.caPem());
        browser.click(browser.shown(registry, button("Test connection")));
        assertThat(
                browser.shown(registry, ANSWER).getText(),
                containsString(
                        "accepts the credentials of the user '" + daemon.login().username() + "'"));

        browser.click(By.xpath("//label[normalize-space()='Policy']"));
        fill(browser.shown(By.tagName("form")), "_.pushTo", "registry.example.com/shop");
        browser.click(By.xpath("//label[normalize-space()='Folders may define builders']"));
        browser.click(SAVE);
        browser.until("saved", () -> browser.address().endsWith(jenkins.contextPath + "/"));

        TreenqConfiguration saved = TreenqConfiguration.get();
        assertThat(saved.getBuilders(), hasSize(2));
        assertEquals("second", saved.getDefaultBuilder());
        BuildkitBuilder second = saved.getBuilders().get(1);
        assertEquals("second", second.getName());
        assertEquals(daemon.address(), second.getAddress());
        assertEquals(Configured.CERTIFICATE, second.getCredentialsId());
        assertEquals(4, saved.getRegistries().size());
        Policy policy = saved.getPolicy();
        assertEquals(List.of("registry.example.com/shop"), policy.getPushTo());
        assertFalse(policy.isFoldersMayDefineBuilders());
        assertTrue(policy.isJobsMayNameBuilders());

        browser.open("manage/configure");
        assertEquals("second", value(last("builders"), "_.name"));
        assertEquals(daemon.address(), value(last("builders"), "_.address"));
        browser.until(
                "credentials", () -> value(last("builders"), "_.credentialsId").equals(Configured.CERTIFICATE));
        assertEquals("registry.example.com/shop", value(browser.shown(By.tagName("form")), "_.pushTo"));
    }

    @Test
    void theSnippetGeneratorWritesAValidStep() throws Exception {
        WorkflowJob job = job("shop", "");
        browser.open(job.getUrl() + "pipeline-syntax/");

        chooseStep();
        fillStep();
        browser.click(button("Add secret"));
        WebElement secret = last("secrets");
        fill(secret, "_.id", "npm");
        choose(secret, "_.credentialsId", Configured.LOGIN);
        browser.click(By.id("generatePipelineScript"));

        String snippet = browser.until("snippet", () -> {
            String text = browser.shown(By.id("prototypeText")).getAttribute("value");
            return text.isEmpty() ? null : text;
        });
        assertThat(snippet, containsString("tags: ['" + image + ":1', '" + image + ":2']"));
        assertThat(snippet, containsString("secrets: [secret(credentialsId: '" + Configured.LOGIN + "', id: 'npm')]"));
        jenkins.buildAndAssertSuccess(job("generated", snippet));
    }

    @Test
    void aFreestyleJobGetsTheBuildStep() throws Exception {
        FreeStyleProject job = jenkins.createFreeStyleProject("shop");
        browser.open(job.getUrl() + "configure");

        browser.click(button("Add build step"));
        browser.click(button("Build an image with BuildKit (Treenq)"));
        fillStep();
        browser.click(SAVE);
        browser.until("saved", () -> browser.address().endsWith("/" + job.getUrl()));

        TreenqBuildStep saved = job.getBuildersList().get(TreenqBuilder.class).getBuild();
        assertEquals(List.of(image + ":1", image + ":2"), saved.getTags());
        assertEquals(DOCKERFILE, saved.getDockerfileText());
        browser.open(job.getUrl() + "configure");
        assertEquals(image + ":1\n" + image + ":2", browser.shown(TAGS).getAttribute("value"));
        jenkins.buildAndAssertSuccess(job);
    }

    @Test
    void formsFitOnANarrowScreen() throws Exception {
        FreeStyleProject job = jenkins.createFreeStyleProject("shop");
        job.getBuildersList().add(new TreenqBuilder(new TreenqBuildStep(List.of(image))));
        job.save();
        WorkflowJob pipeline = job("pipeline", "");

        // Jenkins' own part of this page has long words.
        look(
                "configure",
                "manage/configure",
                "section:has([name='builders'])",
                () -> browser.shown(By.name("_.address")));
        look("freestyle", job.getUrl() + "configure", "body", () -> browser.shown(TAGS));
        look("snippet", pipeline.getUrl() + "pipeline-syntax/", "body", this::chooseStep);
    }

    private void look(String name, String path, String part, Runnable prepare) throws Exception {
        for (int width : new int[] {Browser.WIDE, Browser.NARROW}) {
            browser.resize(width);
            browser.open(path);
            prepare.run();
            browser.run(UNFOLD);
            assertThat(name + " at " + width, browser.tooWide(part), empty());
            browser.picture(name + "-" + width);
            browser.darken();
            browser.picture(name + "-" + width + "-dark");
            browser.lighten();
        }
    }

    private void chooseStep() {
        new Select(browser.shown(By.cssSelector("select.dropdownList")))
                .selectByVisibleText("treenqBuild: Build an image with BuildKit (Treenq)");
        browser.shown(TAGS);
    }

    private void fillStep() {
        browser.shown(TAGS).sendKeys(image + ":1\n" + image + ":2");
        browser.click(button("Secrets and SSH"));
        browser.shown(By.name("_.dockerfileText")).sendKeys(DOCKERFILE);
    }

    /** Returns the last item of a list. */
    private WebElement last(String list) {
        return browser.shown(By.xpath("(//div[contains(@class, 'repeated-chunk')][@name='" + list + "'])[last()]"));
    }

    private void fill(WebElement within, String field, String text) {
        WebElement input = browser.shown(within, By.name(field));
        input.clear();
        input.sendKeys(text);
    }

    /** Selects a value as soon as Jenkins has filled the list. */
    private void choose(WebElement within, String field, String value) {
        Select select = new Select(browser.shown(within, By.name(field)));
        browser.until(value, () -> select.getOptions().stream()
                .anyMatch(option -> option.getAttribute("value").equals(value)));
        select.selectByValue(value);
    }

    private static String value(WebElement within, String field) {
        return within.findElement(By.name(field)).getAttribute("value");
    }
}
