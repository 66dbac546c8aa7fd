// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.run;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.endsWith;
import static org.hamcrest.Matchers.greaterThan;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.lessThan;
import static org.hamcrest.Matchers.matchesPattern;
import static org.hamcrest.Matchers.not;
import static org.hamcrest.Matchers.startsWith;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import hudson.model.FreeStyleBuild;
import hudson.model.FreeStyleProject;
import hudson.model.Item;
import hudson.model.ParametersAction;
import hudson.model.ParametersDefinitionProperty;
import hudson.model.PasswordParameterDefinition;
import hudson.model.PasswordParameterValue;
import hudson.model.Result;
import hudson.model.Run;
import io.jenkins.plugins.treenq.buildkit.Daemon;
import io.jenkins.plugins.treenq.buildkit.Registry;
import io.jenkins.plugins.treenq.harness.SharedJenkins;
import io.jenkins.plugins.treenq.step.TreenqBuildStep;
import io.jenkins.plugins.treenq.step.TreenqBuilder;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import jenkins.model.Jenkins;
import net.sf.json.JSONArray;
import net.sf.json.JSONObject;
import org.htmlunit.html.HtmlPage;
import org.jenkinsci.plugins.workflow.job.WorkflowRun;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.jvnet.hudson.test.CreateFileBuilder;
import org.jvnet.hudson.test.JenkinsRule;
import org.jvnet.hudson.test.MockAuthorizationStrategy;
import org.jvnet.hudson.test.junit.jupiter.InboundAgentExtension;

/** Timelines of image builds on a real daemon, while the builds run and afterwards. */
@SharedJenkins
class TimelineTest {
    private static final Duration PATIENCE = Duration.ofMinutes(1);
    private static final int POLL_MILLIS = 100;
    private static final String SECRET = "a-secret-of-the-job";

    @RegisterExtension
    private final InboundAgentExtension agents = new InboundAgentExtension();

    private JenkinsRule jenkins;
    private Pipelines pipelines;
    private Daemon daemon;
    private JenkinsRule.WebClient client;
    private String image;

    @BeforeEach
    void start(JenkinsRule rule) throws Exception {
        jenkins = rule;
        pipelines = new Pipelines(rule);
        daemon = Daemon.first();
        client = jenkins.createWebClient();
        image = daemon.registry() + "/test-" + UUID.randomUUID().toString().substring(0, 8);
        Configured.with(daemon);
    }

    @Test
    void aRunningBuildReportsItsStepsAndOutput() throws Exception {
        String mark = UUID.randomUUID().toString();
        WorkflowRun run =
                pipelines.job("""
                writeFile file: 'Dockerfile', text: 'FROM busybox\\nRUN echo it runs; sleep 300; echo %s\\nRUN true\\n'
                treenqBuild tags: ['%s:1']
                """.formatted(mark, image)).scheduleBuild2(0).waitForStart();

        JSONObject build = await(run, 1, seen -> step(seen, mark).optLong("outputLines") == 1);

        assertEquals("RUNNING", build.getString("state"));
        assertEquals(image + ":1", build.getString("subject"));
        assertEquals("RUNNING", step(build, mark).getString("state"));
        assertThat(step(build, mark).getLong("startMillis"), greaterThan(0L));
        assertEquals(0, step(build, mark).getLong("endMillis"));
        JSONObject waiting = step(build, "RUN true");
        assertEquals("WAITING", waiting.getString("state"));
        assertEquals(List.of(step(build, mark).getInt("number")), waiting.getJSONArray("inputs"));
        assertEquals("it runs\n", log(run, build, mark));
        long before = step(build, mark).getLong("durationMillis");
        await(run, 1, seen -> step(seen, mark).getLong("durationMillis") > before);

        run.doStop();
        jenkins.assertBuildStatus(Result.ABORTED, jenkins.waitForCompletion(run));

        JSONObject aborted = build(run, 1);
        assertEquals("ABORTED", aborted.getString("state"));
        assertEquals("CANCELED", step(aborted, mark).getString("state"));
        assertEquals("it runs\n", log(run, aborted, mark));
        run.reload();
        assertEquals(aborted, build(run, 1));
    }

