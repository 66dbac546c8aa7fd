// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.client;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.jenkins.plugins.treenq.buildkit.BuildkitException;
import io.jenkins.plugins.treenq.buildkit.Daemon;
import io.jenkins.plugins.treenq.buildkit.session.Secrets;
import io.jenkins.plugins.treenq.buildkit.session.SessionContent;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/** Secrets of the maximum size, larger ones, and unavailable ones. */
@ParameterizedClass
@MethodSource("io.jenkins.plugins.treenq.buildkit.Daemon#all")
class SecretSizeTest {
    @Parameter
    Daemon daemon;

    @TempDir
    Path folder;

    private String build(Secrets secrets) throws Exception {
        Builds.dockerfile(
                folder, "FROM busybox\nRUN --mount=type=secret,id=it,required=true wc -c < /run/secrets/it\n");
        SessionContent content = Builds.content(folder, daemon.logins());
        Builds.Log log = new Builds.Log();
        try (BuildkitClient client = BuildkitClient.connect(daemon.endpoint())) {
            client.build(
                    Builds.request().option("no-cache", "").build(),
                    new SessionContent(content.locals(), content.logins(), secrets, ""),
                    log);
        }
        return log.toString();
    }

    private String failure(Secrets secrets) {
        return assertThrows(BuildkitException.BuildFailedException.class, () -> build(secrets))
                .getMessage();
    }

    @Test
    void theLargestAllowedSecretIsSentAndALargerOneIsReported() throws Exception {
        assertTrue(build(id -> Optional.of(new byte[Secrets.MAX_BYTES])).contains("512000"));
        String line = failure(id -> Optional.of(new byte[Secrets.MAX_BYTES + 1]));
        assertTrue(line.contains("secret it has 512001 bytes; a build can be given secrets of at most 512000"), line);
    }

    @Test
    void theReasonOfAnUnavailableSecretIsReportedWithoutOtherDetails() {
        String line = failure(id -> {
            throw new IllegalStateException("the vault is closed");
        });
        assertTrue(line.contains("the vault is closed"), line);
        String other = failure(id -> {
            throw new UnsupportedOperationException("hunter2");
        });
        assertTrue(other.contains("the client failed to answer the request"), other);
        assertFalse(other.contains("hunter2"), other);
    }
}
