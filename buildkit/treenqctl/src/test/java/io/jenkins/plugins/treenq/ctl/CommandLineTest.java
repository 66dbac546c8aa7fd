// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.ctl;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The parsing of the command line, without a daemon. */
class CommandLineTest {
    /** No daemon listens at this address, so a valid command line results in an error that contains the address. */
    private static final String NOBODY = "tcp://127.0.0.1:1";

    @TempDir
    Path folder;

    private static Ctl run(String... arguments) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        int exit = Treenqctl.commandLine()
                .setOut(new PrintWriter(out))
                .setErr(new PrintWriter(err))
                .execute(arguments);
        return new Ctl(exit, out.toString(), err.toString());
    }

    private static void assertRefused(String expected, String... arguments) {
        assertEquals(new Ctl(1, "", "error: " + expected + "\n"), run(arguments));
    }

    private static void assertRead(String... arguments) {
        Ctl run = run(arguments);
        assertTrue(run.err().contains(NOBODY), run.toString());
    }

    @Test
    void theDaemonsOptionsMayPrecedeOrFollowTheCommand() {
        assertRead("--addr", NOBODY, "debug", "info");
        assertRead("debug", "info", "--addr=" + NOBODY);
        assertRead("debug", "--addr", "tcp://127.0.0.1:2", "info", "--addr", NOBODY);
    }

    @Test
    void longOptionsAcceptOneDash() {
        assertRead("-addr", NOBODY, "build", "-frontend=dockerfile.v0", "-opt", "target=x", "-no-cache");
    }

    @Test
    void theLastValueOfAnOptionIsUsed() {
        assertRead("--addr=" + NOBODY, "build", "--frontend=one", "--frontend=two", "--progress=tty", "--progress=");
    }

    @Test
    void booleansHaveTheFormatsOfGo() {
        assertRead("--addr=" + NOBODY, "build", "--frontend=x", "--no-cache=f", "--proxy-network=TRUE");
        assertRefused(
                "Invalid value for option '--no-cache': 'yes' is neither true nor false", "build", "--no-cache=yes");
    }

    @Test
    void aValueThatBeginsWithAnAtSignIsNotAFile() {
        assertRefused("'@options' is not of the form name=value", "build", "--frontend=x", "--opt", "@options");
    }

    @Test
    void unknownArgumentsAreReportedInOneLine() {
        assertRefused("'push' is not expected here; see treenqctl help", "push");
        assertRefused("'.' is not expected here; see treenqctl help", "build", "--frontend=x", ".");
        assertRefused("Unknown option: '--nonsense'", "build", "--nonsense");
        assertRefused("Missing required parameter: 'REF'", "debug", "logs");
        assertRefused(
                "Invalid value for option '--keep-duration': 'x' is not a duration; write it as 48h or 1h30m",
                "prune",
                "--keep-duration=x");
        assertRefused("there is no command push", "help", "push");
        assertRefused(
                "Invalid value for option '--progress': invalid progress mode loud;"
                        + " one of [auto, plain, tty, rawjson, quiet]",
                "build",
                "--progress=loud");
    }

    @Test
    void everyCommandHasHelp() {
        for (Ctl run : new Ctl[] {run(), run("debug"), run("build", "-h"), run("help", "debug", "logs")}) {
            assertEquals(0, run.exit());
            assertTrue(run.out().startsWith("Usage: treenqctl"), run.out());
            assertEquals("", run.err());
        }
        assertEquals("treenqctl (not packaged)\n", run("--version").out());
    }

    @ParameterizedTest
    @ValueSource(strings = {"ssh://host", "docker-container://name", "npipe:////./pipe/x", "127.0.0.1:1234", "daemon"})
    void anAddressThatNeedsAProgramIsRefused(String address) {
        assertRefused(
                "'" + address + "' is not a builder address;"
                        + " write tcp://host:port, dns:///host:port or unix:///path/buildkitd.sock",
                "--addr",
                address,
                "debug",
                "info");
    }

    @Test
    void tlsdirAcceptsBothNamingSchemes() throws Exception {
        assertRefused("--tlsdir " + folder + " has neither ca.pem nor ca.crt", "--tlsdir=" + folder, "debug", "info");
        Files.writeString(folder.resolve("ca.crt"), "");
        Files.writeString(folder.resolve("cert.pem"), "");
        assertRefused("--tlsdir " + folder + " has neither key.pem nor tls.key", "--tlsdir=" + folder, "debug", "info");
        assertRefused(
                "use --tlsdir or --tlscacert, --tlscert and --tlskey, not both",
                "--tlsdir=" + folder,
                "--tlskey=x",
                "debug",
                "info");
        assertRefused(folder + " cannot be used: it is a folder, not a file", "--tlscacert=" + folder, "debug", "info");
    }

    @Test
    void anInvalidPortIsRefusedAndAPasswordIsNotRepeated() {
        for (String port : new String[] {"99999", "0", "123456789012"}) {
            assertRefused(
                    port.length() > 5
                            ? "'tcp://127.0.0.1:" + port + "' is not a builder address;"
                                    + " write tcp://host:port, dns:///host:port or unix:///path/buildkitd.sock"
                            : "'tcp://127.0.0.1:" + port + "' has no valid port; a port is a number from 1 to 65535",
                    "--addr=tcp://127.0.0.1:" + port,
                    "debug",
                    "info");
        }
        assertRefused(
                "'dns:///host:99999' has no valid port; a port is a number from 1 to 65535",
                "--addr=dns:///host:99999",
                "debug",
                "info");
        for (String address : new String[] {"tcp://user:hunter2@host:1234", "dns:///user:hunter2@host:1234"}) {
            assertRefused(
                    "the builder address '" + address.replace("user:hunter2", "…")
                            + "' has a user name or password, which BuildKit does not support; use client certificates instead",
                    "--addr=" + address,
                    "debug",
                    "info");
        }
        for (String address :
                new String[] {"tcp://user:hunter2@host", "tcp://u:hunter2@x@ host:1", "user:hunter2@host"}) {
            Ctl run = run("--addr=" + address, "debug", "info");
            assertEquals(1, run.exit());
            assertFalse(run.err().contains("hunter2"), run.err());
        }
    }

    @Test
    void anUnwritableFileIsReportedBeforeTheBuild() throws Exception {
        Path absent = folder.resolve("absent");
        Path file = Files.writeString(folder.resolve("file"), "");
        for (String option : new String[] {"--metadata-file", "--ref-file"}) {
            String[] build = {"build", "--frontend=x", option + "=" + absent.resolve("out")};
            assertRefused(option + " " + absent.resolve("out") + ": there is no folder " + absent, build);
            assertRefused(
                    option + " " + file.resolve("out") + ": " + file + " is not a folder",
                    "build",
                    "--frontend=x",
                    option + "=" + file.resolve("out"));
            assertRefused(
                    option + " " + folder + " is a folder; name a file",
                    "build",
                    "--frontend=x",
                    option + "=" + folder);
        }
        assertRefused(
                "--output dest " + absent.resolve("out") + ": there is no folder " + absent,
                "build",
                "--frontend=x",
                "--output=type=tar,dest=" + absent.resolve("out"));
        assertRefused(
                "--output dest " + file + " is a file; name a folder",
                "build",
                "--frontend=x",
                "--output=type=local,dest=" + file);
        // The folder is created by the output.
        assertRead(
                "--addr=" + NOBODY,
                "build",
                "--frontend=x",
                "--output=type=local,dest=" + absent,
                "--metadata-file=" + absent.resolve("sub/metadata"));
    }

    @Test
    void anInvalidPathIsReportedWithoutJavasMessage() {
        assertRefused(
                "Invalid value for option '--metadata-file': 'a\uFFFDb' is not a path on this system",
                "build",
                "--frontend=x",
                "--metadata-file=a\0b");
        assertRefused("'a\uFFFDb' is not a path on this system", "build", "--frontend=x", "--secret=id=x,src=a\0b");
    }

    @Test
    void aMissingFileIsReportedBeforeTheBuild() {
        Path absent = folder.resolve("absent");
        assertRefused("there is no file " + absent, "build", "--frontend=x", "--source-policy-file=" + absent);
        assertRefused("there is no file " + absent, "build", "--frontend=x", "--secret=id=x,src=" + absent);
        assertRefused(
                "--local context=" + absent + ": there is no such folder",
                "build",
                "--frontend=x",
                "--local=context=" + absent);
    }
}
