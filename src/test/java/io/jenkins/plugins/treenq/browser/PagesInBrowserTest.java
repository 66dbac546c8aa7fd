// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.browser;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.greaterThan;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.not;
import static org.hamcrest.Matchers.startsWith;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import hudson.model.Result;
import io.jenkins.plugins.treenq.buildkit.Daemon;
import io.jenkins.plugins.treenq.buildkit.Registry;
import io.jenkins.plugins.treenq.config.TreenqConfiguration;
import io.jenkins.plugins.treenq.report.ImagesAction;
import io.jenkins.plugins.treenq.rollback.RunningRollback;
import io.jenkins.plugins.treenq.run.Configured;
import io.jenkins.plugins.treenq.run.HeldStep;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;
import org.jenkinsci.plugins.workflow.job.WorkflowJob;
import org.jenkinsci.plugins.workflow.job.WorkflowRun;
import org.junit.jupiter.api.Test;
import org.openqa.selenium.By;
import org.openqa.selenium.Keys;
import org.openqa.selenium.Rectangle;
import org.openqa.selenium.WebElement;

/** The pages of image builds and images, in Chromium. */
class PagesInBrowserTest extends InBrowser {
    private static final int README_HEIGHT = 1600;
    private static final By LOG = By.cssSelector("[data-part='log']");
    private static final By MARKED = By.cssSelector(".treenq-source__line--marked");
    private static final By DIALOG = By.cssSelector("dialog[open]");

    /** Keeps the latest states that the page has got. */
    private static final String KEEP_STATES = """
            const fetched = window.fetch;
            window.fetch = (url, ...more) => fetched(url, ...more).then(answer => {
                if (url.startsWith('api/json')) {
                    answer.clone().text().then(text => setTimeout(() => window.states = text, 2000));
                }
                return answer;
            });
            """;

    /** Holds the first answer with a log until {@code deliver} is called. */
    private static final String HOLD_FIRST_LOG = """
            const fetched = window.fetch;
            let asked = false;
            window.fetch = (url, ...more) => {
                if (asked || !url.startsWith('log?')) {
                    return fetched(url, ...more);
                }
                asked = true;
                return fetched(url, ...more).then(answer => answer.text()).then(text => new Promise(deliver => {
                    window.heldText = text;
                    window.deliver = () => {
                        deliver(new Response(text));
                        setTimeout(() => window.delivered = true, 100);
                    };
                }));
            };
            """;

    @Test
    void violationsOfTheContentSecurityPolicyAreDetected() {
        browser.open("");
        assertThat(browser.complaints(), empty());

        browser.run("""
                const script = document.createElement('script');
                script.textContent = 'window.ran = true';
                document.body.append(script);
                """);

        assertNull(browser.run("return window.ran"));
        assertThat(browser.complaints(), hasItem(containsString("the content security policy stopped")));
    }

    @Test
    void anImageBuildIsFollowedWithoutReloadingAndReadByKeyboard() throws Exception {
        WorkflowRun run = job("shop", """
                writeFile file: 'Dockerfile', text: 'FROM busybox\\nRUN echo it runs; sleep 300; echo %s\\nRUN true\\n'
                treenqBuild tags: ['%s:1']
                """.formatted(UUID.randomUUID(), image))
                .scheduleBuild2(0)
                .waitForStart();
        browser.until(
                "begun",
                () -> run.getAction(ImagesAction.class) != null
                        && !run.getAction(ImagesAction.class).getBuilds().isEmpty());

        browser.open(run.getUrl() + "treenq/1/");
        browser.run("window.sameDocument = true");

        WebElement step = browser.shown(step("it runs", "RUNNING"));
        assertThat(state(), containsString("Running"));
        browser.shown(step("RUN true", "WAITING"));
        assertFalse(step.findElement(LOG).isDisplayed());
        browser.tabTo(step.findElement(By.tagName("summary")));
        assertNotEquals("none", browser.focused().getCssValue("outline-style"));
        browser.press(Keys.ENTER);
        browser.until("log", () -> step.findElement(LOG).getText().equals("it runs"));
        browser.press(Keys.TAB);
        assertEquals(step.findElement(LOG), browser.focused());
        browser.picture("build-running");

        run.doStop();
        jenkins.assertBuildStatus(Result.ABORTED, jenkins.waitForCompletion(run));

        browser.shown(step("it runs", "CANCELED"));
        browser.until("state", () -> state().contains("Aborted"));
        assertEquals("it runs", step.findElement(LOG).getText());
        assertEquals(true, browser.run("return window.sameDocument"));
    }

