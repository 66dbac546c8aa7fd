// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.inputs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.jenkins.plugins.treenq.buildkit.BuildListener;
import io.jenkins.plugins.treenq.buildkit.BuildRequest;
import io.jenkins.plugins.treenq.buildkit.Daemon;
import io.jenkins.plugins.treenq.buildkit.ImageName;
import io.jenkins.plugins.treenq.buildkit.client.BuildkitClient;
import io.jenkins.plugins.treenq.buildkit.client.Builds;
import io.jenkins.plugins.treenq.buildkit.images.ImageDescription;
import io.jenkins.plugins.treenq.buildkit.images.ImageRegistry;
import io.jenkins.plugins.treenq.buildkit.registry.RegistryConnection;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
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
