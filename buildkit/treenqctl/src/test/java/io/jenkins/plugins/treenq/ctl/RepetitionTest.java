// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.ctl;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.jenkins.plugins.treenq.buildkit.Daemon;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Options that buildctl does not have: several builds in one process, and contexts with their own shared key.
 */
@ParameterizedClass
@MethodSource("io.jenkins.plugins.treenq.buildkit.Daemon#all")
class RepetitionTest {
    private static final Pattern BUILD = Pattern.compile("(?m)^build (\\d+): \\d+\\.\\d{3} s$");
    private static final int FILE_BYTES = 3_000_000;

    @Parameter
    Daemon daemon;

    @TempDir
    Path folder;

    private static List<String> arguments(Path context, String... more) {
        List<String> arguments = new ArrayList<>(List.of(
                "build",
                "--frontend=dockerfile.v0",
                "--local=context=" + context,
                "--local=dockerfile=" + context,
                "--progress=plain"));
        arguments.addAll(List.of(more));
        return arguments;
    }

    private Ctl build(Path context, String... more) {
        return Ctl.treenqctl(daemon, arguments(context, more).toArray(String[]::new));
    }

    @Test
    void buildsAreRepeatedConcurrentlyAndInSequence() throws Exception {
        Files.writeString(folder.resolve("Dockerfile"), "FROM busybox\nRUN true\n");
        Ctl run = build(folder, "--parallel=3", "--repeat=2");
        assertEquals(0, run.exit(), run.err());
        Set<String> numbers = new TreeSet<>();
        BUILD.matcher(run.err()).results().map(MatchResult::group).forEach(line -> numbers.add(line.split("[ :]")[1]));
        assertEquals(Set.of("1", "2", "3", "4", "5", "6"), numbers);
    }

    @Test
    void bakesAreRepeatedAndReadTheirFilesEachTime() throws Exception {
        Path context = Files.createDirectory(folder.resolve("context"));
        Files.writeString(context.resolve("Dockerfile"), "FROM busybox\nARG TEXT\nRUN echo the text is $TEXT\n");
        Path file = folder.resolve("docker-bake.hcl");
        Files.writeString(file, """
                target "default" {
                  context = "%s"
                  args = { TEXT = "%s" }
                }
                """.formatted(context, UUID.randomUUID()));
        Ctl run = Ctl.treenqctl(
                daemon, "bake", "--file=" + file, "--progress=plain", "--allow=fs.read=" + folder, "--repeat=3");
        assertEquals(0, run.exit(), run.err());
        assertEquals(
                List.of("1", "2", "3"),
                BUILD.matcher(run.err()).results().map(match -> match.group(1)).toList());
        // Other lines of a step can be printed twice, if those of another step are between them.
        assertEquals(3, run.err().split("transferring dockerfile: .* done\n", -1).length - 1, run.err());
    }

    @Test
    void oneFailureEndsAllRepetitions() throws Exception {
        Files.writeString(folder.resolve("Dockerfile"), "FROM busybox\nRUN exit 3\n");
        Ctl run = build(folder, "--parallel=3", "--repeat=100");
        assertNotEquals(0, run.exit());
        assertTrue(run.err().contains("error: failed to solve: "), run.err());
    }

    @Test
    void aFolderWithASharedKeyIsNotSentAgain() throws Exception {
        Path key = Files.writeString(folder.resolve("key"), UUID.randomUUID() + "\n");
        Path kept = context("kept");
        assertEquals("MB", unitOfTransfer(build(kept, "--shared-key-file=" + key)));
        assertEquals("MB", unitOfTransfer(build(context("other"))));
        assertEquals("B", unitOfTransfer(build(kept, "--shared-key-file=" + key)));
    }

    private Path context(String name) throws Exception {
        Path context = Files.createDirectory(folder.resolve(name));
        Files.writeString(context.resolve("Dockerfile"), "FROM scratch\nCOPY large /\n");
        Files.write(context.resolve("large"), new byte[FILE_BYTES]);
        return context;
    }

    /** Returns the unit in the last line such as {@code #3 transferring context: 3.00MB 0.1s done}. */
    private static String unitOfTransfer(Ctl run) {
        assertEquals(0, run.exit(), run.err());
        return Pattern.compile("transferring context: [0-9.]+(\\S+)")
                .matcher(run.err())
                .results()
                .reduce((earlier, later) -> later)
                .orElseThrow()
                .group(1);
    }
}
