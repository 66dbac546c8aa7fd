// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.ctl;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import io.jenkins.plugins.treenq.buildkit.Daemon;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/** With {@code LC_ALL=C}, the bytes of file names are sent and received unchanged. */
@EnabledOnOs(OS.LINUX)
@ParameterizedClass
@MethodSource("io.jenkins.plugins.treenq.buildkit.Daemon#all")
class AsciiLocaleTest {
    private static final String UMLAUT = "%C3%BC";
    private static final String EMOJI = "%F0%9F%98%80%20x";
    private static final String NO_UTF8 = "%FF";

    @Parameter
    Daemon daemon;

    @TempDir
    Path scratch;

    /** Returns a path with the given bytes, independent of the locale of this process. */
    private static Path below(Path folder, String percentEncoded) {
        return Path.of(URI.create(folder.toUri() + percentEncoded));
    }

    private static Set<String> names(Path folder) throws IOException {
        try (Stream<Path> all = Files.walk(folder)) {
            return all.map(path -> folder.toUri().relativize(path.toUri()).getRawPath())
                    .collect(Collectors.toSet());
        }
    }

    @Test
    void fileNamesAreSentAndReceivedUnchanged() throws Exception {
        Path context = Files.createDirectory(scratch.resolve("context"));
        Path sub = Files.createDirectories(below(context, "files/" + UMLAUT));
        Files.writeString(below(sub, EMOJI), "content");
        Files.writeString(below(sub, NO_UTF8), "content");
        Files.createSymbolicLink(context.resolve("files/link"), Path.of(URI.create("file:///" + UMLAUT)));
        // The Dockerfile contains file names, too.
        Files.write(context.resolve("Dockerfile"), """
                FROM busybox AS look
                RUN --mount=target=/context cat "/context/files/ü/😀 x" > /found
                FROM scratch
                COPY files /
                COPY --from=look /found /
                """.getBytes(StandardCharsets.UTF_8));
        Path output = scratch.resolve("output");
        Ctl run = Ctl.treenqctlInAscii(
                daemon,
                scratch,
                "build",
                "--frontend=dockerfile.v0",
                "--local=context=" + context,
                "--local=dockerfile=" + context,
                "--output=type=local,dest=" + output);
        assertEquals(0, run.exit(), run.err());
        assertEquals(
                Set.of("", "found", "link", UMLAUT + "/", UMLAUT + "/" + EMOJI, UMLAUT + "/" + NO_UTF8), names(output));
        assertEquals("content", Files.readString(output.resolve("found")));
    }

    @Test
    void anArgumentThatTheLocaleCannotEncodeIsReported() throws Exception {
        // The JVM of the test cannot pass such an argument, but a shell can.
        Ctl run = Ctl.treenqctlInAscii(daemon, scratch, "build", "--opt=label:x=" + "\u00fc");
        assertNotEquals(0, run.exit());
        assertEquals(
                1, run.err().lines().filter(line -> line.startsWith("error: ")).count(), run.err());
        assertEquals(
                0, run.err().lines().filter(line -> line.startsWith("\tat ")).count(), run.err());
    }
}
