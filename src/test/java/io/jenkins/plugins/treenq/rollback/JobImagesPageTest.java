// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.rollback;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.not;
import static org.junit.jupiter.api.Assertions.assertTrue;

import hudson.model.FreeStyleBuild;
import hudson.model.FreeStyleProject;
import hudson.model.TaskListener;
import hudson.model.TimeZoneProperty;
import hudson.model.User;
import io.jenkins.plugins.treenq.buildkit.BuildResult;
import io.jenkins.plugins.treenq.buildkit.client.DockerfileBuild;
import io.jenkins.plugins.treenq.buildkit.client.MetadataFile;
import io.jenkins.plugins.treenq.harness.SharedJenkins;
import io.jenkins.plugins.treenq.report.BuiltImage;
import io.jenkins.plugins.treenq.report.ImageArchive;
import io.jenkins.plugins.treenq.report.JobImages;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Map;
import org.htmlunit.html.HtmlElement;
import org.htmlunit.html.HtmlPage;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.jvnet.hudson.test.JenkinsRule;

/** The page with a job's images, without a registry. */
@SharedJenkins
class JobImagesPageTest {
    private static final String TAG = "registry.example.com/shop/web:latest";

    private JenkinsRule jenkins;
    private FreeStyleProject job;
    private FreeStyleBuild run;

    @BeforeEach
    void start(JenkinsRule rule) throws Exception {
        jenkins = rule;
        jenkins.jenkins.setSecurityRealm(jenkins.createDummySecurityRealm());
        job = jenkins.createFreeStyleProject("shop");
        run = jenkins.buildAndAssertSuccess(job);
        BuildResult result = MetadataFile.of(Map.of("containerimage.digest", "sha256:" + "a".repeat(64)))
                .result("ref", Duration.ofSeconds(1));
        DockerfileBuild build =
                DockerfileBuild.builder().tags(List.of(TAG)).push(true).build();
        ImageArchive.record(BuiltImage.built(1, result, 0, build, "default"), null, run, TaskListener.NULL);
    }

    private HtmlPage page() throws Exception {
        return jenkins.createWebClient().login("user").getPage(job, "treenq/");
    }

    @Test
    void timesAreInTheTimeZoneOfTheUser() throws Exception {
        JobImages.Tagged image = JobImages.of(job).read().get(0);
        TaggedImage tagged = new JobImagesAction(job).getImages().get(0);
        Rollback done = Rollback.begin(tagged, null, "user").ended(Rollback.State.DONE, null);
        RollbackLog log = new RollbackLog(job, Runnable::run);
        assertTrue(log.begin(done));
        log.end(done);
        // The offset of this zone is no multiple of an hour.
        String zone = "Asia/Kathmandu";
        User.getById("user", true).addProperty(new TimeZoneProperty(zone));

        HtmlPage page = page();

        for (long time : new long[] {image.getTimestamp(), done.getTimestamp()}) {
            String minutes = DateTimeFormatter.ofPattern("mm:ss")
                    .withZone(ZoneId.of(zone))
                    .format(Instant.ofEpochMilli(time));
            List<HtmlElement> times = page.getByXPath("//span[contains(@title, '" + minutes + "')]");
            assertThat(page.asXml(), times, not(empty()));
        }
    }

    @Test
    void aPageWithoutImagesSaysSo() throws Exception {
        assertThat(page().asNormalizedText(), containsString(TAG));

        run.delete();
        Instant end = Instant.now().plusSeconds(60);
        while (!JobImages.of(job).read().isEmpty()) {
            assertTrue(Instant.now().isBefore(end), "the image is still there");
            Thread.sleep(10);
        }

        HtmlPage page = page();
        assertThat(page.asNormalizedText(), containsString("The recent builds of this job tagged no images"));
        assertThat(page.getByXPath("//main//table | //*[@id='main-panel']//table"), empty());
    }
}
