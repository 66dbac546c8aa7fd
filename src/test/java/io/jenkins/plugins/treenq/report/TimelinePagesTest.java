// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.report;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.not;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import hudson.Launcher;
import hudson.model.AbstractBuild;
import hudson.model.BuildListener;
import hudson.model.FreeStyleBuild;
import hudson.model.FreeStyleProject;
import hudson.remoting.VirtualChannel;
import hudson.slaves.DumbSlave;
import io.jenkins.plugins.treenq.buildkit.progress.ProgressReport;
import io.jenkins.plugins.treenq.buildkit.progress.StepReport;
import io.jenkins.plugins.treenq.harness.SharedJenkins;
import io.jenkins.plugins.treenq.timeline.LiveTimeline;
import io.jenkins.plugins.treenq.timeline.ProgressSink;
import io.jenkins.plugins.treenq.timeline.TimelinePage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import jenkins.security.MasterToSlaveCallable;
import net.sf.json.JSONArray;
import net.sf.json.JSONObject;
import org.htmlunit.html.HtmlPage;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.jvnet.hudson.test.JenkinsRule;
import org.jvnet.hudson.test.TestBuilder;

/** The pages and the REST API of a run, with arbitrary reports of an agent and arbitrary files on the disk. */
@SharedJenkins
class TimelinePagesTest {
    private static final List<String> PAGES =
            List.of("", "treenq/", "treenq/1/", "treenq/1/log?step=1", "api/json?depth=5");

    private JenkinsRule jenkins;
    private JenkinsRule.WebClient client;
    private FreeStyleBuild run;

    @BeforeEach
    void start(JenkinsRule rule) throws Exception {
        jenkins = rule;
        client = jenkins.createWebClient();
        client.getOptions().setJavaScriptEnabled(false);
        FreeStyleProject job = jenkins.createFreeStyleProject("job");
        run = jenkins.buildAndAssertSuccess(job);
    }

    private Path file() {
        return run.getRootDir().toPath().resolve("treenq/1.json");
    }

    private JSONObject build() throws Exception {
        JSONArray builds =
                client.getJSON(run.getUrl() + "treenq/api/json").getJSONObject().getJSONArray("builds");
        assertThat(builds, hasSize(1));
        return builds.getJSONObject(0);
    }

    private void assertPagesWork() throws Exception {
        for (String page : PAGES) {
            int length = client.goTo(run.getUrl() + page, null)
                    .getWebResponse()
                    .getContentAsString()
                    .length();
            assertTrue(length < 30 << 20, page + " has " + length + " characters");
        }
    }

