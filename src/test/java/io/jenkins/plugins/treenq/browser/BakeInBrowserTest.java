// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.browser;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.everyItem;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.not;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import hudson.model.Result;
import io.jenkins.plugins.treenq.buildkit.Registry;
import io.jenkins.plugins.treenq.report.BuiltImage;
import io.jenkins.plugins.treenq.report.ImagesAction;
import io.jenkins.plugins.treenq.timeline.BuildState;
import io.jenkins.plugins.treenq.timeline.TimelinePage;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Collectors;
import net.sf.json.JSONArray;
import net.sf.json.JSONObject;
import org.jenkinsci.plugins.workflow.job.WorkflowRun;
import org.junit.jupiter.api.Test;
import org.openqa.selenium.By;

/** Projects with several images, as a user builds them with {@code treenqBake}, and their pages in Chromium. */
class BakeInBrowserTest extends InBrowser {
    private static final By TARGETS = By.className("treenq-images");

    @Test
    void aMonorepoIsBuiltForTwoPlatformsWithItsBaseImageAndItsMatrix() throws Exception {
        WorkflowRun run = jenkins.buildAndAssertSuccess(job("monorepo", checkout("monorepo") + """
                def images = treenqBake variables: [REGISTRY: '%s', TAG: env.BUILD_NUMBER]
                images.each { name, built -> echo "RESULT $name $built.digest" }
                """.formatted(image)));

        List<String> services = List.of("cart", "catalog", "orders", "payments", "web");
        for (String service : services) {
            String digest = digest(service, "1");
            jenkins.assertLogContains("RESULT " + service + " " + digest, run);
            assertEquals(List.of("amd64", "arm64"), architectures(service, digest));
        }
        jenkins.assertLogContains("RESULT tools-1-4 " + digest("tools", "1.4"), run);
        jenkins.assertLogContains("RESULT tools-2-0 " + digest("tools", "2.0"), run);
        assertThat(
                run.getAction(ImagesAction.class).getImages().stream()
                        .map(BuiltImage::getDigest)
                        .toList(),
                hasItem(digest("cart", "1")));
        Map<String, BuildState> states = states(run);
        assertEquals(8, states.size(), states.toString());
        assertThat(states.values(), everyItem(is(BuildState.SUCCESS)));
        look("bake-monorepo", run);

        WorkflowRun again = jenkins.buildAndAssertSuccess(run.getParent());
        assertEquals(digest("tools", "1.4"), archived(again, "tools:1.4"), "the same content has the same digest");
        assertThat(digest("cart", "2"), not(is(digest("cart", "1"))));
    }

    @Test
    void theServicesOfAComposeFileAreBuiltWithTheirOwnTags() throws Exception {
        WorkflowRun run = jenkins.buildAndAssertSuccess(job("compose", checkout("compose") + """
                def images = treenqBake files: ['compose.yaml'], variables: [REGISTRY: '%s', TAG: '7']
                echo "RESULT ${images.keySet()}"
                """.formatted(image)));

        jenkins.assertLogContains("RESULT [api, migrations, web, worker]", run);
        for (String service : List.of("api", "migrations", "web", "worker")) {
            assertEquals(digest(service, "7"), archived(run, service + ":7"));
        }
        assertEquals(List.of("amd64", "arm64"), architectures("worker", digest("worker", "7")));
        look("bake-compose", run);
    }

    @Test
    void aFailedTargetStopsTheOthersAndIsNamed() throws Exception {
        WorkflowRun run = jenkins.assertBuildStatus(
                Result.FAILURE,
                job("failing", """
                        writeFile file: 'docker-bake.hcl', text: '''
                        group "default" { targets = ["slow", "tests"] }
                        target "slow" {
                          dockerfile-inline = "FROM busybox\\\\nRUN echo %2$s; sleep 300"
                          tags = ["%1$s/slow:1"]
                        }
                        target "tests" {
                          dockerfile-inline = "FROM busybox\\\\nRUN echo %2$s; sleep 2; exit 7"
                        }
                        '''
                        treenqBake()
                        """.formatted(image, UUID.randomUUID())).scheduleBuild2(0));

        jenkins.assertLogContains("target 'tests': ", run);
        jenkins.assertLogContains("exit code: 7", run);
        assertEquals(Map.of("slow", BuildState.ABORTED, "tests", BuildState.FAILURE), states(run));
        assertThat(run.getAction(ImagesAction.class).getImages(), empty());
        look("bake-failing", run);
    }

