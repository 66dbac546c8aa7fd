// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.jenkins.plugins.treenq.buildkit.BuildkitException;
import io.jenkins.plugins.treenq.buildkit.Daemon;
import io.jenkins.plugins.treenq.buildkit.SshKey;
import io.jenkins.plugins.treenq.buildkit.keyfiles.PrivateKeyReader;
import io.jenkins.plugins.treenq.buildkit.session.SessionContent;
import io.jenkins.plugins.treenq.buildkit.session.SshAgent;
import io.jenkins.plugins.treenq.buildkit.ssh.SshKeyFormats;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/** Build steps that mount an SSH agent and run the OpenSSH programs of this machine. */
@ParameterizedClass
@MethodSource("io.jenkins.plugins.treenq.buildkit.Daemon#all")
class SshMountTest {
    private static final Pattern LIBRARY = Pattern.compile("(/\\S+) \\(0x");

    /** Signs with every key and verifies with OpenSSH: once as a server does, once as the signature of a file. */
    private static final String SIGN_WITH_ALL = "ssh-add -L > /keys; cat /keys; i=0;"
            + " while read key; do i=$((i+1)); echo \"$key\" > /k$i.pub; ssh-add -T /k$i.pub;"
            + " echo data | ssh-keygen -q -Y sign -n file -f /k$i.pub > /sig;"
            + " echo \"me $key\" > /allowed;"
            + " echo data | ssh-keygen -Y verify -n file -I me -f /allowed -s /sig; done < /keys";

    @Parameter
    Daemon daemon;

    @TempDir
    Path folder;

    @BeforeEach
    void bringOpenSsh() throws IOException, InterruptedException {
        for (String program : List.of("ssh-add", "ssh-keygen")) {
            Path path = Path.of("/usr/bin", program);
            Assumptions.assumeTrue(Files.isExecutable(path), "needs OpenSSH's programs");
            bring(path);
            Matcher library = LIBRARY.matcher(run(Map.of(), "ldd", path.toString()));
            while (library.find()) {
                bring(Path.of(library.group(1)));
            }
        }
        Files.createDirectories(folder.resolve("root/etc"));
        Files.writeString(folder.resolve("root/etc/passwd"), "root:x:0:0:root:/root:/bin/sh\n");
    }

    private void bring(Path file) throws IOException {
        Path copy = folder.resolve("root" + file);
        if (!Files.exists(copy)) {
            Files.createDirectories(copy.getParent());
            Files.copy(file.toRealPath(), copy);
        }
    }

    private static String run(Map<String, String> environment, String... line)
            throws IOException, InterruptedException {
        ProcessBuilder builder = new ProcessBuilder(line).redirectErrorStream(true);
        builder.environment().putAll(environment);
        Process process = builder.start();
        process.getOutputStream().close();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(0, process.waitFor(), () -> String.join(" ", line) + "\n" + output);
        return output;
    }

    /** Builds with the steps, never from the cache; returns what they print. */
    private String build(Map<String, SshAgent> ssh, String... steps) throws Exception {
        Builds.dockerfile(folder, "FROM busybox\nCOPY root/ /\n" + String.join("\n", steps) + "\n");
        SessionContent content = Builds.content(folder, daemon.logins());
        Builds.Log log = new Builds.Log();
        try (BuildkitClient client = BuildkitClient.connect(daemon.endpoint())) {
            client.build(
                    Builds.request().option("no-cache", "").build(),
                    new SessionContent(
                            content.locals(),
                            content.logins(),
                            content.secrets(),
                            ssh,
                            Map.of(),
                            Map.of(),
                            Map.of(),
                            ""),
                    log);
        }
        return log.toString();
    }

    private static long count(String text, String part) {
        return text.lines().filter(line -> line.contains(part)).count();
    }

    /** Written by ssh-keygen in one of its forms, with a passphrase and without. */
    @Test
    void buildStepsSignWithEveryKindOfKeyInMemory() throws Exception {
        List<String> kinds = List.of(
                "rsa 3072 PEM",
                "rsa 2048 RFC4716",
                "ecdsa 256 PKCS8",
                "ecdsa 384 PEM",
                "ecdsa 521 RFC4716",
                "ed25519 256 RFC4716");
        List<SshKey> keys = new ArrayList<>();
        List<String> publicKeys = new ArrayList<>();
        for (String kind : kinds) {
            for (String passphrase : List.of("", "open sesame")) {
                String[] parts = kind.split(" ");
                Path file = folder.resolve("key" + keys.size());
                run(
                        Map.of(),
                        "ssh-keygen",
                        "-q",
                        "-t",
                        parts[0],
                        "-b",
                        parts[1],
                        "-m",
                        parts[2],
                        "-N",
                        passphrase,
                        "-f",
                        file.toString());
                keys.add(
                        PrivateKeyReader.sshKey(Files.readString(file), passphrase.toCharArray(), "key" + keys.size()));
                String[] line = Files.readString(Path.of(file + ".pub")).split(" ");
                publicKeys.add(line[0] + " " + line[1] + " " + file.getFileName());
            }
        }
        String log = build(Map.of("default", new SshAgent.Keys(keys)), "RUN --mount=type=ssh " + SIGN_WITH_ALL);
        publicKeys.forEach(line -> assertTrue(log.contains(line), log));
        assertEquals(publicKeys.size(), count(log, "Good \"file\" signature for me"), log);
        assertFalse(log.contains("incorrect") || log.contains("failed"), log);
    }