    @Test
    void anInvalidFileIsShownAsUnreadable() throws Exception {
        LiveTimeline timeline = ImagesAction.of(run).begin("ref", "shop/web:1", "default");
        timeline.succeeded("").get(1, TimeUnit.MINUTES);
        String right = Files.readString(file());
        assertEquals("SUCCESS", build().getString("state"));
        assertPagesWork();
        String step =
                "{\"number\":1,\"vertex\":\"v\",\"name\":\"n\",\"state\":\"DONE\",\"inputs\":[],\"runs\":[],\"transfers\":[],"
                        + "\"error\":\"\"}";
        assertTrue(right.contains("\"steps\":[]"), right);
        for (String wrong : List.of(
                "",
                "[]",
                right.replace("\"steps\":[]", "\"steps\":[null]"),
                right.replace("\"steps\":[]", "\"steps\":[" + step.replace("\"DONE\"", "\"NONE\"") + "]"),
                right.replace("\"steps\":[]", "\"steps\":[" + step.replace("\"name\":\"n\",", "") + "]"),
                right.replace("\"SUCCESS\"", "\"NONE\""),
                right.replace("\"number\":1", "\"number\":2"),
                right + " ".repeat(40 << 20))) {
            Files.writeString(file(), wrong);

            JSONObject build = build();
            assertEquals("UNREADABLE", build.getString("state"));
            assertEquals(1, build.getInt("number"));
            assertPagesWork();
            assertThat(client.getPage(run, "treenq/").asNormalizedText(), containsString("cannot be read"));
        }
        // Invalid values outside of the steps.
        String digest = "sha256:" + "a".repeat(64);
        String image = "\"image\":{\"names\":[],\"reference\":\"\",\"platforms\":[],\"sizeBytes\":1,\"artifact\":\"\","
                + "\"content\":{\"variants\":[{\"platform\":\"p\",\"digest\":{\"value\":\"" + digest + "\"},"
                + "\"layers\":[],\"attestations\":[]}]}}";
        String whole = right.substring(0, right.length() - 1) + "," + image + "}";
        Files.writeString(file(), whole);
        assertEquals("SUCCESS", build().getString("state"));
        assertEquals(
                digest,
                build().getJSONObject("image")
                        .getJSONArray("variants")
                        .getJSONObject(0)
                        .getString("digest"));
        for (String wrong : List.of(
                whole.replace("\"names\":[]", "\"names\":[7,null]"),
                whole.replace(digest, "sha256:x"),
                whole.replace("\"layers\":[]", "\"layers\":[null]"),
                whole.replace("\"phase\":\"WAITING\"", "\"phase\":\"NONE\""),
                right.substring(0, right.length() - 1) + ",\"source\":{\"file\":\"f\",\"arguments\":[]}}")) {
            Files.writeString(file(), wrong);
            assertEquals("UNREADABLE", build().getString("state"), wrong);
        }
        // Earlier versions stored files without these values.
        Files.writeString(file(), right.replaceAll(",\"marks\":\\[.*?]", "").replace(",\"continuedBy\":0", ""));
        assertEquals("SUCCESS", build().getString("state"));
        assertThat(build().getJSONArray("phases"), hasSize(0));
        // Times that are outside of the range of dates.
        Files.writeString(file(), right.replaceAll("\"time\":\\d+", "\"time\":" + Long.MAX_VALUE));
        assertPagesWork();
        Files.writeString(
                file(),
                right.replace(
                        "\"steps\":[]", "\"steps\":[" + String.join(",", Collections.nCopies(5_000, step)) + "]"));
        assertThat(build().getJSONArray("steps"), hasSize(1000));
    }

    @Test
    void theListOmitsStepsOfManyLargeBuilds() throws Exception {
        for (int number = 1; number <= 4; number++) {
            LiveTimeline timeline = ImagesAction.of(run).begin("ref-" + number, "shop/web:" + number, "default");
            timeline.sink().accept(Hostile.report(List.of(Hostile.step(1, "RUN make"))));
            timeline.succeeded("").get(1, TimeUnit.MINUTES);
            Path file = run.getRootDir().toPath().resolve("treenq/" + number + ".json");
            // The file of the last build is small enough again.
            Files.writeString(file, Files.readString(file) + " ".repeat(number == 4 ? 0 : 14 << 20));
        }

        JSONArray builds =
                client.getJSON(run.getUrl() + "treenq/api/json").getJSONObject().getJSONArray("builds");

        assertThat(builds, hasSize(4));
        for (int number = 1; number <= 4; number++) {
            JSONObject build = builds.getJSONObject(number - 1);
            assertEquals(number, build.getInt("number"));
            assertEquals("SUCCESS", build.getString("state"));
            assertEquals("shop/web:" + number, build.getString("subject"));
            assertEquals(number == 3, build.getBoolean("stepsOmitted"));
            assertThat(build.getJSONArray("steps"), hasSize(number == 3 ? 0 : 1));
            JSONObject itself = client.getJSON(run.getUrl() + "treenq/" + number + "/api/json")
                    .getJSONObject();
            assertEquals(false, itself.getBoolean("stepsOmitted"));
            assertEquals(
                    "RUN make", itself.getJSONArray("steps").getJSONObject(0).getString("name"));
        }
        for (String page : List.of("", "treenq/")) {
            assertThat(
                    client.getPage(run, page).asNormalizedText(),
                    containsString("Steps: see the page of the image build"));
        }
        assertPagesWork();
        Path file = run.getRootDir().toPath().resolve("treenq/3.json");
        Files.writeString(file, " ".repeat(14 << 20));
        builds =
                client.getJSON(run.getUrl() + "treenq/api/json").getJSONObject().getJSONArray("builds");
        assertEquals("UNREADABLE", builds.getJSONObject(2).getString("state"));
    }