    @Test
    void aLateAnswerDoesNotReplaceANewerLog() throws Exception {
        try (HeldStep held = new HeldStep()) {
            WorkflowRun run = job("shop", """
                    writeFile file: 'Dockerfile', text: 'FROM busybox\\nRUN echo older; %s; echo newer; sleep 300; echo %s\\n'
                    treenqBuild tags: ['%s:1']
                    """.formatted(held.command(), UUID.randomUUID(), image))
                    .scheduleBuild2(0)
                    .waitForStart();
            held.awaitBegun();
            browser.open(run.getUrl() + "treenq/1/");
            WebElement step = browser.shown(step("echo older", "RUNNING"));
            browser.run(HOLD_FIRST_LOG);
            browser.click(step.findElement(By.tagName("summary")));
            browser.until("the first log", () -> browser.run("return window.heldText"));
            assertEquals("older\n", browser.run("return window.heldText"));

            held.release();
            browser.until("the newer log", () -> step.findElement(LOG).getText().equals("older\nnewer"));
            browser.run("window.deliver()");
            browser.until("delivered", () -> browser.run("return window.delivered"));

            assertEquals("older\nnewer", step.findElement(LOG).getText());
            run.doStop();
            jenkins.assertBuildStatus(Result.ABORTED, jenkins.waitForCompletion(run));
        }
    }

    @Test
    void aFailedBuildShowsItsReasonAndLocationFirst() throws Exception {
        WorkflowRun run = failed();

        browser.open(run.getUrl() + "treenq/1/");

        WebElement failure = browser.shown(By.cssSelector("[data-part='failure']"));
        assertThat(failure.getText(), containsString("exit code: 7"));
        assertThat(failure.findElement(MARKED).getText(), containsString("RUN echo almost; exit 7"));
        WebElement step = browser.shown(step("RUN echo almost", "FAILED"));
        browser.until("log", () -> step.findElement(LOG).getText().equals("almost"));
        WebElement warning = browser.shown(By.cssSelector(".treenq-warnings > li"));
        assertThat(warning.getText(), containsString("StageNameCasing"));
        assertThat(warning.findElement(MARKED).getText(), containsString("FROM busybox as Base"));
        assertThat(
                browser.shown(warning, By.linkText("About this rule")).getAttribute("href"),
                startsWith("https://docs.docker.com/"));
    }

    @Test
    void theConsoleCollapsesFinishedStepsAndLinksThePage() throws Exception {
        WorkflowRun run = job("shop", """
                writeFile file: 'Dockerfile', text: 'FROM busybox\\nRUN seq 11 19; echo %s\\nRUN seq 21 29; sleep 300\\n'
                treenqBuild tags: ['%s:1']
                """.formatted(UUID.randomUUID(), image))
                .scheduleBuild2(0)
                .waitForStart();

        browser.open(run.getUrl() + "console");

        WebElement fold = browser.shown(
                By.xpath("//button[contains(@class, 'treenq-fold')]" + "[parent::*[contains(., 'RUN seq 11 19')]]"));
        browser.until("running step", () -> console().contains(" 29\n"));
        assertEquals("10 lines", fold.getText());
        assertEquals("false", fold.getAttribute("aria-expanded"));
        assertThat(console(), not(containsString(" 19\n")));
        browser.picture("console");

        browser.tabTo(fold);
        browser.press(Keys.ENTER);
        assertEquals("true", fold.getAttribute("aria-expanded"));
        assertThat(console(), containsString(" 19\n"));
        browser.press(Keys.ENTER);
        assertThat(console(), not(containsString(" 19\n")));

        browser.click(By.linkText("Image build 1: steps, times and logs"));
        browser.shown(step("RUN seq 21 29", "RUNNING"));
        run.doStop();
        jenkins.assertBuildStatus(Result.ABORTED, jenkins.waitForCompletion(run));
    }

    @Test
    void theGraphOfDependenciesLinksTheSteps() throws Exception {
        WorkflowRun run = jenkins.buildAndAssertSuccess(stages("shop"));
        browser.open(run.getUrl() + "treenq/1/");
        WebElement box = browser.shown(By.xpath("//*[local-name()='a'][contains(@aria-label, 'COPY --from=app')]"));
        assertEquals("DONE", box.getAttribute("data-state"));
        assertThat(
                browser.shown(By.cssSelector(".treenq-graph"))
                        .findElements(By.cssSelector("path"))
                        .size(),
                greaterThan(4));

        browser.tabTo(box);
        assertThat(
                browser.shown(By.cssSelector(".treenq-graph"))
                        .findElements(By.cssSelector(".treenq-graph__edge--marked"))
                        .size(),
                greaterThan(1));
        browser.press(Keys.ENTER);

        WebElement step = browser.shown(step("COPY --from=app", "DONE"));
        browser.until("opened", () -> browser.has(By.cssSelector("#" + step.getAttribute("id") + " details[open]")));
        assertThat(browser.shown(By.cssSelector("[data-part='inputs-line']")).getText(), containsString("Depends on"));
    }

