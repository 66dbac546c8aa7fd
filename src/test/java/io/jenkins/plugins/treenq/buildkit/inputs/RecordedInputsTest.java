// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.inputs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.jenkins.plugins.treenq.buildkit.BuildListener;
import io.jenkins.plugins.treenq.buildkit.BuildRequest;
import io.jenkins.plugins.treenq.buildkit.BuildkitException;
import io.jenkins.plugins.treenq.buildkit.Daemon;
import io.jenkins.plugins.treenq.buildkit.Digest;
import io.jenkins.plugins.treenq.buildkit.ImageName;
import io.jenkins.plugins.treenq.buildkit.LocalSource;
import io.jenkins.plugins.treenq.buildkit.client.BuildkitClient;
import io.jenkins.plugins.treenq.buildkit.client.Builds;
import io.jenkins.plugins.treenq.buildkit.images.ImageDescription;
import io.jenkins.plugins.treenq.buildkit.images.ImageRegistry;
import io.jenkins.plugins.treenq.buildkit.registry.RegistryConnection;
import io.jenkins.plugins.treenq.buildkit.session.SessionContent;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/** The hash in an image that a real daemon built. */
@ParameterizedClass
@MethodSource("io.jenkins.plugins.treenq.buildkit.Daemon#all")
class RecordedInputsTest {
    @Parameter
    Daemon daemon;

    @TempDir
    Path folder;

    private ImageRegistry images;

    @BeforeEach
    void open() throws Exception {
        images = new ImageRegistry(
                daemon.logins(),
                Map.of(
                        daemon.registry(),
                        RegistryConnection.builder().caPem(daemon.caPem()).build()));
    }

    @AfterEach
    void close() {
        images.close();
    }

    private ImageName image(String name) {
        return ImageName.parse(daemon.registry() + "/inputs/" + name + "-" + daemon.version() + ":1");
    }

    private BuildRequest.Builder request(ImageName image) {
        return Builds.request(Builds.push(image.toString())).option("platform", "linux/amd64,linux/arm64");
    }

    private void build(BuildRequest request) throws Exception {
        try (BuildkitClient client = BuildkitClient.connect(daemon.endpoint())) {
            client.build(request, Builds.content(folder, daemon.logins()), BuildListener.NONE);
        }
    }

    private BuildInputs inputs(ImageName image) throws Exception {
        BuildInputs inputs = BuildInputs.of(
                request(image).build(),
                Builds.content(folder, daemon.logins()).locals(),
                null,
                images,
                Map.of("daemon", daemon.version()));
        assertEquals("", inputs.obstacle());
        return inputs;
    }

    /** Builds as if an image with the inputs did not exist. */
    private Digest build(BuildInputs inputs, ImageName image) throws Exception {
        try (BuildkitClient client = BuildkitClient.connect(daemon.endpoint())) {
            return client.build(
                            inputs.recordedIn(request(image).build()),
                            Builds.content(folder, daemon.logins()).withLocals(inputs.locals()),
                            BuildListener.NONE)
                    .digest()
                    .orElseThrow();
        }
    }

    private void fillContext() throws Exception {
        Builds.dockerfile(folder, "FROM scratch\nCOPY . /\n");
        Files.writeString(folder.resolve(".dockerignore"), "Dockerfile\n.dockerignore\n*.log\n");
        Files.createDirectories(folder.resolve("src"));
        Files.writeString(folder.resolve("src/file"), UUID.randomUUID().toString());
        Files.writeString(folder.resolve("src/other"), UUID.randomUUID().toString());
    }

    /** In each case, another branch of the Pipeline changes the workspace before the daemon fetches it. */
    @Test
    void anImageIsNeverBuiltFromOtherFilesThanTheHashCovers() throws Exception {
        fillContext();
        ImageName image = image("raced");
        Path file = folder.resolve("src/file");
        String content = Files.readString(file);

        BuildInputs changed = inputs(image);
        Files.writeString(file, UUID.randomUUID().toString());
        assertNotBuilt(changed, image);

        Files.writeString(file, content);
        BuildInputs deleted = inputs(image);
        assertEquals(changed.hash(), deleted.hash());
        Files.delete(file);
        assertNotBuilt(deleted, image);

        Files.writeString(file, content);
        BuildInputs moved = inputs(image);
        Files.move(folder.resolve("src"), folder.resolve("away"));
        assertNotBuilt(moved, image);

        assertEquals(Optional.empty(), images.resolve(image));
    }

    private void assertNotBuilt(BuildInputs inputs, ImageName image) {
        BuildkitException.ContextUnreadableException failure =
                assertThrows(BuildkitException.ContextUnreadableException.class, () -> build(inputs, image));
        assertTrue(failure.getMessage().startsWith("context file 'src/"), failure.getMessage());
        assertTrue(
                failure.getMessage().contains("' cannot be read: it was changed after the inputs of the build were"),
                failure.getMessage());
        assertFalse(failure.getMessage().contains("\n"), failure.getMessage());
    }

