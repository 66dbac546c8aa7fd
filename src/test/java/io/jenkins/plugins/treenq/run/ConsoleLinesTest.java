// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.run;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.matchesPattern;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import hudson.model.Result;
import io.jenkins.plugins.treenq.buildkit.Daemon;
import io.jenkins.plugins.treenq.buildkit.GitRepository;
import io.jenkins.plugins.treenq.buildkit.WebServer;
import io.jenkins.plugins.treenq.harness.SharedJenkins;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jenkinsci.plugins.workflow.cps.CpsFlowDefinition;
import org.jenkinsci.plugins.workflow.job.WorkflowJob;
import org.jenkinsci.plugins.workflow.job.WorkflowRun;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.jvnet.hudson.test.JenkinsRule;

/** Error lines in the console: one line says what failed and how to fix it. */
@SharedJenkins
class ConsoleLinesTest {
    private static final String FAILED = "building Dockerfile on builder 'default' failed: ";

    @TempDir
    private Path folder;

    private JenkinsRule jenkins;
    private Daemon daemon;

    @BeforeEach
    void start(JenkinsRule rule) throws Exception {
        jenkins = rule;
        daemon = Daemon.first();
        Configured.with(daemon);
    }

    private WorkflowRun run(Result result, String script) throws Exception {
        WorkflowJob job = jenkins.createProject(WorkflowJob.class);
        job.setDefinition(new CpsFlowDefinition(script, true));
        WorkflowRun run = jenkins.assertBuildStatus(result, job.scheduleBuild2(0));
        jenkins.assertLogNotContains("\tat ", run);
        jenkins.assertLogNotContains("Exception", run);
        return run;
    }

    private static String build(String dockerfile, String more, String arguments) {
        return "node { writeFile file: 'Dockerfile', text: '" + dockerfile + "'; " + more + "; treenqBuild(" + arguments
                + ") }";
    }

    private void assertFails(String line, String script) throws Exception {
        jenkins.assertLogContains("ERROR: " + line + System.lineSeparator(), run(Result.FAILURE, script));
    }

    @Test
    void aMissingOrExcludedFileOfCopyIsNamed() throws Exception {
        assertFails(
                FAILED
                        + "Dockerfile:2: 'nothere.txt' is not in the context; check the path, which is relative "
                        + "to the context",
                build("FROM busybox\\nCOPY nothere.txt /\\n", "", ""));
        assertFails(
                FAILED
                        + "Dockerfile:2: 'b/left.txt' is excluded from the context by the pattern 'b/*.txt' of "
                        + ".dockerignore;"
                        + " remove the pattern, or add !b/left.txt after it",
                build(
                        "FROM busybox\\nCOPY Dockerfile b/left.txt /x/\\n",
                        "writeFile file: 'b/left.txt', text: 'a'; writeFile file: '.dockerignore', text: '# "
                                + "a\\nc\\nb/*.txt\\n'",
                        ""));
        assertFails(
                FAILED
                        + "Dockerfile:2: 'sub/a' is excluded from the context by the pattern 'sub' of "
                        + "Dockerfile.dockerignore;"
                        + " remove the pattern, or add !sub/a after it",
                build(
                        "FROM busybox\\nCOPY sub/a /\\n",
                        "writeFile file: 'sub/a', text: 'a'; writeFile file: 'Dockerfile.dockerignore', text: "
                                + "'/sub\\n'",
                        ""));
        assertFails(
                FAILED
                        + "Dockerfile:4: 'nothere' is not in '0'; check the path, and the stage, image or "
                        + "context in from",
                build("FROM busybox\\nRUN true\\nFROM busybox\\nCOPY --from=0 /nothere /x/\\n", "", ""));
    }

    @Test
    void anUnknownTargetIsReportedWithTheExistingStages() throws Exception {
        assertFails(
                FAILED + "target 'prod' is not a stage of the Dockerfile; the stages are base, test",
                build("FROM busybox AS base\\nRUN true\\nFROM busybox AS test\\nRUN true\\n", "", "target: 'prod'"));
        assertFails(
                FAILED
                        + "target 'prod' is not a stage of the Dockerfile; no stage has a name; name one with "
                        + "FROM … AS NAME",
                build("FROM busybox\\nRUN true\\n", "", "target: 'prod'"));
    }

