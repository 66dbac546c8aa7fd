// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.ctl;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.jenkins.plugins.treenq.buildkit.Daemon;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** Input and output of a process that are not text in Java: bytes of variables, arguments and logs, and signals. */
@EnabledOnOs(OS.LINUX)
class ProcessTest {
    private final Daemon daemon = Daemon.first();

    @TempDir
    Path folder;

    /** Runs a script, in which {@code $@} is treenqctl with its arguments for a build of the Dockerfile. */
    private Process start(String script, String dockerfile, String... arguments) throws IOException {
        Files.writeString(folder.resolve("Dockerfile"), dockerfile);
        List<String> line = new ArrayList<>(List.of("bash", "-c", script, "bash"));
        line.addAll(Ctl.program());
        line.addAll(daemon.connection());
        line.addAll(List.of(
                "build", "--frontend=dockerfile.v0", "--local=context=" + folder, "--local=dockerfile=" + folder));
        line.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(line).redirectErrorStream(true);
        builder.environment().put("DOCKER_CONFIG", folder.toString());
        builder.environment().remove("JAVA_TOOL_OPTIONS");
        return builder.start();
    }

    private String run(String script, String dockerfile, String... arguments) throws Exception {
        Process process = start(script, dockerfile, arguments);
        String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(0, process.waitFor(), out);
        return out;
    }

    @Test
    void aSecretHasTheBytesOfItsVariableInAnyLocale() throws Exception {
        for (String locale : List.of("C.UTF-8", "C")) {
            String out = run(
                    "SECRET=$'caf\\xe9\\xff \\xc3\\xbc' LC_ALL=" + locale + " exec \"$@\"",
                    "FROM busybox\nRUN --mount=type=secret,id=s od -An -tx1 /run/secrets/s && echo " + locale + "\n",
                    "--no-cache",
                    "--secret=id=s,env=SECRET");
            assertTrue(out.contains(" 63 61 66 e9 ff 20 c3 bc"), out);
        }
    }

    @Test
    void theReplacementCharacterIsAllowedInArgumentsAndInvalidBytesAreRefused() throws Exception {
        run("LC_ALL=C.UTF-8 exec \"$@\"", "FROM busybox\n", "--opt=label:x=\uFFFD");
        Process refused = start("LC_ALL=C.UTF-8 exec \"$@\" --opt=label:x=$'\\xff'", "FROM busybox\n");
        assertEquals(
                "error: this locale cannot express all of the arguments; run with LC_ALL=C.UTF-8\n",
                new String(refused.getInputStream().readAllBytes(), StandardCharsets.UTF_8));
        assertEquals(1, refused.waitFor());
    }

    @Test
    void aLogIsUtf8InAnyLocale() throws Exception {
        String out = run("LC_ALL=C exec \"$@\"", "FROM busybox\nRUN echo gr\u00fc\u00dfe \u65e5\n", "--no-cache");
        assertTrue(out.contains(" gr\u00fc\u00dfe \u65e5\n"), out);
    }

    @Test
    void rawJsonHasTheBytesThatAStepWrote() throws Exception {
        String out = run(
                "exec \"$@\"",
                "FROM busybox\nRUN printf 'caf\\351\\377\\n' && printf '\\303'\n",
                "--no-cache",
                "--progress=rawjson");
        String data = Pattern.compile("\"data\":\"([^\"]*)\"")
                .matcher(out)
                .results()
                .map(match -> new String(Base64.getDecoder().decode(match.group(1)), StandardCharsets.ISO_8859_1))
                .collect(Collectors.joining());
        assertEquals("caf\u00e9\u00ff\n\u00c3", data);
    }

    @Test
    void aSignalCancelsTheBuildAndIsReported() throws Exception {
        for (String signal : List.of("INT", "TERM")) {
            // Java does not handle INT if it was ignored, as in processes that a shell has started in the background.
            Process process = start(
                    "exec env --default-signal=" + signal + " \"$@\"",
                    "FROM busybox\nRUN echo be''gun && sleep 600\n",
                    "--no-cache");
            StringBuilder out = new StringBuilder();
            for (int read = 0; read >= 0; ) {
                read = process.getInputStream().read();
                out.append(read < 0 ? "" : (char) read);
                if (out.toString().endsWith(" begun")) {
                    assertEquals(
                            0,
                            new ProcessBuilder("kill", "-" + signal, Long.toString(process.pid()))
                                    .start()
                                    .waitFor());
                }
            }
            assertTrue(out.toString().endsWith("error: canceled\n"), out.toString());
            assertFalse(out.toString().contains("\tat "), out.toString());
            assertFalse(process.waitFor() == 0);
        }
    }
}
