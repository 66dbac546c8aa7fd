// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.ctl;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.jenkins.plugins.treenq.buildkit.SshKey;
import io.jenkins.plugins.treenq.buildkit.session.SshAgent;
import io.jenkins.plugins.treenq.buildkit.ssh.SshKeyFormats;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine.TypeConversionException;

class SshOptionsTest {
    @TempDir
    Path folder;

    private Path socket;
    private Path key;
    private Path other;
    private ServerSocketChannel server;

    @BeforeEach
    void files() throws Exception {
        socket = folder.resolve("socket");
        server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        server.bind(UnixDomainSocketAddress.of(socket));
        key = Files.writeString(folder.resolve("key"), SshKeyFormats.openSsh(SshKeyFormats.pair("Ed25519", 255)));
        other = Files.writeString(folder.resolve("other"), SshKeyFormats.pkcs8(SshKeyFormats.pair("EC", 256)));
    }

    @AfterEach
    void close() throws IOException {
        server.close();
    }

    private Map<String, SshAgent> read(String... options) throws IOException {
        return SshOptions.read(List.of(options), Map.of("SSH_AUTH_SOCK", socket.toString()), folder);
    }

    @Test
    void theAgentOfTheEnvironmentIsUsedByDefault() throws IOException {
        SshAgent agent = new SshAgent.Socket(socket, false);
        assertEquals(Map.of("default", agent), read("default"));
        assertEquals(Map.of("default", agent), read(""));
        assertEquals(Map.of("mine", agent), read("mine="));
        assertEquals(Map.of("mine", agent), read("mine"));
        TypeConversionException refused = assertThrows(
                TypeConversionException.class, () -> SshOptions.read(List.of("default"), Map.of(), folder));
        assertTrue(refused.getMessage().contains("SSH_AUTH_SOCK"));
    }

    @Test
    void rawSocketsAndSeveralKeysAreAccepted() throws IOException {
        assertEquals(Map.of("a", new SshAgent.Socket(socket, true)), read("a=" + socket + ",raw=true"));
        assertEquals(Map.of("a", new SshAgent.Socket(socket, false)), read("a=raw=false," + socket));
        SshAgent.Keys keys = (SshAgent.Keys) read("a=" + key + "," + other, "b").get("a");
        assertEquals(
                List.of(key.toString(), other.toString()),
                keys.keys().stream().map(SshKey::comment).toList());
    }

    @Test
    void invalidAgentsAreRefused() {
        for (List<String> options : List.of(
                List.of("a=raw=true"),
                List.of("a=" + socket + ",raw=perhaps"),
                List.of("a=" + key + ",raw=true"),
                List.of("a=" + socket + "," + socket + ",raw=true"),
                List.of("a=" + socket + "," + key),
                List.of("a=" + key + "," + socket),
                List.of("a", "a"))) {
            assertThrows(TypeConversionException.class, () -> read(options.toArray(String[]::new)), options.toString());
        }
        assertThrows(NoSuchFileException.class, () -> read("a=" + folder.resolve("nothing")));
    }

    @Test
    void anUnusableKeyIsReportedWithItsFileAndARemedy() throws IOException {
        Path encrypted = Files.writeString(
                folder.resolve("encrypted"),
                "-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n-----END ENCRYPTED PRIVATE KEY-----\n");
        IOException refused = assertThrows(IOException.class, () -> read("a=" + encrypted));
        assertTrue(refused.getMessage().startsWith("the key " + encrypted + " is encrypted"), refused.getMessage());
        assertTrue(refused.getMessage().contains("ssh-add"), refused.getMessage());
        IOException client = assertThrows(IOException.class, () -> OptionKey.tls(encrypted));
        assertTrue(client.getMessage().contains("openssl pkey"), client.getMessage());
        Path none = Files.writeString(folder.resolve("none"), "secret");
        IOException wrong = assertThrows(IOException.class, () -> read("a=" + none));
        assertTrue(wrong.getMessage().startsWith("the key " + none + " cannot be used: "), wrong.getMessage());
        assertFalse(wrong.getMessage().contains("secret"), wrong.getMessage());
    }
}
