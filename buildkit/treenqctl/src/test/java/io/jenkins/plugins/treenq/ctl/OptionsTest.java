// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.ctl;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.jenkins.plugins.treenq.buildkit.BuildEvent;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;
import picocli.CommandLine.TypeConversionException;

/** The conversion of the command line's options, without a daemon. */
class OptionsTest {
    @TempDir
    Path folder;

    @Test
    void aBuildArgumentWithoutAValueUsesTheEnvironment() {
        assertEquals(
                Map.of(
                        "build-arg:HOME", "/root",
                        "build-arg:EMPTY", "",
                        "build-arg:SOURCE_DATE_EPOCH", "5",
                        "target", "a=b"),
                FrontendOptions.read(
                        List.of("build-arg:HOME", "build-arg:ABSENT", "build-arg:EMPTY=", "target=a=b"),
                        environment("HOME", "/root", "SOURCE_DATE_EPOCH", "5")));
        assertEquals(
                Map.of("build-arg:SOURCE_DATE_EPOCH", "6"),
                FrontendOptions.read(List.of("build-arg:SOURCE_DATE_EPOCH=6"), environment("SOURCE_DATE_EPOCH", "5")));
        assertThrows(TypeConversionException.class, () -> FrontendOptions.read(List.of("target"), environment()));
    }

    private static EnvironmentVariables environment(String... pairs) {
        Map<String, String> texts = new HashMap<>();
        for (int i = 0; i < pairs.length; i += 2) {
            texts.put(pairs[i], pairs[i + 1]);
        }
        return new EnvironmentVariables(texts, List.of());
    }

    @Test
    void aDoubleQuoteMustEncloseAWholeField() {
        assertEquals(Map.of("type", "local", "dest", "a\"b,c"), KeyValues.parse("type=local,\"dest=a\"\"b,c\""));
        for (String text : List.of("dest=a\"b", "name=\"a", "\"name=a\"b", "type=local,dest=\"a\"")) {
            assertEquals(
                    "'" + text
                            + "' has a double quote within a field; put the whole field in double quotes, and write two for"
                            + " each one in it: \"key=a\"\"b\"",
                    assertThrows(TypeConversionException.class, () -> KeyValues.parse(text))
                            .getMessage());
        }
        assertEquals(
                "'\"name=a' has a double quote that is not closed",
                assertThrows(TypeConversionException.class, () -> KeyValues.parse("\"name=a"))
                        .getMessage());
    }

    @Test
    void argumentsAreCompleteIfTheirBytesAreTheSame() {
        String[] texts = {"a", "\uFFFD"};
        List<byte[]> same = List.of(bytes("java"), bytes("a"), bytes("\uFFFD"));
        assertTrue(ProcessBlock.isWhole(texts, same));
        assertFalse(ProcessBlock.isWhole(texts, List.of(bytes("java"), bytes("a"), new byte[] {(byte) 0xff})));
        assertFalse(ProcessBlock.isWhole(texts, List.of(bytes("java"), bytes("a"), bytes("\u00fc"))));
        assertTrue(ProcessBlock.isWhole(new String[] {"a"}, List.of()));
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    @Test
    void aFileIsReplacedAtomically() throws Exception {
        Path file = folder.resolve("ref");
        AtomicFile.write(file, "one");
        AtomicFile.write(file, "two");
        assertEquals("two", Files.readString(file));
        try (var files = Files.list(folder)) {
            assertEquals(List.of(file), files.toList());
        }
        Path absent = folder.resolve("absent/ref");
        assertEquals(
                absent + " cannot be written: it does not exist",
                assertThrows(IOException.class, () -> AtomicFile.write(absent, "one"))
                        .getMessage());
    }

    @Test
    void cacheMetricsCountTheBuildStepsOfTheDockerfile() {
        CacheMetrics metrics = new CacheMetrics();
        for (String name : List.of(
                "[internal] load x", "[1/3] FROM busybox", "[2/3] RUN a", "[3/3] RUN b", "exporting to image")) {
            metrics.onEvent(vertex(name, false, false));
            metrics.onEvent(vertex(name, name.contains("RUN a"), !name.contains("RUN b")));
        }
        List<String> lines = new ArrayList<>();
        metrics.print(lines::add);
        assertEquals("cache miss: [3/3] RUN b", lines.get(0));
        assertTrue(
                lines.get(1)
                        .startsWith(
                                "{\"total\":5,\"completed\":4,\"user_total\":3,\"user_cached\":1,\"user_completed\":2,"
                                        + "\"user_cacheable\":2,\"from\":1,\"miss\":1,\"client_duration_ms\":"),
                lines.get(1));
    }

    private static BuildEvent vertex(String name, boolean cached, boolean completed) {
        return new BuildEvent.VertexChanged(
                name, List.of(), name, cached, Instant.EPOCH, completed ? Instant.EPOCH : null, "", null);
    }

    private static String refusal(String... arguments) {
        StringWriter text = new StringWriter();
        int exit = Treenqctl.commandLine().setErr(new PrintWriter(text)).execute(arguments);
        assertFalse(exit == 0, text.toString());
        assertFalse(text.toString().contains("\tat "), text.toString());
        return text.toString();
    }

    @Test
    void invalidOptionsAreReportedWithoutAStackTrace() {
        assertTrue(refusal("du", "--format", "{{.ID}}").contains("formats are json"));
        assertTrue(refusal("prune", "--keep-duration", "2 days").contains("not a duration"));
        assertTrue(refusal("--log-format", "xml", "du").contains("log-format"));
        assertTrue(refusal("debug", "ctl", "ref").contains("--pin"));
        assertTrue(refusal("debug", "ctl", "ref", "--pin", "--delete").contains("--pin"));
        assertTrue(refusal("debug", "get", "latest").contains("not a digest"));
        assertTrue(refusal("build", "--frontend=dockerfile.v0", "--allow=everything")
                .contains("unknown entitlement"));
        assertTrue(refusal("build", "--progress=fancy").contains("fancy"));
    }

    @Test
    void aSharedKeyIsOneWord() throws Exception {
        Path empty = Files.writeString(folder.resolve("empty"), " \n");
        Path words = Files.writeString(folder.resolve("words"), "not a key\n");
        for (Path file : List.of(empty, words)) {
            assertTrue(refusal("build", "--frontend=dockerfile.v0", "--shared-key-file=" + file)
                    .contains("openssl rand"));
        }
        assertTrue(refusal("build", "--frontend=dockerfile.v0", "--shared-key-file=" + folder.resolve("absent"))
                .contains("there is no file"));
    }

    @Test
    void waitingEndsWithTheTimeout() {
        // On a busy machine, the time ends before the first attempt has failed, which has another message.
        String refusal = refusal("--addr", "tcp://127.0.0.1:1", "--wait", "--timeout", "1", "debug", "info");
        assertTrue(refusal.contains("tcp://127.0.0.1:1"), refusal);
    }

    @Test
    void everyCommandPrintsItsHelp() {
        for (CommandLine command : Treenqctl.commandLine().getSubcommands().values()) {
            assertFalse(command.getUsageMessage().isEmpty());
            command.getSubcommands()
                    .values()
                    .forEach(sub -> assertFalse(sub.getUsageMessage().isEmpty()));
        }
    }
}