    @Test
    void anImageIsBuiltFromTheFilesThatTheHashCovers() throws Exception {
        fillContext();
        ImageName image = image("recorded");
        BuildInputs first = inputs(image);
        Digest expected = build(first, image);

        // Changed and changed back. The new modification time is not one of the inputs.
        Path file = folder.resolve("src/file");
        String content = Files.readString(file);
        BuildInputs inputs = inputs(image);
        Files.writeString(file, "other");
        Files.writeString(file, content);
        assertEquals(expected, build(inputs, image));

        List<Change> changes = List.of(
                () -> Files.writeString(folder.resolve("src/ignored.log"), "log"),
                () -> Files.writeString(folder.resolve("src/new"), "new"),
                () -> Files.delete(folder.resolve("src/new")),
                () -> Builds.dockerfile(folder, "FROM scratch\nCOPY src/file /other\n"),
                () -> Builds.dockerfile(folder, "FROM scratch\nCOPY . /\n"),
                () -> Files.writeString(folder.resolve(".dockerignore"), "src/file\n"),
                () -> Files.delete(folder.resolve(".dockerignore")),
                () -> Files.writeString(folder.resolve("Dockerfile.dockerignore"), "src/file\n"));
        for (int i = 0; i < changes.size(); i++) {
            changes.get(i).make();
            assertEquals(expected, build(inputs, image), "change " + i);
        }
        assertNotEquals(expected, build(inputs(image), image));
    }

    private interface Change {
        void make() throws Exception;
    }

    @Test
    void aNamedContextIsTheRecordedOne() throws Exception {
        ImageName image = image("named");
        Builds.dockerfile(folder, "FROM scratch\nCOPY --from=extra . /\n");
        Path extra = Files.createDirectory(folder.resolve("extra"));
        Files.writeString(extra.resolve("file"), UUID.randomUUID().toString());
        SessionContent content = Builds.content(folder, daemon.logins());
        Map<String, LocalSource> locals = new HashMap<>(content.locals());
        locals.put("extra", new LocalSource.Folder(extra));
        BuildRequest request =
                request(image).option("context:extra", "local:extra").build();
        BuildInputs inputs = BuildInputs.of(request, locals, null, images, Map.of());
        assertEquals("", inputs.obstacle());
        assertEquals(locals.keySet(), inputs.locals().keySet());

        Files.writeString(extra.resolve("file"), UUID.randomUUID().toString());
        try (BuildkitClient client = BuildkitClient.connect(daemon.endpoint())) {
            BuildkitException failure = assertThrows(
                    BuildkitException.ContextUnreadableException.class,
                    () -> client.build(
                            inputs.recordedIn(request), content.withLocals(inputs.locals()), BuildListener.NONE));
            assertTrue(failure.getMessage().startsWith("extra file 'file' cannot be read: "), failure.getMessage());
        }
    }

    /** The tags move after the inputs were compared. */
    @Test
    void anImageIsBuiltFromTheBaseImagesThatTheHashCovers() throws Exception {
        ImageName base = image("moving");
        ImageName frozen = image("frozen");
        ImageName image = image("pinned");
        List<Digest> made = new ArrayList<>();
        for (ImageName pushed : List.of(base, base, frozen)) {
            Builds.dockerfile(folder, "FROM scratch\nCOPY Dockerfile /\nLABEL number=" + made.size() + "\n");
            build(request(pushed).build());
            made.add(images.resolve(pushed).orElseThrow());
        }
        // As the name of a stage, of another image and of a named context. An image with a digest stays what it is.
        Builds.dockerfile(folder, """
                FROM %1$s
                COPY --from=%2$s /Dockerfile /from
                COPY --from=named /Dockerfile /named
                COPY --from=%1$s@%3$s /Dockerfile /digest
                """.formatted(base, frozen, made.get(0)));
        BuildRequest request = request(image)
                .option("context:named", "docker-image://" + frozen)
                .build();
        SessionContent content = Builds.content(folder, daemon.logins());
        BuildInputs inputs = BuildInputs.of(request, content.locals(), null, images, Map.of());
        assertEquals("", inputs.obstacle());
        Digest expected;
        try (BuildkitClient client = BuildkitClient.connect(daemon.endpoint())) {
            // The result with the names is that with the digests.
            expected = built(client, request, content);
            assertEquals(expected, built(client, inputs.usedIn(request), content));
            images.promote(frozen, List.of(base));
            assertNotEquals(expected, built(client, request, content));
            assertEquals(expected, built(client, inputs.usedIn(request), content));
        }
    }

    private static Digest built(BuildkitClient client, BuildRequest request, SessionContent content) throws Exception {
        return client.build(request.withNewRef(), content, BuildListener.NONE)
                .digest()
                .orElseThrow();
    }

    @Test
    void theRecordedHashMatchesUntilAFileOrBaseImageChanges() throws Exception {
        ImageName base = image("base");
        ImageName image = image("made");
        Builds.dockerfile(folder, "FROM scratch\nCOPY Dockerfile /\n");
        build(request(base).build());
        Builds.dockerfile(folder, "ARG BASE\nFROM $BASE\nCOPY file /\n".replace("ARG BASE", "ARG BASE=" + base));
        Files.writeString(folder.resolve("file"), "one");

        BuildInputs first = inputs(image);
        build(first.recordedIn(request(image).build()));
        ImageDescription made = images.inspect(image).orElseThrow();
        assertTrue(inputs(image).madeOf(made));

        Files.writeString(folder.resolve("file"), "two");
        assertFalse(inputs(image).madeOf(made));
        Files.writeString(folder.resolve("file"), "one");
        assertTrue(inputs(image).madeOf(made));

        images.promote(image, List.of(base));
        assertFalse(inputs(image).madeOf(made));
    }
}
