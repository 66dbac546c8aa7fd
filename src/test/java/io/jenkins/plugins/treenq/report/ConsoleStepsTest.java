// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;

import hudson.MarkupText;
import hudson.console.ConsoleAnnotator;
import hudson.model.FreeStyleBuild;
import hudson.model.Run;
import io.jenkins.plugins.treenq.harness.SharedJenkins;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.jvnet.hudson.test.JenkinsRule;

@SharedJenkins
class ConsoleStepsTest {
    private static final Pattern MARKED = Pattern.compile(
            "<span class='treenq-line' data-treenq-kind='([A-Z]+)' data-treenq-step='([^']*)'[^>]*>(.*)</span>(\n?)",
            Pattern.DOTALL);

    private FreeStyleBuild run;

    @BeforeEach
    void build(JenkinsRule jenkins) throws Exception {
        run = jenkins.buildAndAssertSuccess(jenkins.createFreeStyleProject());
    }

    @Test
    void eachLineOfAStepIsClassified() throws Exception {
        ImagesAction.of(run);

        assertEquals(
                List.of(
                        "NAME 1: #1 [internal] load build definition from Dockerfile",
                        "OUTPUT 1: #1 transferring dockerfile: 61B done",
                        "WARNING 1: #1 WARN: StageNameCasing: Stage name 'Base' should be lowercase (line 1)",
                        "END 1: #1 DONE 0.0s",
                        "",
                        "NAME 2: #2 [1/2] FROM docker.io/library/busybox:latest",
                        "END 2: #2 CACHED",
                        "",
                        "NAME 3: #3 [2/2] RUN echo &lt;b&gt;",
                        "OUTPUT 3: #3 0.123 &lt;b&gt;",
                        "OUTPUT 3: #3 0.124 DONE",
                        "OUTPUT 3: #3 ...",
                        "",
                        "NAME 4: #4 RUN other",
                        "END 4: #4 DONE 12.1s",
                        "FAILURE 3: #3 ERROR: process did not complete successfully: exit code: 7",
                        "",
                        "NAME 5: #5 DONE",
                        "FAILURE 5: #5 CANCELED",
                        "Finished: FAILURE"),
                annotated(
                        "#1 [internal] load build definition from Dockerfile",
                        "#1 transferring dockerfile: 61B done",
                        "#1 WARN: StageNameCasing: Stage name 'Base' should be lowercase (line 1)",
                        "#1 DONE 0.0s",
                        "",
                        "#2 [1/2] FROM docker.io/library/busybox:latest",
                        "#2 CACHED",
                        "",
                        "#3 [2/2] RUN echo <b>",
                        "#3 0.123 <b>",
                        "#3 0.124 DONE",
                        "#3 ...",
                        "",
                        "#4 RUN other",
                        "#4 DONE 12.1s",
                        "#3 ERROR: process did not complete successfully: exit code: 7",
                        "",
                        "#5 DONE",
                        "#5 CANCELED",
                        "Finished: FAILURE"));
    }

    @Test
    void aTimestampOrPlatformsMayPrecedeTheNumber() throws Exception {
        ImagesAction.of(run);

        assertEquals(
                List.of(
                        "OUTPUT [linux/amd64] 1: [linux/amd64] #1 RUN make",
                        "OUTPUT [linux/arm64,linux/arm/v7] 1: [linux/arm64,linux/arm/v7] #1 0.100 CC",
                        "[linux/amd64] ",
                        "NAME [linux/amd64] 2: [linux/amd64] #2 RUN make install",
                        "NAME 3: [2026-01-02T03:04:05.678Z] #3 RUN test",
                        "[other] #4 0.100 CC",
                        "say #5 0.100"),
                annotated(
                        "[linux/amd64] #1 RUN make",
                        "[linux/arm64,linux/arm/v7] #1 0.100 CC",
                        "[linux/amd64] ",
                        "[linux/amd64] #2 RUN make install",
                        "[2026-01-02T03:04:05.678Z] #3 RUN test",
                        "[other] #4 0.100 CC",
                        "say #5 0.100"));
    }

    /** The lines of two builds alternate, so the line after an empty line may belong to the other build. */
    @Test
    void namesOfImagesDistinguishBuilds() throws Exception {
        ImagesAction.of(run);

        assertEquals(
                List.of(
                        "OUTPUT [web:1] 1: [web:1] #1 RUN make",
                        "OUTPUT [./Dockerfile 2] 1: [./Dockerfile 2] #1 RUN make",
                        "[web:1] ",
                        "OUTPUT [./Dockerfile 2] 1: [./Dockerfile 2] #1 0.100 CC",
                        "NAME [web:1] 2: [web:1] #2 RUN make install",
                        "END [web:1] [linux/amd64] 2: [web:1] [linux/amd64] #2 CACHED"),
                annotated(
                        "[web:1] #1 RUN make",
                        "[./Dockerfile 2] #1 RUN make",
                        "[web:1] ",
                        "[./Dockerfile 2] #1 0.100 CC",
                        "[web:1] #2 RUN make install",
                        "[web:1] [linux/amd64] #2 CACHED"));
    }

    @Test
    void aLineWithTooManyOrLongPrefixesIsNotMarked() throws Exception {
        ImagesAction.of(run);

        for (String line : List.of(
                "[:] ".repeat(100_000),
                "[:] ".repeat(100_000) + "#1 RUN make",
                "[" + "a".repeat(1_000_000) + ":] #1 RUN make",
                "[:" + "a".repeat(1_000_000) + "] #1 RUN make",
                "[: " + "1".repeat(1_000_000) + "] #1 RUN make")) {
            assertEquals(List.of(line), annotated(line));
        }
    }

    @Test
    void aLongPrefixIsNotRemembered() throws Exception {
        ImagesAction.of(run);
        String part = "[web:" + "1".repeat(200) + "] ";
        ConsoleSteps steps = new ConsoleSteps();
        ConsoleAnnotator<Run<?, ?>> first = steps.newInstance(run);

        assertSame(first, first.annotate(run, new MarkupText(part + "\n")));
    }

    @Test
    void aRunWithoutImageBuildsIsNotMarked() throws Exception {
        assertEquals(List.of("#1 RUN make", "#1 0.100 CC"), annotated("#1 RUN make", "#1 0.100 CC"));
    }

    /** Returns the annotated lines. Marked lines begin with the kind and the step. */
    private List<String> annotated(String... lines) {
        ConsoleAnnotator<Run<?, ?>> annotator = new ConsoleSteps().newInstance(run);
        List<String> shown = new ArrayList<>();
        for (String line : lines) {
            MarkupText text = new MarkupText(line + "\n");
            annotator = annotator.annotate(run, text);
            Matcher marked = MARKED.matcher(text.toString(true));
            String html = marked.matches()
                    ? marked.group(1) + " " + marked.group(2) + ": " + marked.group(3)
                    : text.toString(true);
            shown.add(html.replace("\n", "").replace("\r", ""));
        }
        return shown;
    }
}