    /** Creates the pictures of README.md, with {@code -Dtreenq.readme=true}. */
    @Test
    void theReadmesPicturesAreOfABuildsPage() throws Exception {
        assumeTrue(Boolean.getBoolean("treenq.readme"), "makes pictures only with -Dtreenq.readme=true");
        WorkflowRun run = jenkins.buildAndAssertSuccess(stages("shop"));
        browser.open(run.getUrl() + "treenq/1/");
        browser.shown(step("COPY --from=app", "DONE"));
        browser.hideAround("#treenq-timeline");
        browser.replaceText(image, "registry.example.com/shop/web");
        browser.replaceSymbol(
                "[data-state='DONE'] .treenq-step__icon svg, [data-part='state'] svg", symbol("status-blue"));
        browser.replaceSymbol(".jenkins-app-bar a svg", symbol("terminal"));

        browser.picture("readme-light", README_HEIGHT);
        browser.darken();
        browser.picture("readme-dark", README_HEIGHT);
    }

    /** Reads a symbol from Jenkins' unpacked war, from which the harness loads neither classes nor symbols. */
    private String symbol(String name) throws IOException {
        return Files.readString(Path.of(
                jenkins.jenkins.getServletContext().getRealPath("/WEB-INF/classes/images/symbols/" + name + ".svg")));
    }

    /** A build with parallel stages. */
    private WorkflowJob stages(String name) throws Exception {
        return job(name, """
                writeFile file: 'main.c', text: 'int main(void) { return 0; }'
                writeFile file: 'index.html', text: '<p>shop</p>'
                writeFile file: 'Dockerfile', text: '''FROM busybox AS base
                    |ARG VERSION
                    |RUN mkdir /out
                    |FROM base AS app
                    |COPY main.c /src/
                    |RUN sleep 2; cp /src/main.c /out/app
                    |FROM base AS assets
                    |COPY index.html /src/
                    |RUN sleep 1; gzip -c /src/index.html > /out/index.html.gz
                    |FROM busybox
                    |COPY --from=app /out/app /usr/bin/
                    |COPY --from=assets /out/index.html.gz /www/
                    |RUN echo $VERSION > /version
                    |'''.stripMargin()
                treenqBuild tags: ['%1$s:1.4', '%1$s:latest'], buildArgs: [VERSION: '1.4'], noCache: true,
                    provenance: 'mode=max'
                """.formatted(image));
    }

    @Test
    void aRunsImagesAreOnItsPageAndTheirDigestsCanBeCopied() throws Exception {
        WorkflowRun run = jenkins.buildAndAssertSuccess(image("shop"));
        String digest = run.getAction(ImagesAction.class).getImages().get(0).getDigest();

        browser.open(run.getUrl());
        browser.click(By.cssSelector(".treenq-images .jenkins-copy-button[text='" + digest + "']"));
        browser.shown(By.cssSelector(".jenkins-copy-button--copied"));
        assertEquals(digest, browser.clipboard());

        browser.click(By.linkText(image + ":latest"));
        browser.until("state", () -> state().contains("Built"));
        browser.click(By.cssSelector(".treenq-digest .jenkins-copy-button[ref='treenq-digest']"));
        browser.shown(By.cssSelector(".jenkins-copy-button--copied"));
        assertEquals(digest, browser.clipboard());
    }

