// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.ctl;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.jenkins.plugins.treenq.buildkit.Daemon;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** treenqctl writes the complete log, or fails with an error. */
@EnabledOnOs(OS.LINUX)
class LostOutputTest {
    private final Daemon daemon = Daemon.first();

    @TempDir
    Path folder;

    /** Runs treenqctl in a shell script, in which {@code $@} is treenqctl with its arguments. */
    private Ctl shell(String script, String... arguments) throws Exception {
        List<String> line = new ArrayList<>(List.of("bash", "-o", "pipefail", "-c", script, "bash"));
        line.addAll(Ctl.program());
        line.addAll(daemon.connection());
        line.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(line);
        builder.environment().remove("JAVA_TOOL_OPTIONS");
        Process process = builder.redirectError(folder.resolve("err").toFile()).start();
        String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return new Ctl(process.waitFor(), out, Files.readString(folder.resolve("err")));
    }

    private String[] build(String dockerfile, String... more) throws Exception {
        Files.writeString(folder.resolve("Dockerfile"), dockerfile);
        List<String> arguments = new ArrayList<>(List.of(
                "build",
                "--frontend=dockerfile.v0",
                "--no-cache",
                "--local=context=" + folder,
                "--local=dockerfile=" + folder));
        arguments.addAll(List.of(more));
        return arguments.toArray(String[]::new);
    }

    @Test
    void aSlowReaderGetsEveryLine() throws Exception {
        Ctl run = shell(
                "\"$@\" 2>&1 | (sleep 14; cat)", build("FROM busybox\nRUN seq 1 30000; echo real-cause; exit 3\n"));
        assertEquals(1, run.exit());
        List<String> numbers = Pattern.compile("(?m)^#\\d+ [0-9.]+ (\\d+)$")
                .matcher(run.out())
                .results()
                .map((MatchResult match) -> match.group(1))
                .distinct()
                .toList();
        assertEquals(30_000, numbers.size());
        assertTrue(Pattern.compile("(?m)^#\\d+ [0-9.]+ real-cause$")
                .matcher(run.out())
                .find());
    }

    @Test
    void aTraceThatCannotBeWrittenEndsTheBuild() throws Exception {
        Ctl run = shell("\"$@\"", build("FROM busybox\nRUN echo text\n", "--trace=/dev/full"));
        assertEquals(1, run.exit());
        assertTrue(run.err().contains("the trace cannot be written"), run.err());
    }

    @Test
    void aLogThatCannotBeWrittenIsAFailure() throws Exception {
        Path ref = folder.resolve("ref");
        assertEquals(
                0,
                shell("\"$@\"", build("FROM busybox\nRUN echo text\n", "--ref-file=" + ref))
                        .exit());
        Ctl run = shell("\"$@\" > /dev/full", "debug", "logs", Files.readString(ref));
        assertEquals(1, run.exit());
        assertTrue(run.err().contains("the progress cannot be written"), run.err());
    }

    @Test
    void otherOutputThatCannotBeWrittenIsAFailure() throws Exception {
        Ctl run = shell("\"$@\" > /dev/full", "debug", "workers");
        assertEquals(1, run.exit());
        assertTrue(run.err().contains("the output cannot be written"), run.err());
    }
}
