// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.jenkins.plugins.treenq.buildkit.BuildEvent;
import io.jenkins.plugins.treenq.buildkit.Daemon;
import io.jenkins.plugins.treenq.buildkit.LocalSource;
import io.jenkins.plugins.treenq.buildkit.RegistryLogins;
import io.jenkins.plugins.treenq.buildkit.Secrets;
import io.jenkins.plugins.treenq.buildkit.SessionContent;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/** With times that derive from content, what the daemon has got does not travel again, and what it has not does. */
@ParameterizedClass
@MethodSource("io.jenkins.plugins.treenq.buildkit.Daemon#all")
class ContextReuseTest {
    private static final int FILES = 200;
    private static final int FILE_BYTES = 20_000;
    private static final FileTime SOME_TIME = FileTime.fromMillis(1_700_000_000_000L);

    @Parameter
    Daemon daemon;

    @TempDir
    Path folder;

    private final String sharedKey = UUID.randomUUID().toString();

    private Path checkout(String name) throws IOException {
        Random random = new Random(3);
        Path checkout = Files.createDirectory(folder.resolve(name));
        // The key keeps an earlier run of this test from having filled the cache.
        Builds.dockerfile(checkout, "FROM busybox\nCOPY . /context\nRUN md5sum /context/f7 && : " + sharedKey + "\n");
        byte[] bytes = new byte[FILE_BYTES];
        for (int i = 0; i < FILES; i++) {
            random.nextBytes(bytes);
            Files.write(checkout.resolve("f" + i), bytes);
        }
        return checkout;
    }

    /** Bytes of the context that travelled, by the daemon's own account, and what the build printed. */
    private record Sent(long bytes, String output) {}

    private Sent build(Path checkout, long timesFrom) throws Exception {
        LocalSource.Folder source = new LocalSource.Folder(checkout, timesFrom);
        SessionContent content = new SessionContent(
                Map.of("context", source, "dockerfile", source), RegistryLogins.NONE, Secrets.NONE, sharedKey);
        AtomicLong bytes = new AtomicLong();
        Builds.Log log = new Builds.Log();
        try (BuildkitClient client = BuildkitClient.connect(daemon.endpoint())) {
            client.build(Builds.request().build(), content, event -> {
                log.onEvent(event);
                if (event instanceof BuildEvent.Progress progress && progress.id().equals("transferring context:")) {
                    bytes.accumulateAndGet(progress.current(), Math::max);
                }
            });
        }
        return new Sent(bytes.get(), log.toString());
    }

    @Test
    void aFreshCheckoutElsewhereDoesNotTravelAgain() throws Exception {
        assertTrue(build(checkout("first"), 0).bytes() > FILES * FILE_BYTES);
        Sent again = build(checkout("second"), 0);
        assertTrue(again.bytes() < FILES * 200, "sent " + again.bytes() + " bytes");
        assertEquals("", again.output(), "the step comes from cache");
    }

    @Test
    void withTimesOnDiskItDoes() throws Exception {
        build(checkout("first"), LocalSource.Folder.TIMES_ON_DISK);
        assertTrue(build(checkout("second"), LocalSource.Folder.TIMES_ON_DISK).bytes() > FILES * FILE_BYTES);
    }

    @Test
    void contentThatChangesWithoutItsSizeAndTimeTravels() throws Exception {
        Path checkout = checkout("only");
        Path file = checkout.resolve("f7");
        Files.setLastModifiedTime(file, SOME_TIME);
        String before = build(checkout, 0).output();
        byte[] bytes = Files.readAllBytes(file);
        bytes[FILE_BYTES / 2]++;
        Files.write(file, bytes);
        Files.setLastModifiedTime(file, SOME_TIME);
        Sent after = build(checkout, 0);
        assertTrue(after.bytes() > FILE_BYTES && after.bytes() < 3 * FILE_BYTES, "sent " + after.bytes() + " bytes");
        assertTrue(!before.isEmpty() && !after.output().isEmpty() && !before.equals(after.output()));
        // And back again: the daemon must not have kept the first content under the second one's time.
        bytes[FILE_BYTES / 2]--;
        Files.write(file, bytes);
        Files.setLastModifiedTime(file, SOME_TIME);
        assertTrue(build(checkout, 0).bytes() > FILE_BYTES);
    }
}