    @Test
    void theJobsPageRollsBackToAnEarlierImage() throws Exception {
        WorkflowJob job = image("shop");
        jenkins.buildAndAssertSuccess(job);
        String first = digest();
        jenkins.buildAndAssertSuccess(job);
        String second = digest();
        assertNotEquals(first, second);

        browser.open(job.getUrl());
        browser.click(By.linkText("Images"));
        assertFalse(browser.has(By.xpath("//tr[.//a[.='#2']]//a[normalize-space()='Roll back']")));
        showEarlier();
        browser.click(rollBack("#1"));
        assertThat(
                browser.shown(DIALOG).getText(),
                containsString(
                        "Make %s:latest point to %s of build #1 again?".formatted(image, first.substring(0, 19))));
        browser.press(Keys.ESCAPE);
        browser.until("dialog gone", () -> !browser.has(DIALOG));
        assertEquals(second, digest());

        browser.resize(Browser.NARROW);
        browser.click(rollBack("#1"));
        // While the dialog appears, an animation changes its size.
        browser.until("narrow dialog", () -> {
            Rectangle question = browser.shown(DIALOG).getRect();
            return question.getX() + question.getWidth() <= Browser.NARROW;
        });
        browser.picture("job-images-question");
        browser.press(Keys.ENTER);

        browser.shown(By.cssSelector(".treenq-job-images__result [data-state='DONE']"));
        WebElement done = browser.shown(By.xpath("//h2[.='Rollbacks']/following::tbody/tr"));
        assertThat(done.getText(), containsString("admin"));
        assertThat(
                browser.shown(By.xpath("//tr[.//span[normalize-space()='current']]"))
                        .getText(),
                containsString("#1"));
        assertEquals(first, digest());
    }

    @Test
    void anOpenQuestionStaysOpenWhenARollbackEnds() throws Exception {
        WorkflowJob job = image("shop");
        jenkins.buildAndAssertSuccess(job);
        jenkins.buildAndAssertSuccess(job);
        RunningRollback running = RunningRollback.begin(job);
        browser.open(job.getUrl() + "treenq/");
        browser.run(KEEP_STATES);
        showEarlier();
        browser.click(rollBack("#1"));
        browser.shown(DIALOG);
        browser.until("asked", () -> browser.run("return window.states"));

        running.end();
        browser.until("asked again", () -> browser.run("return /DONE/.test(window.states)"));

        assertTrue(browser.has(DIALOG));
        browser.press(Keys.ESCAPE);
        browser.shown(By.cssSelector(".treenq-job-images__result [data-state='DONE']"));
    }

    @Test
    void pagesFitOnANarrowScreenAndAreReadableInBothThemes() throws Exception {
        WorkflowJob job = image("shop");
        WorkflowRun built = jenkins.buildAndAssertSuccess(job);
        jenkins.buildAndAssertSuccess(job);
        WorkflowRun failed = failed();
        browser.open(job.getUrl() + "treenq/");
        showEarlier();
        browser.click(rollBack("#1"));
        browser.click(browser.shown(DIALOG).findElement(By.cssSelector("[data-id='ok']")));
        browser.shown(By.cssSelector(".treenq-job-images__result [data-state='DONE']"));

        look(
                "build-stages",
                jenkins.buildAndAssertSuccess(stages("stages")).getUrl() + "treenq/1/",
                step("COPY --from", "DONE"));
        look("run-failed", failed.getUrl(), By.className("treenq-images__failure"));
        look("build", built.getUrl() + "treenq/1/", step("COPY", "DONE"));
        look("build-failed", failed.getUrl() + "treenq/1/", step("RUN echo almost", "FAILED"));
        look("run", built.getUrl(), By.className("treenq-images"));
        look("images", built.getUrl() + "treenq/", By.className("treenq-images"));
        look("console", built.getUrl() + "console", By.className("console-output"));
        look("job", job.getUrl(), By.className("treenq-job-images__summary"));
        look("job-images", job.getUrl() + "treenq/", By.className("treenq-job-images"));
    }

    @Test
    void aBuildWhoseDaemonWasLostLinksTheBuildThatRepeatsIt() throws Exception {
        String name = "lost-in-browser";
        Daemon lost = daemon.another(name);
        try {
            TreenqConfiguration.get().setBuilders(List.of(Configured.builder("default", lost.address())));
            WorkflowRun run = job("shop", """
                    writeFile file: 'Dockerfile', text: 'FROM busybox\\nRUN echo it runs; sleep 8; echo %s\\n'
                    treenqBuild tags: ['%s:1']
                    """.formatted(UUID.randomUUID(), image))
                    .scheduleBuild2(0)
                    .waitForStart();
            browser.until(
                    "begun",
                    () -> run.getAction(ImagesAction.class) != null
                            && !run.getAction(ImagesAction.class).getBuilds().isEmpty());
            browser.open(run.getUrl() + "treenq/1/");
            browser.shown(step("it runs", "RUNNING"));

            ProcessHandle process = ProcessHandle.of(lost.pid()).orElseThrow();
            process.destroyForcibly();
            process.onExit().join();
            browser.until("state", () -> state().contains("The daemon was lost"));
            daemon.another(name);
            jenkins.assertBuildStatusSuccess(jenkins.waitForCompletion(run));

            look("build-lost", run.getUrl() + "treenq/1/", By.cssSelector("[data-part='failure']"));
            look("run-lost", run.getUrl(), By.className("treenq-images"));
            browser.resize(Browser.WIDE);
            browser.open(run.getUrl() + "treenq/1/");
            browser.click(By.cssSelector("[data-part='continued'] a"));
            browser.until("state", () -> state().contains("Built"));
        } finally {
            daemon.down(name);
        }
    }