    @Test
    void anUnsupportedPlatformIsReportedWithThoseOfTheBaseImage() throws Exception {
        WorkflowRun run = run(
                Result.FAILURE, build("FROM busybox\\nRUN true\\n", "", "platforms: ['linux/s390x', 'linux/amd64']"));

        assertThat(
                JenkinsRule.getLog(run),
                containsString("ERROR: " + FAILED
                        + "Dockerfile:1: base image docker.io/library/busybox:latest does not support "
                        + "linux/s390x; it supports linux/amd64"));
    }

    @Test
    void aMissingGitReferenceOrRepositoryIsNamed() throws Exception {
        Path files = Files.createDirectory(folder.resolve("files"));
        Files.writeString(files.resolve("Dockerfile"), "FROM busybox\n");
        GitRepository.create(folder.resolve("repository.git"), files);
        try (WebServer server = new WebServer(folder)) {
            String address = server.url("repository.git");
            assertFails(
                    FAILED
                            + "the Git repository has no branch, tag or commit 'nobranch'; check the part after # "
                            + "in its address",
                    "treenqBuild(context: '" + address + "#nobranch')");
            assertThat(
                    JenkinsRule.getLog(run(
                            Result.FAILURE,
                            "treenqBuild(context: '" + address.replace("repository", "none") + "#main')")),
                    containsString("ERROR: " + FAILED + "the daemon cannot fetch the Git repository "
                            + address.replace("repository", "none")
                            + "; check its address, the daemon's network, and contextCredentialsId if "
                            + "it is private ("));
        }
    }

    @Test
    void aFailedCommandIsShownAsStepAndInTheDockerfile() throws Exception {
        WorkflowRun run = run(Result.FAILURE, build("FROM busybox\\nRUN echo some output; exit 3\\n", "", ""));

        String log = JenkinsRule.getLog(run);
        jenkins.assertLogContains(
                "ERROR: " + FAILED + "Dockerfile:2: the command did not complete successfully: exit code: 3", run);
        assertThat(log, containsString("ERROR: exit code: 3"));
        // Once as the name of the step, and once in the excerpt of the Dockerfile.
        assertEquals(2, log.split("echo some output; exit 3", -1).length - 1, log);
        jenkins.assertLogContains(
                "Dockerfile:2: the command did not complete successfully: exit code: 127 (a program is not in "
                        + "the image)",
                run(Result.FAILURE, build("FROM busybox\\nRUN nothere\\n", "", "")));
    }

    @Test
    void linesAndErrorsOfParallelBuildsNameTheirImages() throws Exception {
        String branch = """
                node {
                    dir('%1$s') {
                        writeFile file: 'Dockerfile', text: 'FROM busybox\\nRUN echo of-%1$s; exit %2$d\\n'
                        treenqBuild(tags: '%3$s/shop/%1$s:1', push: false)
                    }
                }""";
        WorkflowRun run = run(
                Result.FAILURE,
                "parallel(a: {" + branch.formatted("web", 3, daemon.registry()) + "}, b: {"
                        + branch.formatted("api", 4, daemon.registry()) + "}, c: { node { writeFile file: 'Dockerfile',"
                        + " text: 'FROM busybox\\nRUN echo of-none\\n'; treenqBuild() } })");

        List<String> log = JenkinsRule.getLog(run).lines().toList();
        for (String line : log) {
            if (line.matches(".*#\\d+ \\d+\\.\\d+ of-.*")) {
                assertThat(
                        line,
                        matchesPattern(".*(?:\\[web:1] .*of-web|\\[api:1] .*of-api|\\[\\./Dockerfile] .*of-none)"));
            }
        }
        String text = String.join("\n", log);
        assertThat(text, containsString("[web:1] Building on 'default'"));
        assertThat(text, containsString("[./Dockerfile] Building on 'default'"));
        // Each reason is printed when its step ends, before the end of the parallel block.
        int branchEnd = text.indexOf("[Pipeline] // parallel");
        for (String reason : List.of(
                "web:1 on builder 'default' failed: Dockerfile:2: the command did not complete successfully: "
                        + "exit code: 3",
                "api:1 on builder 'default' failed: Dockerfile:2: the command did not complete successfully: "
                        + "exit code: 4")) {
            assertTrue(text.indexOf(reason) >= 0 && text.indexOf(reason) < branchEnd, text);
        }
    }