    @Test
    void anAbortStopsAllTargets() throws Exception {
        String id = UUID.randomUUID().toString();
        WorkflowRun run =
                job("aborted", """
                writeFile file: 'docker-bake.hcl', text: '''
                group "default" { targets = ["one", "two"] }
                target "base" { dockerfile-inline = "FROM busybox\\\\nRUN echo %2$s" }
                target "one" {
                  contexts = { base = "target:base" }
                  dockerfile-inline = "FROM base\\\\nRUN sleep 300"
                }
                target "two" {
                  contexts = { base = "target:base" }
                  dockerfile-inline = "FROM base\\\\nRUN sleep 301"
                  tags = ["%1$s/two:1"]
                }
                '''
                treenqBake()
                """.formatted(image, id)).scheduleBuild2(0).waitForStart();
        jenkins.waitForMessage("RUN sleep 300", run);
        jenkins.waitForMessage("RUN sleep 301", run);
        browser.open(run.getUrl() + "treenq/bake-1/");
        browser.shown(TARGETS);
        browser.picture("bake-running");

        run.doStop();

        jenkins.assertBuildStatus(Result.ABORTED, jenkins.waitForCompletion(run));
        assertThat(states(run).get("one"), is(BuildState.ABORTED));
        assertThat(states(run).get("two"), is(BuildState.ABORTED));
        assertFalse(new Registry(daemon).digest(repository("two"), "1").isPresent());
        look("bake-aborted", run);
    }

    /** A step that copies a folder of the test's resources to the workspace, as a checkout would. */
    private static String checkout(String name) throws Exception {
        return "sh 'cp -r " + Path.of(BakeInBrowserTest.class.getResource(name).toURI()) + "/. .'\n";
    }

    private String repository(String name) {
        return image.substring(image.indexOf('/') + 1) + "/" + name;
    }

    private String digest(String name, String tag) throws Exception {
        return new Registry(daemon).digest(repository(name), tag).orElseThrow();
    }

    private List<String> architectures(String name, String digest) throws Exception {
        JSONArray manifests = JSONObject.fromObject(new Registry(daemon).text(repository(name), "manifests/" + digest))
                .getJSONArray("manifests");
        return manifests.stream()
                .map(each -> ((JSONObject) each).getJSONObject("platform").getString("architecture"))
                .filter(architecture -> !architecture.equals("unknown"))
                .sorted()
                .toList();
    }

    private String archived(WorkflowRun run, String nameAndTag) {
        return run.getAction(ImagesAction.class).getImages().stream()
                .filter(built -> built.getTags().contains(image + "/" + nameAndTag))
                .findFirst()
                .orElseThrow()
                .getDigest();
    }

    private static Map<String, BuildState> states(WorkflowRun run) {
        return run.getAction(ImagesAction.class).getBuilds().stream()
                .collect(Collectors.toMap(
                        page -> page.getSubject().replaceFirst("^.*\\((.*)\\)$", "$1"), TimelinePage::getState));
    }

    private void look(String name, WorkflowRun run) throws Exception {
        for (int width : new int[] {Browser.WIDE, Browser.NARROW}) {
            browser.resize(width);
            browser.open(run.getUrl() + "treenq/bake-1/");
            browser.shown(TARGETS);
            assertThat(name + " at " + width, browser.tooWide("body"), empty());
            browser.picture(name + "-" + width);
        }
    }
}
