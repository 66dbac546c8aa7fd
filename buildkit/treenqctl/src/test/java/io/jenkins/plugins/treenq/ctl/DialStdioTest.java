// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.ctl;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.InputStream;
import java.io.OutputStream;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Channels;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DialStdioTest {
    @TempDir
    Path folder;

    private ServerSocketChannel daemon;
    private Process process;

    @BeforeEach
    void start() throws Exception {
        Path socket = folder.resolve("socket");
        daemon = ServerSocketChannel.open(StandardProtocolFamily.UNIX).bind(UnixDomainSocketAddress.of(socket));
        List<String> line = new ArrayList<>(Ctl.program());
        line.addAll(List.of("--addr=unix://" + socket, "dial-stdio"));
        process = new ProcessBuilder(line)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
    }

    @AfterEach
    void stop() throws Exception {
        process.destroyForcibly();
        daemon.close();
    }

    private String output() throws Exception {
        return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    }

    @Test
    void theResponseIsReadToItsEndAfterTheInputHasEnded() throws Exception {
        try (OutputStream input = process.getOutputStream()) {
            input.write("question".getBytes(StandardCharsets.UTF_8));
        }
        try (SocketChannel connection = daemon.accept();
                InputStream in = Channels.newInputStream(connection)) {
            assertEquals("question", new String(in.readAllBytes(), StandardCharsets.UTF_8));
            Channels.newOutputStream(connection).write("answer".getBytes(StandardCharsets.UTF_8));
        }
        assertEquals("answer", output());
        assertEquals(0, process.waitFor());
    }

    @Test
    void theCommandEndsWhenTheDaemonClosesTheConnection() throws Exception {
        daemon.accept().close();
        assertEquals("", output());
        assertEquals(0, process.waitFor());
    }
}