    @Test
    void thePageOfABakeLinksTheBuildsOfItsTargets() throws Exception {
        WorkflowRun run = jenkins.assertBuildStatus(
                Result.FAILURE,
                job("baked", """
                        writeFile file: 'Dockerfile', text: 'FROM scratch\\nCOPY Dockerfile /\\n# %2$s\\n'
                        writeFile file: 'docker-bake.hcl', text: '''
                        target "base" {}
                        target "web" {
                          contexts = { base = "target:base" }
                          dockerfile-inline = "FROM base\\\\nCOPY Dockerfile /web"
                          tags = ["%1$s:1"]
                        }
                        target "tests" {
                          dockerfile-inline = "FROM busybox\\\\nRUN sleep 5; exit 7"
                        }
                        '''
                        treenqBake targets: ['web', 'tests']
                        """.formatted(image, UUID.randomUUID())).scheduleBuild2(0));

        look("bake-run", run.getUrl(), By.linkText("Bake 1"));
        browser.click(By.linkText("Bake 1"));
        browser.shown(By.className("treenq-images__failure"));
        look("bake", run.getUrl() + "treenq/bake-1/", By.className("treenq-images"));
        browser.click(By.partialLinkText(image + ":1"));
        browser.shown(step("COPY", "DONE"));
    }

    private void look(String name, String path, By what) throws Exception {
        for (int width : new int[] {Browser.WIDE, Browser.NARROW}) {
            browser.resize(width);
            browser.open(path);
            browser.shown(what);
            assertThat(name + " at " + width, browser.tooWide("body"), empty());
            if (width == Browser.NARROW && path.contains("/treenq/")) {
                // The page's own content comes first.
                assertFalse(browser.has(By.id("side-panel"))
                        && browser.run("return document.getElementById('side-panel').checkVisibility()")
                                .equals(true));
            }
            browser.picture(name + "-" + width);
            assertThat(name, browser.faint("[class^='treenq']"), empty());
            browser.darken();
            browser.picture(name + "-" + width + "-dark");
            assertThat(name + " in the dark", browser.faint("[class^='treenq']"), empty());
            browser.lighten();
        }
    }

    /** Builds a different image each time. */
    private WorkflowJob image(String name) throws Exception {
        return job(name, """
                writeFile file: 'Dockerfile', text: "FROM scratch\\nCOPY Dockerfile /\\nLABEL build=${env.BUILD_TAG}-%1$s"
                treenqBuild tags: ['%1$s:latest']
                """.formatted(image));
    }

    /** Returns the visible text. */
    private String console() {
        return String.valueOf(browser.run("return document.getElementById('out').innerText"));
    }

    private WorkflowRun failed() throws Exception {
        WorkflowJob job = job("broken", """
                writeFile file: 'Dockerfile', text: 'FROM busybox as Base\\nRUN echo almost; exit 7\\n'
                treenqBuild tags: ['%s:1'], noCache: true
                """.formatted(image));
        return jenkins.assertBuildStatus(Result.FAILURE, job.scheduleBuild2(0));
    }

    private String digest() throws Exception {
        return new Registry(daemon)
                .digest(image.substring(image.indexOf('/') + 1), "latest")
                .orElseThrow();
    }

    private String state() {
        return browser.shown(By.cssSelector("[data-part='state']")).getText();
    }

    private static By step(String name, String state) {
        return By.xpath("//li[@data-state='" + state + "'][contains(.//*[@data-part='name'], '" + name + "')]");
    }

    /** Shows the earlier images with the keyboard. */
    private void showEarlier() {
        WebElement button = browser.shown(By.className("treenq-job-images__more"));
        assertEquals("false", button.getAttribute("aria-expanded"));
        assertFalse(browser.has(By.cssSelector(".treenq-job-images__earlier:not([hidden])")));
        browser.tabTo(button);
        browser.press(Keys.ENTER);
        assertEquals("true", button.getAttribute("aria-expanded"));
        browser.shown(By.className("treenq-job-images__earlier"));
    }

    private static By rollBack(String build) {
        return By.xpath("//tr[.//a[.='" + build + "']]//a[normalize-space()='Roll back']");
    }
}