    @Test
    void aSingleBuildHasNoPrefixAndNoSummaryWithoutSteps() throws Exception {
        WorkflowRun run = run(Result.SUCCESS, build("FROM busybox\\n", "", ""));
        assertThat(JenkinsRule.getLog(run), matchesPattern("(?s).*\\R#1 \\[internal].*"));

        jenkins.assertLogNotContains(
                "0 steps", run(Result.FAILURE, build("FROM busybox\\n", "", "dockerfile: 'Dockerfile.other'")));
    }

    @Test
    void aCheckReportsBrokenRulesOrThatThereAreNone() throws Exception {
        jenkins.assertLogContains(
                "The Dockerfile violates no rule",
                run(Result.SUCCESS, "node { writeFile file: 'Dockerfile', text: 'FROM busybox\\n'; treenqCheck() }"));
        assertFails(
                "checking Dockerfile on builder 'default' failed: the Dockerfile breaks rules: FromAsCasing "
                        + "(Dockerfile:1,"
                        + " Dockerfile:2), JSONArgsRecommended (Dockerfile:3); their descriptions are above",
                "node { writeFile file: 'Dockerfile', text: 'FROM busybox as x\\nFROM busybox as y\\nCMD true\\n';"
                        + " treenqCheck failOn: 'warning' }");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '~', textBlock = """
            treenqBuild(tag: 'a/b:1') | treenqBuild has no argument 'tag'; did you mean 'tags'?
            treenqBuild(dockerFile: 'a') | treenqBuild has no argument 'dockerFile'; did you mean 'dockerfile'?
            treenqBuild(secrets: [secret(id: 'a', credentialId: 'b')]) | secret has no argument 'credentialId'; did you mean 'credentialsId'?
            treenqBuild(cacheTo: localCache(pth: 'a')) | localCache has no argument 'pth'; did you mean 'path'?
            treenqInspect(images: 'a') | treenqInspect has no argument 'images'; did you mean 'image'?
            treenqPromote(from: 'a/b:1', too: 'a/b:2') | treenqPromote has no argument 'too'; did you mean 'to'?
            treenqBuild(tags: [a: 'b']) | tags of treenqBuild takes a string, and not a map
            treenqBuild(push: 'yes') | push of treenqBuild takes true or false, and not 'yes'
            treenqBuild(push: 'maybe') | push of treenqBuild takes true or false, and not a string
            treenqBuild(push: 1) | push of treenqBuild takes true or false, and not a number
            treenqBuild(cacheFrom: 'a/b') | cacheFrom of treenqBuild takes azblobCache(…) or ghaCache(…) or inlineCache(…) or localCache(…) or registryCache(…) or s3Cache(…), and not a string
            treenqBuild(cacheTo: [localCache('')]) | localCache needs path, a folder in the workspace
            treenqBuild(tags: 'web:branch/foo') | 'web:branch/foo' is not an image name: 'branch/foo' is not a tag; a tag has up to 128 letters, digits, '.', '_' and '-', and does not start with '.' or '-'; it could be 'branch-foo'
            """)
    void anInvalidArgumentFailsTheStepInOneLine(String call, String line) throws Exception {
        assertFails(line, "node { writeFile file: 'Dockerfile', text: 'FROM busybox\\n'; " + call + " }");
    }

    /** The message is printed at the end of the run, where the secrets of {@code withCredentials} are not masked. */
    @ParameterizedTest
    @ValueSource(strings = {"secrets: [\"npm=${TOKEN}\"]", "cacheTo: TOKEN", "push: TOKEN", "push: \"${TOKEN}\""})
    void theValueOfAnInvalidArgumentIsNotPrinted(String argument) throws Exception {
        WorkflowRun run = run(Result.FAILURE, "def TOKEN = 'abc-' + 'defghij'; node { treenqBuild " + argument + " }");

        jenkins.assertLogContains("and not a string", run);
        jenkins.assertLogNotContains("abc-defghij", run);
    }

    @Test
    void imageOptionsWithoutAnImageCauseAWarning() throws Exception {
        String line = "WARNING: no image is created, although a value is set for labels, provenance; set tags, such as"
                + " registry.example.com/shop/web:1.4, or outputs";
        jenkins.assertLogContains(
                line, run(Result.SUCCESS, build("FROM busybox\\n", "", "labels: [a: 1], provenance: true")));
        jenkins.assertLogNotContains(
                "WARNING: no image", run(Result.SUCCESS, build("FROM busybox\\n", "", "buildArgs: [A: 8, B: true]")));
    }
}