    @Test
    void thePageOfARunShowsAPartOfManyImagesWithTheFailedOnes() throws Exception {
        ImagesAction action = ImagesAction.of(run);
        for (int number = 1; number <= 60; number++) {
            LiveTimeline timeline = action.begin("ref-" + number, "shop/web:" + number, "default");
            (number == 58 ? timeline.failed("over") : timeline.succeeded("")).get(1, TimeUnit.MINUTES);
        }

        HtmlPage page = client.getPage(run, "");

        assertThat(page.querySelectorAll(".treenq-images > li"), hasSize(50));
        assertThat(page.asNormalizedText(), containsString("shop/web:49"));
        assertThat(page.asNormalizedText(), not(containsString("shop/web:50")));
        assertThat(page.asNormalizedText(), containsString("shop/web:58"));
        page = page.getAnchorByText("All 60 images of this build").click();
        assertThat(page.querySelectorAll(".treenq-images > li"), hasSize(60));
        assertThat(page.asNormalizedText(), not(containsString("All 60 images")));
    }

    @Test
    void numbersInLinksHaveNoSeparators() throws Exception {
        ImagesAction action = ImagesAction.of(run);
        action.begin("ref", "shop/web:1", "default").succeeded("").get(1, TimeUnit.MINUTES);
        Files.writeString(
                file(),
                Files.readString(file())
                        .replace("SUCCESS", "DAEMON_LOST")
                        .replace("\"continuedBy\":0", "\"continuedBy\":1234"));

        assertThat(
                client.getPage(run, "treenq/").asNormalizedText(), containsString("built again as image build 1234"));
    }

    @Test
    void onlyARunThatIsBuildingCanChangeAnInterruptedBuild() throws Exception {
        CountDownLatch end = new CountDownLatch(1);
        FreeStyleProject waiting = jenkins.createFreeStyleProject();
        waiting.getBuildersList().add(new TestBuilder() {
            @Override
            public boolean perform(AbstractBuild<?, ?> build, Launcher launcher, BuildListener listener)
                    throws InterruptedException {
                end.await();
                return true;
            }
        });
        run = waiting.scheduleBuild2(0).waitForStart();
        try {
            ImagesAction action = ImagesAction.of(run);
            LiveTimeline timeline = action.begin("ref", "shop/web:1", "default");
            assertMayChange("RUNNING", true);
            timeline.succeeded("").get(1, TimeUnit.MINUTES);
            assertMayChange("SUCCESS", false);
            String ended = Files.readString(file());
            String interrupted = ended.replaceAll("\"end\":\\{[^}]*},", "");
            Files.writeString(file(), interrupted);
            assertMayChange("INTERRUPTED", true);
            // A page that stays open during the restart shows the result.
            HtmlPage page = jenkins.createWebClient().getPage(run, "treenq/1/");
            awaitState(page, "Interrupted by a restart of Jenkins");
            Files.writeString(file(), ended);
            awaitState(page, "Built");

            Files.writeString(file(), interrupted);
            action.continued("ref", 2);
            assertMayChange("INTERRUPTED", false);
        } finally {
            end.countDown();
        }
        jenkins.waitForCompletion(run);
        Files.writeString(file(), Files.readString(file()).replace("\"continuedBy\":2", "\"continuedBy\":0"));
        assertMayChange("INTERRUPTED", false);
    }