    @Test
    void everyBuildOfARunHasItsOwnTimeline() throws Exception {
        WorkflowRun run = pipelines.success("""
                writeFile file: 'hello', text: 'hi'
                writeFile file: 'Dockerfile', text: 'FROM busybox\\nCOPY hello /hello\\nRUN cat /hello\\n'
                // Other steps, because a daemon executes equal steps of concurrent builds only once.
                writeFile file: 'Other', text: 'FROM busybox\\nCOPY hello /other\\nRUN cat /other\\n'
                parallel(
                    first: { treenqBuild tags: ['%1$s:1'], noCache: true },
                    second: { treenqBuild tags: ['%1$s:2'], noCache: true, dockerfile: 'Other' })
                treenqBuild tags: ['%1$s:3']
                """.formatted(image));

        JSONObject all = client.getJSON(run.getUrl() + "treenq/api/json").getJSONObject();
        JSONArray builds = all.getJSONArray("builds");
        assertEquals(3, builds.size());
        assertThat(
                IntStream.range(0, 2)
                        .mapToObj(i -> builds.getJSONObject(i).getString("subject"))
                        .sorted()
                        .toList(),
                is(List.of(image + ":1", image + ":2")));
        JSONObject fresh = builds.getJSONObject(0);
        assertEquals("SUCCESS", fresh.getString("state"));
        assertThat(fresh.getString("digest"), startsWith("sha256:"));
        assertEquals(0, fresh.getInt("cached"));
        assertEquals(2, fresh.getInt("cacheable"));
        assertEquals("DONE", step(fresh, "RUN cat").getString("state"));
        assertEquals("hi", log(run, fresh, "RUN cat").strip());
        assertThat(step(fresh, "load build definition").getLong("transferredBytes"), greaterThan(0L));
        assertThat(fresh.getLong("transferredBytes"), greaterThan(0L));
        assertThat(fresh.getLong("durationMillis"), greaterThan(0L));
        JSONObject cached = builds.getJSONObject(2);
        assertEquals(2, cached.getInt("cached"));
        assertEquals("CACHED", step(cached, "RUN cat").getString("state"));
        assertThat(all.getJSONArray("images").getJSONObject(2).getLong("sizeBytes"), greaterThan(100_000L));
        assertEquals(
                cached.getString("digest"),
                all.getJSONArray("images").getJSONObject(2).getString("digest"));
        assertEquals(3, all.getJSONArray("images").getJSONObject(2).getInt("number"));
        jenkins.assertLogContains("2 of 2 cached, ", run);
        assertThat(
                client.getJSON(run.getUrl() + "treenq/api/json?tree=builds[steps[name,state]]")
                        .getContentAsString(),
                not(containsString("vertex")));
        // The steps are not in build.xml, which Jenkins loads with each run.
        assertThat(Files.readString(run.getRootDir().toPath().resolve("build.xml")), not(containsString("[3/3] RUN")));
        run.reload();
        assertEquals(fresh.getJSONArray("steps"), build(run, 1).getJSONArray("steps"));
    }

