// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.jenkins.plugins.treenq.buildkit.BuildRequest;
import io.jenkins.plugins.treenq.buildkit.BuildkitException;
import io.jenkins.plugins.treenq.buildkit.Daemon;
import io.jenkins.plugins.treenq.buildkit.ImageName;
import io.jenkins.plugins.treenq.buildkit.client.BuildkitClient;
import io.jenkins.plugins.treenq.buildkit.client.Builds;
import io.jenkins.plugins.treenq.buildkit.registry.RegistryConnection;
import io.jenkins.plugins.treenq.buildkit.registry.RegistryConnections;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What changes between the comparison of the inputs and the build on a real daemon, without a Jenkins. */
class SkipIfUnchangedTaskTest {
    private static final String BEGINNING = "Building";

    @TempDir
    Path folder;

    private final Daemon daemon = Daemon.first();
    private ImageName image;

    @BeforeEach
    void fill() throws IOException {
        image = ImageName.parse(daemon.registry() + "/skip-task-" + UUID.randomUUID() + ":1");
        Builds.dockerfile(folder, "FROM scratch\nCOPY . /\n");
        Files.writeString(folder.resolve("file"), UUID.randomUUID().toString());
    }

    private interface Change {
        void make() throws IOException;
    }

    /** @param change what a parallel branch does between the comparison and the build */
    private BuildOutcome run(Change change) throws Exception {
        RegistryConnections connections = new RegistryConnections(
                Map.of(
                        daemon.registry(),
                        RegistryConnection.builder().caPem(daemon.caPem()).build()),
                RegistryConnection.DEFAULT);
        Console console = new Console(
                line -> {
                    if (line.equals(BEGINNING)) {
                        try {
                            change.make();
                        } catch (IOException e) {
                            throw new UncheckedIOException(e);
                        }
                    }
                },
                UnaryOperator.identity(),
                null,
                "");
        BuildRequest request = Builds.request(Builds.push(image.toString())).build();
        try (BuildkitClient client = BuildkitClient.connect(daemon.endpoint())) {
            return new SkipIfUnchangedTask(new BuildTask(false, connections), List.of(image), connections, BEGINNING)
                    .on(client, request, Builds.content(folder, daemon.logins()), console)
                    .get(5, TimeUnit.MINUTES);
        }
    }

    @Test
    void anImageIsNotBuiltFromOtherFilesThanTheComparedOnes() throws Exception {
        ExecutionException failure = assertThrows(
                ExecutionException.class, () -> run(() -> Files.writeString(folder.resolve("file"), "other")));

        BuildkitException cause =
                assertInstanceOf(BuildkitException.ContextUnreadableException.class, failure.getCause());
        assertTrue(
                cause.getMessage().startsWith("context file 'file' cannot be read: it was changed after the inputs"),
                cause.getMessage());
        assertNotNull(run(() -> {}).built());
    }

    @Test
    void aBuildWithTheComparedFilesIsSkippedLater() throws Exception {
        FinishedBuild built = run(() -> Files.writeString(folder.resolve("new"), "not in the image"))
                .built();
        Files.delete(folder.resolve("new"));
        ImageName first = image;
        image = ImageName.parse(daemon.registry() + "/skip-task-" + UUID.randomUUID() + ":1");
        assertEquals(run(() -> {}).built().result().digest(), built.result().digest());
        image = first;

        BuildOutcome skipped = run(() -> {
            throw new AssertionError("the image is built again");
        });

        assertEquals(null, skipped.built());
        assertNotNull(skipped.unchanged());
    }
}