    @Test
    void theTargetsOfAnInterruptedBakeLinkTheirRepetitions() throws Exception {
        ImagesAction action = ImagesAction.of(run);
        for (int number = 1; number <= 4; number++) {
            action.begin("ref-" + number, "target", "default").succeeded("").get(1, TimeUnit.MINUTES);
            Path file = run.getRootDir().toPath().resolve("treenq/" + number + ".json");
            if (number < 3) {
                Files.writeString(file, Files.readString(file).replaceAll("\"end\":\\{[^}]*},", ""));
            }
        }
        action.began(action.beginBake("first", "default"), Map.of("api", 1, "web", 2));
        Bake second = action.beginBake("second", "default");
        action.began(second, Map.of("api", 4, "web", 3));

        action.continued("first", second);

        assertEquals(
                List.of(4, 3, 0, 0),
                action.getBuilds().stream().map(TimelinePage::getContinuedBy).toList());
        assertEquals(3, action.numberOf("ref-3"));
        assertEquals(0, action.numberOf("ref-5"));
    }

    private static void awaitState(HtmlPage page, String text) {
        Instant end = Instant.now().plusSeconds(60);
        while (!page.querySelector("[data-part='state']").asNormalizedText().equals(text)) {
            assertTrue(Instant.now().isBefore(end), page::asNormalizedText);
            page.getWebClient().waitForBackgroundJavaScript(100);
        }
    }

    private void assertMayChange(String state, boolean mayChange) throws Exception {
        assertEquals(state, build().getString("state"));
        assertEquals(mayChange, build().getBoolean("mayChange"), state);
    }

    @Test
    void pagesWorkForInvalidReportsOfAgents() throws Exception {
        DumbSlave agent = jenkins.createOnlineSlave();
        LiveTimeline timeline = ImagesAction.of(run).begin("ref", "shop/web:1", "default");

        agent.getChannel().call(new Hostile(timeline.sink(), "large"));

        assertTrue(build().getBoolean("leftOut"));
        assertPagesWork();
        for (String how : List.of("types", "nulls", "numbers")) {
            VirtualChannel channel = agent.getChannel();
            assertThrows(Exception.class, () -> channel.call(new Hostile(timeline.sink(), how)), how);
        }
        assertPagesWork();
        timeline.failed("over").get(1, TimeUnit.MINUTES);
        assertTrue(Files.size(file()) < 30 << 20, Files.size(file()) + " bytes");
        assertEquals("FAILURE", build().getString("state"));
        assertPagesWork();
    }

    /** A task on the agent that reports arbitrary values. */
    private static final class Hostile extends MasterToSlaveCallable<Void, IOException> {
        private static final long serialVersionUID = 1;

        private final ProgressSink sink;
        private final String how;

        Hostile(ProgressSink sink, String how) {
            this.sink = sink;
            this.how = how;
        }

        private Object writeReplace() {
            return new Hostile(hudson.remoting.Channel.currentOrFail().export(ProgressSink.class, sink), how);
        }

        @Override
        @SuppressWarnings({"unchecked", "rawtypes"})
        public Void call() {
            switch (how) {
                case "large" -> {
                    for (int round = 0; round < 30; round++) {
                        List<StepReport> steps = new ArrayList<>();
                        for (int i = 1; i <= 30; i++) {
                            steps.add(step(round * 30 + i, "x".repeat(20_000)));
                        }
                        sink.accept(report(steps));
                    }
                }
                case "types" -> sink.accept(report((List) List.of("a step")));
                case "nulls" -> sink.accept(report(List.of(step(1, null))));
                default -> sink.accept(report(List.of(step(-1, "name"))));
            }
            return null;
        }

        private static StepReport step(int number, String name) {
            return new StepReport(
                    number,
                    "v",
                    name,
                    StepReport.State.DONE,
                    List.of(),
                    List.of(new StepReport.Run(Instant.MIN, Instant.MAX)),
                    Collections.nCopies(50, new StepReport.Transfer("y".repeat(20_000), 1, 1, Instant.MAX, null)),
                    "z".repeat(20_000));
        }

        private static ProgressReport report(List<StepReport> steps) {
            return new ProgressReport(Instant.MAX, steps, Map.of(), List.of(), null, false);
        }
    }
}
