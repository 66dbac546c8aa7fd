// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.jenkins.plugins.treenq.buildkit.Daemon;
import io.jenkins.plugins.treenq.buildkit.Endpoint;
import io.jenkins.plugins.treenq.buildkit.LocalSource;
import io.jenkins.plugins.treenq.buildkit.registry.RegistryLogins;
import io.jenkins.plugins.treenq.buildkit.session.Secrets;
import io.jenkins.plugins.treenq.buildkit.session.SessionContent;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A build context that is sent compressed over a slow link results in the same image. */
@Timeout(600)
class CompressedContextTest {
    private static final String DAEMONS = "io.jenkins.plugins.treenq.buildkit.Daemon#all";
    private static final int SLOW_BYTES_PER_SECOND = 2_000_000;

    @TempDir
    Path folder;

    private long contextBytes;

    @BeforeEach
    void context() throws Exception {
        Random random = new Random();
        for (int i = 0; i < 40; i++) {
            StringBuilder text = new StringBuilder();
            while (text.length() < 200_000) {
                text.append("    private final int field")
                        .append(random.nextInt(10_000))
                        .append(" = 0;\n");
            }
            write("text" + i, text.toString().getBytes(StandardCharsets.UTF_8));
        }
        for (int bytes : new int[] {0, 1, 255, 32_767, 1_000_000}) {
            byte[] content = new byte[bytes];
            random.nextBytes(content);
            write("random" + bytes, content);
        }
        Builds.dockerfile(folder, "FROM scratch\nCOPY . /\n");
    }

    private void write(String name, byte[] content) throws Exception {
        Files.write(folder.resolve(name), content);
        contextBytes += content.length;
    }

    /** Returns the digest of the image. The daemon has none of the files under a new key. */
    private String build(Endpoint endpoint, Builds.Log log) throws Exception {
        LocalSource.Folder source = new LocalSource.Folder(folder);
        SessionContent content = new SessionContent(
                Map.of("context", source, "dockerfile", source),
                RegistryLogins.NONE,
                Secrets.NONE,
                UUID.randomUUID().toString());
        try (BuildkitClient client = BuildkitClient.connect(endpoint)) {
            return client.build(
                            Builds.request(new io.jenkins.plugins.treenq.buildkit.Export(
                                            "image", Map.of("rewrite-timestamp", "true")))
                                    .build(),
                            content,
                            log)
                    .digest()
                    .toString();
        }
    }

    @ParameterizedTest
    @MethodSource(DAEMONS)
    void theImageIsTheSameAndTheLogHasTheNumberOfSentBytes(Daemon daemon) throws Exception {
        Builds.Log log = new Builds.Log();
        String compressed;
        long sent;
        try (Relay relay = Relay.slow(daemon.socket(), SLOW_BYTES_PER_SECOND)) {
            compressed = build(relay.endpoint(null), log);
            sent = relay.bytesFromClients();
        }
        // Usually a quarter. On a busy machine, the first attempt to compress may be too slow to be continued.
        assertTrue(sent < contextBytes * 3 / 4, () -> sent + " of " + contextBytes);
        assertTrue(
                log.toString().matches("(?s).*sent [0-9.]+ MB \\([0-9.]+ MB before compression\\)\n.*"), log::toString);
        Builds.Log other = new Builds.Log();
        assertEquals(build(daemon.endpoint().withCompression(false), other), compressed);
        assertEquals("", other.toString());
    }

    @ParameterizedTest
    @MethodSource(DAEMONS)
    void nothingIsCompressedIfItIsSwitchedOff(Daemon daemon) throws Exception {
        Builds.Log log = new Builds.Log();
        try (Relay relay = Relay.slow(daemon.socket(), SLOW_BYTES_PER_SECOND)) {
            build(relay.endpoint(null).withCompression(false), log);
            assertTrue(relay.bytesFromClients() > contextBytes);
        }
        assertEquals("", log.toString());
    }
}