    @Test
    void anAgentOfThisMachineOnlyListsAndSigns() throws Exception {
        Path socket = folder.resolveSibling(folder.getFileName() + "-agent");
        Process agent = new ProcessBuilder("ssh-agent", "-D", "-a", socket.toString())
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        try {
            Map<String, String> there = Map.of("SSH_AUTH_SOCK", socket.toString());
            Path key = folder.resolve("key");
            run(there, "ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", key.toString());
            for (int i = 0; i < 2_400 && !Files.exists(socket); i++) {
                Thread.sleep(50);
            }
            run(there, "ssh-add", key.toString());
            String listed = run(there, "ssh-add", "-L").strip();
            String log = build(
                    Map.of("default", new SshAgent.Socket(socket, false)),
                    "RUN --mount=type=ssh " + SIGN_WITH_ALL,
                    "RUN --mount=type=ssh ! ssh-add -D && ! ssh-add -d /k1.pub && ! ssh-add /bin/busybox"
                            + " && ssh-add -L | wc -l | sed 's/^/left: /'");
            assertTrue(log.contains(listed), log);
            assertEquals(1, count(log, "Good \"file\" signature for me"), log);
            assertTrue(log.contains("left: 1"), log);
            assertEquals(listed, run(there, "ssh-add", "-L").strip());
            // A raw socket also forwards requests that change keys.
            build(
                    Map.of("mine", new SshAgent.Socket(socket, true)),
                    "RUN --mount=type=ssh,id=mine ssh-add -l && ssh-add -D");
            ProcessBuilder empty = new ProcessBuilder("ssh-add", "-l");
            empty.environment().putAll(there);
            assertEquals(1, empty.start().waitFor());
        } finally {
            agent.destroy();
            agent.waitFor();
            Files.deleteIfExists(socket);
        }
    }

    @Test
    void manyConnectionsAtOnceAreServed() throws Exception {
        SshKey key = SshKeyFormats.key(SshKeyFormats.pair("RSA", 2048), "it");
        String log = build(
                Map.of("default", new SshAgent.Keys(List.of(key))),
                "RUN --mount=type=ssh ssh-add -L > /k.pub; for i in $(seq 60); do"
                        + " (ssh-add -T /k.pub && echo signed) & done; wait");
        assertEquals(60, count(log, "signed"), log);
    }

    @Test
    void aMissingAgentFailsOnlyRequiredMounts() throws Exception {
        SshKey key = SshKeyFormats.key(SshKeyFormats.pair("Ed25519", 255), "it");
        Map<String, SshAgent> agents = Map.of("known", new SshAgent.Keys(List.of(key)));
        String log = build(
                agents,
                "RUN --mount=type=ssh,id=other test ! -e \"$SSH_AUTH_SOCK\" && echo no socket",
                "RUN --mount=type=ssh,id=known ssh-add -l");
        assertTrue(log.contains("no socket"), log);
        assertTrue(log.contains("(ED25519)"), log);
        for (Map<String, SshAgent> given : List.of(agents, Map.<String, SshAgent>of())) {
            BuildkitException.BuildFailedException failed = assertThrows(
                    BuildkitException.BuildFailedException.class,
                    () -> build(given, "RUN --mount=type=ssh,id=other,required=true true"));
            assertTrue(
                    failed.getMessage().contains(given.isEmpty() ? "no SSH key" : "SSH agent other was not provided"),
                    failed.getMessage());
        }
    }

    @Test
    void invalidKeysAndSocketsFailBeforeTheBuild() {
        for (SshAgent agent : List.of(
                new SshAgent.Socket(folder.resolve("nothing"), false),
                new SshAgent.Socket(folder, true),
                new SshAgent.Keys(List.of(new SshKey("-----BEGIN nothing", new byte[0], "it"))))) {
            BuildkitException.InvalidRequestException refused = assertThrows(
                    BuildkitException.InvalidRequestException.class, () -> build(Map.of("default", agent), "RUN true"));
            assertFalse(refused.getMessage().contains("BEGIN"), refused.getMessage());
        }
        assertEquals(
                "Keys[keys=[SshKey[comment=it]]]",
                new SshAgent.Keys(List.of(new SshKey("secret", new byte[0], "it"))).toString());
    }
}