    @Test
    void logAndPagesShowTheSameDurationAndItsPhasesAddUp() throws Exception {
        pipelines.connect(agents, "remote");
        WorkflowRun run = jenkins.assertBuildStatusSuccess(
                pipelines.job("""
                writeFile file: 'Dockerfile', text: 'FROM busybox\\nRUN sleep 1\\n'
                def image = treenqBuild tags: ['%s:1'], noCache: true
                echo "duration=${image.duration};"
                """.formatted(image), "remote").scheduleBuild2(0));

        JSONObject build = build(run, 1);
        long whole = build.getLong("durationMillis");
        JSONArray phases = build.getJSONArray("phases");
        List<String> names = new ArrayList<>();
        long end = 0;
        for (int i = 0; i < phases.size(); i++) {
            JSONObject phase = phases.getJSONObject(i);
            names.add(phase.getString("phase"));
            assertEquals(end, phase.getLong("startMillis"), phases.toString());
            end += phase.getLong("durationMillis");
        }
        assertEquals(whole, end);
        assertEquals(
                List.of("WAITING", "SENDING", "PREPARING", "CONNECTING", "STARTING", "STEPS", "FINISHING"),
                // A daemon that is slow to answer is tried again, and an agent that has just connected may get classes.
                names.stream()
                        .distinct()
                        .filter(phase -> !phase.equals("LOADING"))
                        .toList());
        JSONObject steps = phases.getJSONObject(names.indexOf("STEPS"));
        assertThat(steps.getLong("durationMillis"), greaterThan(900L));
        assertEquals(steps.getLong("startMillis"), build.getLong("stepsOffsetMillis"));
        jenkins.assertLogContains("duration=" + whole / 1000.0 + ";", run);
        assertEquals(
                whole / 1000.0,
                client.getJSON(run.getUrl() + "treenq/api/json")
                        .getJSONObject()
                        .getJSONArray("images")
                        .getJSONObject(0)
                        .getDouble("duration"));
        // The log and the pages may round the duration differently.
        assertThat(JenkinsRule.getLog(run), matchesPattern("(?s).*steps, 0 of 1 cached, " + seconds(whole) + "s, .*"));
        assertThat(
                client.getPage(run, "").asNormalizedText(), matchesPattern("(?s).*[^0-9.]" + seconds(whole) + " s.*"));
        var page = client.getPage(run, "treenq/1/");
        client.waitForBackgroundJavaScript(PATIENCE.toMillis());
        assertThat(page.asNormalizedText(), matchesPattern("(?s).*\\b" + seconds(whole) + " s\\b.*"));
        assertThat(page.asNormalizedText(), containsString("Before the first step"));
        assertThat(page.asNormalizedText(), containsString("After the last step"));
    }

    /** Returns an expression for the seconds with one decimal, rounded up or down. */
    private static String seconds(long millis) {
        BigDecimal seconds = BigDecimal.valueOf(millis, 3);
        return "(" + seconds.setScale(1, RoundingMode.HALF_DOWN) + "|" + seconds.setScale(1, RoundingMode.HALF_UP)
                + ")";
    }

