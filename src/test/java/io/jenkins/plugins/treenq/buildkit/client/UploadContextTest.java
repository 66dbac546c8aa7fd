// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.jenkins.plugins.treenq.buildkit.BuildListener;
import io.jenkins.plugins.treenq.buildkit.BuildRequest;
import io.jenkins.plugins.treenq.buildkit.BuildkitException;
import io.jenkins.plugins.treenq.buildkit.Daemon;
import io.jenkins.plugins.treenq.buildkit.session.Secrets;
import io.jenkins.plugins.treenq.buildkit.session.SessionContent;
import io.jenkins.plugins.treenq.buildkit.session.Upload;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/** A context that is an archive, streamed to the daemon. */
@ParameterizedClass
@MethodSource("io.jenkins.plugins.treenq.buildkit.Daemon#all")
class UploadContextTest {
    private static final int LARGE_BYTES = 16 << 20;

    @Parameter
    Daemon daemon;

    @TempDir
    Path folder;

    private String image(String tag) {
        return daemon.registry() + "/client/upload-" + daemon.version() + ":" + tag;
    }

    private SessionContent uploads(Map<String, Upload> uploads) throws IOException {
        return new SessionContent(Map.of(), daemon.logins(), Secrets.NONE, Map.of(), Map.of(), Map.of(), uploads, "");
    }

    private String digest(BuildRequest.Builder request, SessionContent content) throws Exception {
        try (BuildkitClient client = BuildkitClient.connect(daemon.endpoint())) {
            return client.build(request.build(), content, BuildListener.NONE)
                    .digest()
                    .orElseThrow()
                    .value();
        }
    }

    /** Streams the folder as an archive while tar creates it. */
    private Upload tar() {
        return () -> {
            Process tar = new ProcessBuilder(
                            "tar", "-C", folder.toString(), "--owner=0", "--group=0", "--numeric-owner", "-cz", ".")
                    .redirectError(ProcessBuilder.Redirect.INHERIT)
                    .start();
            return tar.getInputStream();
        };
    }

    @Test
    void anArchiveAndItsFolderResultInTheSameImage() throws Exception {
        Assumptions.assumeTrue(Files.isExecutable(Path.of("/usr/bin/tar")), "needs tar");
        Builds.dockerfile(folder, "FROM busybox\nCOPY tree /tree\nRUN find /tree | sort > /list\n");
        Path tree = Files.createDirectories(folder.resolve("tree/empty")).getParent();
        byte[] bytes = new byte[LARGE_BYTES];
        new Random(daemon.version().hashCode()).nextBytes(bytes);
        Files.write(tree.resolve("large"), bytes);
        Files.writeString(tree.resolve("umläut"), "text");
        Files.writeString(tree.resolve("program"), "#!/bin/sh\n");
        Files.setPosixFilePermissions(tree.resolve("program"), PosixFilePermissions.fromString("rwxr-x--x"));
        Files.createSymbolicLink(tree.resolve("link"), Path.of("program"));
        String fromFolder =
                digest(Builds.request(Builds.push(image("folder"))), Builds.content(folder, daemon.logins()));
        String fromArchive = digest(
                Builds.request(Builds.push(image("archive"))).option("context", Upload.address("the-context")),
                uploads(Map.of("the-context", tar())));
        assertEquals(fromFolder, fromArchive);
    }

    @Test
    void aFailingStreamFailsTheBuildAndIsNamed() {
        InputStream broken = new InputStream() {
            private int count;

            @Override
            public int read() throws IOException {
                if (++count > 100_000) {
                    throw new IOException("the disk went away");
                }
                return count;
            }
        };
        BuildkitException failure = assertThrows(
                BuildkitException.class,
                () -> digest(
                        Builds.request().option("context", Upload.address("broken")),
                        uploads(Map.of("broken", () -> broken))));
        assertTrue(
                failure.getMessage().contains(Upload.address("broken") + " cannot be read: the disk went away"),
                failure.getMessage());
    }

    @Test
    void anUnknownUploadCannotBeRead() {
        BuildkitException failure = assertThrows(
                BuildkitException.class,
                () -> digest(
                        Builds.request().option("context", Upload.address("other")),
                        uploads(Map.of("known", InputStream::nullInputStream))));
        assertTrue(
                failure.getMessage().contains("there is no upload at " + Upload.address("other")),
                failure.getMessage());
    }
}