    @Test
    void thePageShowsSourceArgumentsLayersAndAttestations() throws Exception {
        Configured.add(Configured.text("token", SECRET));
        WorkflowRun run = pipelines.success("""
                writeFile file: 'hello', text: 'hi'
                writeFile file: 'Dockerfile', text: '''FROM busybox
                    |ARG VERSION
                    |ARG API_TOKEN
                    |ARG PLAIN
                    |# <script>alert(1)</script> a-secret-of-the-job
                    |COPY hello /hello
                    |RUN echo $VERSION $PLAIN
                    |'''.stripMargin()
                withCredentials([string(credentialsId: 'token', variable: 'T')]) {
                    treenqBuild tags: ['%1$s:1', '%1$s:2'], provenance: 'mode=max', target: '',
                        buildArgs: [VERSION: '<b>1.4</b>', API_TOKEN: 'nobody-called-it-secret', PLAIN: T]
                }
                """.formatted(image));

        JSONObject build = build(run, 1);
        JSONObject made = build.getJSONObject("image");
        assertEquals(List.of(image + ":1", image + ":2"), made.getJSONArray("names"));
        assertEquals(image + "@" + build.getString("digest"), made.getString("reference"));
        assertEquals(List.of("linux/amd64"), made.getJSONArray("platforms"));
        assertThat(made.getLong("sizeBytes"), greaterThan(100_000L));
        String artifact = made.getString("artifact");
        assertThat(
                client.goTo(run.getUrl() + "artifact/" + artifact, null)
                        .getWebResponse()
                        .getContentAsString(),
                containsString(build.getString("digest")));
        JSONObject variant = made.getJSONArray("variants").getJSONObject(0);
        assertEquals("linux/amd64", variant.getString("platform"));
        JSONArray layers = variant.getJSONArray("layers");
        assertEquals(3, layers.size());
        assertThat(layers.getJSONObject(1).getString("createdBy"), startsWith("COPY hello /hello"));
        assertThat(layers.getJSONObject(0).getLong("sizeBytes"), greaterThan(100_000L));
        JSONObject provenance = variant.getJSONArray("attestations").getJSONObject(0);
        assertThat(provenance.getString("predicateType"), startsWith("https://slsa.dev/provenance/"));
        assertThat(
                provenance.getJSONArray("materials").getJSONObject(0).getString("uri"),
                startsWith("pkg:docker/busybox"));
        JSONObject source = build.getJSONObject("source");
        assertEquals("Dockerfile", source.getString("file"));
        assertThat(source.getString("text"), startsWith("FROM busybox\nARG VERSION\n"));
        assertThat(source.getString("text"), containsString("# <script>alert(1)</script> ****"));
        assertEquals("<b>1.4</b>", argument(source, "build-arg:VERSION"));
        assertEquals("****", argument(source, "build-arg:API_TOKEN"));
        assertEquals("****", argument(source, "build-arg:PLAIN"));
        assertKeepsNoSecret(run);
        assertThat(build.toString(), not(containsString("nobody-called-it-secret")));
        run.reload();
        assertEquals(build, build(run, 1));

        var page = client.getPage(run, "treenq/1/");
        client.waitForBackgroundJavaScript(PATIENCE.toMillis());
        String text = page.asNormalizedText();
        assertThat(text, containsString(image + ":2"));
        assertThat(text, containsString("docker pull " + image + "@sha256:"));
        assertThat(text, containsString(artifact));
        assertThat(text, containsString("<b>1.4</b>"));
        assertThat(text, containsString("Provenance"));
        assertEquals(
                0,
                page.querySelectorAll("#treenq-timeline b, #treenq-timeline script:not([src])")
                        .size());
        // Each box is a link to its step.
        assertThat(page.querySelectorAll(".treenq-graph a[href^='#step-']").size(), greaterThan(2));
        assertThat(page.querySelectorAll(".treenq-graph path").size(), greaterThan(1));
    }

    private static String argument(JSONObject source, String name) {
        JSONArray arguments = source.getJSONArray("arguments");
        return IntStream.range(0, arguments.size())
                .mapToObj(arguments::getJSONObject)
                .filter(argument -> argument.getString("name").equals(name))
                .map(argument -> argument.getString("value"))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void aRunListsItsImagesInOrderWithTheReasonOfAFailure() throws Exception {
        WorkflowRun run = pipelines.failure("""
                writeFile file: 'Dockerfile', text: 'FROM scratch\\nCOPY Dockerfile /\\n'
                treenqBuild tags: ['%1$s:first']
                treenqPromote from: '%1$s:first', to: ['%1$s:second']
                treenqBuild tags: ['%1$s:first'], skipIfPresent: true
                treenqBuild tags: ['%1$s:first'], skipIfUnchanged: true
                writeFile file: 'Broken', text: 'FROM busybox\\nRUN echo "<i>"; exit 7\\n'
                treenqBuild tags: ['%1$s:third'], dockerfile: 'Broken', noCache: true
                """.formatted(image));

        JSONObject all = client.getJSON(run.getUrl() + "treenq/api/json").getJSONObject();
        JSONArray builds = all.getJSONArray("builds");
        assertEquals(
                List.of("1 SUCCESS", "2 SKIPPED", "3 SUCCESS", "4 FAILURE"),
                IntStream.range(0, builds.size())
                        .mapToObj(builds::getJSONObject)
                        .map(build -> build.getInt("number") + " " + build.getString("state"))
                        .toList());
        JSONArray images = all.getJSONArray("images");
        assertEquals(
                List.of(1, 0, 2, 3),
                IntStream.range(0, images.size())
                        .mapToObj(i -> images.getJSONObject(i).getInt("number"))
                        .toList());
        HtmlPage page = client.getPage(run, "");
        assertThat(
                page.asNormalizedText(),
                matchesPattern("(?s).*:first.*:second.*skipped: the image already exists.*:third.*failed.*"
                        + "Broken:2: .*exit code: 7.*"));
        assertEquals(0, page.querySelectorAll(".treenq-images i").size());
        for (int number = 1; number <= 4; number++) {
            assertThat(
                    page.querySelectorAll("a[href$='/treenq/" + number + "/']").size(), greaterThan(0));
        }
        var skipped = client.getPage(run, "treenq/2/");
        client.waitForBackgroundJavaScript(PATIENCE.toMillis());
        assertThat(skipped.asNormalizedText(), containsString("Skipped: the image already exists"));
        assertThat(skipped.asNormalizedText(), containsString("docker pull " + image + "@sha256:"));
    }

    @Test
    void aFailedBuildStoresItsReasonLocationAndWarnings() throws Exception {
        WorkflowRun run = pipelines.failure("""
                writeFile file: 'Dockerfile', text: 'FROM busybox as Base\\nRUN echo almost; exit 7\\n'
                treenqBuild tags: ['%s:1'], noCache: true
                """.formatted(image));

        JSONObject build = build(run, 1);
        assertEquals("FAILURE", build.getString("state"));
        assertThat(build.getString("failure"), endsWith("exit code: 7"));
        JSONObject place = build.getJSONObject("failedAt");
        assertEquals("Dockerfile", place.getString("file"));
        assertEquals(2, place.getInt("line"));
        JSONObject marked = place.getJSONArray("lines").getJSONObject(1);
        assertEquals("RUN echo almost; exit 7", marked.getString("text"));
        assertTrue(marked.getBoolean("marked"));
        assertEquals("FAILED", step(build, "RUN echo").getString("state"));
        assertEquals("almost\n", log(run, build, "RUN echo"));
        JSONObject warning = build.getJSONArray("warnings").getJSONObject(0);
        assertThat(warning.getString("summary"), startsWith("StageNameCasing: "));
        assertThat(warning.getString("url"), startsWith("https://"));
        assertEquals(1, warning.getJSONObject("source").getInt("line"));
    }

    @Test
    void aDockerfileThatBreaksARuleIsNotBuiltIfFailOnIsSet() throws Exception {
        String step = "treenqBuild tags: ['%s:1'], failOn: 'warning'".formatted(image);
        WorkflowRun refused =
                pipelines.failure("writeFile file: 'Dockerfile', text: 'FROM busybox as Base\\nRUN true\\n'; " + step);

        jenkins.assertLogContains(
                "ERROR: building %s:1 on builder 'default' failed: the Dockerfile breaks rules: ".formatted(image),
                refused);
        // The rules are in the order of the daemon, which is not always the same.
        jenkins.assertLogContains("FromAsCasing (Dockerfile:1)", refused);
        jenkins.assertLogContains("StageNameCasing (Dockerfile:1)", refused);
        jenkins.assertLogContains("   1 | >>> FROM busybox as Base", refused);
        jenkins.assertLogNotContains("load build definition", refused);
        JSONObject build = build(refused, 1);
        assertEquals(2, build.getJSONArray("warnings").size());
        assertEquals(1, build.getJSONObject("failedAt").getInt("line"));
        assertEquals(0, build.getJSONArray("steps").size());
        assertThat(new Registry(daemon).digest(image.substring(image.indexOf('/') + 1), "1"), is(Optional.empty()));

        WorkflowRun unbuildable =
                pipelines.failure("writeFile file: 'Dockerfile', text: 'FROM busybox\\nRAN x\\n'; " + step);
        jenkins.assertLogContains("unknown instruction: RAN", unbuildable);
        assertEquals(2, build(unbuildable, 1).getJSONObject("failedAt").getInt("line"));

        pipelines.success("writeFile file: 'Dockerfile', text: 'FROM busybox\\nRUN true\\n'; " + step);
        pipelines.success(
                "writeFile file: 'Dockerfile', text: '# check=skip=all\\nFROM busybox as Base\\nRUN true\\n'; " + step);
        jenkins.assertLogContains(
                "ERROR: failOn: 'never' is neither error nor warning",
                pipelines.failure("treenqBuild tags: [], failOn: 'never'"));
    }

    @Test
    void secretsOfTheConsoleAreMaskedInTheTimeline() throws Exception {
        assertMasks("built-in");
    }

    @Test
    void anInboundAgentReportsAndMasksTheSame() throws Exception {
        pipelines.connect(agents, "remote");
        assertMasks("remote");
    }

    private void assertMasks(String label) throws Exception {
        Configured.add(Configured.text("token", SECRET));
        WorkflowRun run = jenkins.assertBuildStatus(
                Result.FAILURE,
                pipelines
                        .job("""
                        writeFile file: 'Dockerfile', text: 'FROM busybox as A\\nARG P\\nARG Q\\nWORKDIR /$P/$Q\\nRUN echo "P is $P"; echo Q is $Q; false\\n'
                        withCredentials([string(credentialsId: 'token', variable: 'T')]) {
                            treenqBuild tags: ['%s:1'], buildArgs: [P: T, Q: '%s']
                        }
                        """.formatted(image, daemon.login().secret()), label)
                        .scheduleBuild2(0));

        JSONObject build = build(run, 1);
        assertThat(step(build, "WORKDIR").getString("name"), is("[2/3] WORKDIR /****/****"));
        assertThat(log(run, build, "RUN echo"), is("P is ****\nQ is ****\n"));
        assertKeepsNoSecret(run);
    }

    @Test
    void aPasswordOfAFreestyleJobIsMaskedInLogAndTimeline() throws Exception {
        FreeStyleProject job = jenkins.createFreeStyleProject();
        job.addProperty(new ParametersDefinitionProperty(new PasswordParameterDefinition("P", SECRET, "")));
        job.getBuildersList()
                .add(new CreateFileBuilder("Dockerfile", "FROM busybox\nARG P\nRUN echo \"P is $P\"; false\n"));
        TreenqBuildStep step = new TreenqBuildStep(List.of(image + ":1"));
        step.setBuildArgs(List.of("P=$P"));
        job.getBuildersList().add(new TreenqBuilder(step));

        FreeStyleBuild run = jenkins.assertBuildStatus(
                Result.FAILURE,
                job.scheduleBuild2(0, new ParametersAction(new PasswordParameterValue("P", SECRET, ""))));

        assertEquals("P is ****\n", log(run, build(run, 1), "RUN echo"));
        assertKeepsNoSecret(run);
        jenkins.assertLogContains("P is ****", run);
    }

    @Test
    void theFirstAndLastLinesOfALongLogAreStored() throws Exception {
        WorkflowRun run = pipelines.success("""
                writeFile file: 'Dockerfile', text: 'FROM busybox\\nRUN seq 1 200000\\n'
                treenqBuild tags: [], noCache: true
                """);

        JSONObject build = build(run, 1);
        // The daemon itself truncates very long output, so not all lines arrive.
        assertThat(step(build, "RUN seq").getLong("outputLines"), greaterThan(10_000L));
        String log = log(run, build, "RUN seq");
        assertThat(log, startsWith("1\n2\n3\n"));
        assertThat(log, containsString("lines are not stored here; see the console output\n"));
        assertThat(log.length(), lessThan(100_000));
        assertThat(Files.size(file(run, 1)), lessThan(200_000L));
    }

    @Test
    void onlyUsersWhoMayReadTheRunSeeItsTimeline() throws Exception {
        WorkflowRun run = pipelines.success("""
                writeFile file: 'Dockerfile', text: 'FROM busybox\\nRUN true\\n'
                treenqBuild tags: []
                """);
        jenkins.jenkins.setSecurityRealm(jenkins.createDummySecurityRealm());
        jenkins.jenkins.setAuthorizationStrategy(new MockAuthorizationStrategy()
                .grant(Jenkins.READ, Item.READ)
                .everywhere()
                .to("reader")
                .grant(Jenkins.READ)
                .everywhere()
                .to("stranger"));
        List<String> pages = List.of("treenq/", "treenq/1/", "treenq/1/api/json", "treenq/1/log?step=1");

        for (String page : pages) {
            assertEquals(200, status("reader", run, page), page);
            assertEquals(404, status("stranger", run, page), page);
        }
        assertEquals(404, status("reader", run, "treenq/2/"));
        assertEquals(404, status("reader", run, "treenq/x/"));
    }

    @Test
    void thePageShowsTheSteps() throws Exception {
        WorkflowRun run = pipelines.failure("""
                writeFile file: 'Dockerfile', text: 'FROM busybox as Base\\nRUN echo almost; exit 7\\n'
                treenqBuild tags: ['%s:1'], noCache: true
                """.formatted(image));

        String overview = client.getPage(run, "").asNormalizedText();
        assertThat(overview, containsString(image + ":1"));
        assertThat(overview, containsString("failed"));

        var page = client.getPage(run, "treenq/1/");
        client.waitForBackgroundJavaScript(PATIENCE.toMillis());
        String text = page.asNormalizedText();
        assertThat(text, containsString("RUN echo almost; exit 7"));
        assertThat(text, containsString("exit code: 7"));
        assertThat(text, containsString("StageNameCasing"));
        assertThat(text, containsString("almost"));
        assertThat(page.querySelectorAll("[data-state=FAILED] details[open]").size(), is(1));
    }

    private void assertKeepsNoSecret(Run<?, ?> run) throws Exception {
        Stream<String> texts = Stream.of(
                Files.readString(file(run, 1)),
                JenkinsRule.getLog(run),
                client.getJSON(run.getUrl() + "treenq/api/json").getContentAsString());
        assertThat(texts.toList(), not(hasItem(containsString(SECRET))));
        assertThat(
                Files.readString(file(run, 1)),
                not(containsString(daemon.login().secret())));
    }

    private static Path file(Run<?, ?> run, int number) {
        return run.getRootDir().toPath().resolve("treenq/" + number + ".json");
    }

    private int status(String user, Run<?, ?> run, String page) throws Exception {
        try (JenkinsRule.WebClient other = jenkins.createWebClient()) {
            return other.withThrowExceptionOnFailingStatusCode(false)
                    .login(user)
                    .goTo(run.getUrl() + page, null)
                    .getWebResponse()
                    .getStatusCode();
        }
    }

    private JSONObject build(Run<?, ?> run, int number) throws Exception {
        return client.getJSON(run.getUrl() + "treenq/" + number + "/api/json").getJSONObject();
    }

    /** Returns the first step whose name contains the text; an empty object if there is none. */
    private static JSONObject step(JSONObject build, String name) {
        JSONArray steps = build.getJSONArray("steps");
        return IntStream.range(0, steps.size())
                .mapToObj(steps::getJSONObject)
                .filter(step -> step.getString("name").contains(name))
                .findFirst()
                .orElse(new JSONObject());
    }

    private String log(Run<?, ?> run, JSONObject build, String name) throws Exception {
        return client.goTo(
                        run.getUrl() + "treenq/" + build.getInt("number") + "/log?step="
                                + step(build, name).getInt("number"),
                        "text/plain")
                .getWebResponse()
                .getContentAsString();
    }

    private JSONObject await(Run<?, ?> run, int number, Predicate<JSONObject> wanted) throws Exception {
        client.setThrowExceptionOnFailingStatusCode(false);
        // As long as the run has no such page, Jenkins' response redirects browsers.
        client.setJavaScriptEnabled(false);
        client.setRefreshHandler((page, url, seconds) -> {});
        Instant end = Instant.now().plus(PATIENCE);
        while (true) {
            var response = client.goTo(run.getUrl() + "treenq/" + number + "/api/json", null)
                    .getWebResponse();
            if (response.getStatusCode() == 200) {
                JSONObject build = JSONObject.fromObject(response.getContentAsString());
                if (wanted.test(build)) {
                    return build;
                }
                assertTrue(Instant.now().isBefore(end), () -> "the build does not get the expected state: " + build);
            }
            assertTrue(Instant.now().isBefore(end), "the build has no page");
            Thread.sleep(POLL_MILLIS);
        }
    }
}
