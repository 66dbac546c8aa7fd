// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.images;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.jenkins.plugins.treenq.buildkit.BuildListener;
import io.jenkins.plugins.treenq.buildkit.BuildRequest;
import io.jenkins.plugins.treenq.buildkit.BuildkitException;
import io.jenkins.plugins.treenq.buildkit.Daemon;
import io.jenkins.plugins.treenq.buildkit.Digest;
import io.jenkins.plugins.treenq.buildkit.ImageName;
import io.jenkins.plugins.treenq.buildkit.Platform;
import io.jenkins.plugins.treenq.buildkit.client.BuildkitClient;
import io.jenkins.plugins.treenq.buildkit.client.Builds;
import io.jenkins.plugins.treenq.buildkit.images.ImageDescription.Attachment;
import io.jenkins.plugins.treenq.buildkit.images.ImageDescription.Variant;
import io.jenkins.plugins.treenq.buildkit.registry.RegistryConnection;
import io.jenkins.plugins.treenq.buildkit.registry.RegistryLogin;
import io.jenkins.plugins.treenq.buildkit.registry.RegistryLogins;
import io.jenkins.plugins.treenq.buildkit.registry.TokenRegistry;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/** Real registries, with images that BuildKit built. */
@ParameterizedClass
@MethodSource("io.jenkins.plugins.treenq.buildkit.Daemon#all")
@Timeout(300)
class RegistriesTest {
    @Parameter
    Daemon daemon;

    @TempDir
    Path folder;

    private ImageRegistry images;

    @BeforeEach
    void open() throws Exception {
        images = new ImageRegistry(daemon.logins(), connections());
    }

    @AfterEach
    void close() {
        images.close();
    }

    private Map<String, RegistryConnection> connections() throws Exception {
        return Map.of(
                daemon.registry(),
                RegistryConnection.builder().caPem(daemon.caPem()).build());
    }

    private ImageName image(String name) {
        return ImageName.parse(daemon.registry() + "/images/" + name + "-" + daemon.version() + ":1");
    }

    private Digest build(ImageName image, String dockerfile, BuildRequest.Builder request) throws Exception {
        try (BuildkitClient client = BuildkitClient.connect(daemon.endpoint())) {
            return client.build(
                            request.build(),
                            Builds.content(Builds.dockerfile(folder, dockerfile), daemon.logins()),
                            BuildListener.NONE)
                    .digest()
                    .orElseThrow();
        }
    }

    private static BuildRequest.Builder pushed(ImageName image) {
        return Builds.request(Builds.push(image.toString()));
    }

    @Test
    void anExistingTagIsResolvedAndAMissingTagIsEmpty() throws Exception {
        ImageName image = image("resolve");
        Digest digest = build(image, "FROM scratch\nCOPY Dockerfile /\n", pushed(image));
        assertEquals(Optional.of(digest), images.resolve(image));
        assertEquals(Optional.of(digest), images.resolve(ImageName.parse(image.at(digest))));
        assertEquals(Optional.empty(), images.resolve(ImageName.parse(image.name() + ":other")));
        assertEquals(Optional.empty(), images.inspect(image("no-such-repository")));
    }

    @Test
    void platformsLabelsSizesAndProvenanceAreRead() throws Exception {
        ImageName image = image("inspect");
        Digest digest = build(
                image,
                "FROM busybox\nCOPY Dockerfile /\n",
                pushed(image)
                        .option("platform", "linux/amd64,linux/arm64")
                        .option("label:team", "shop")
                        .option("attest:provenance", "mode=max"));
        ImageDescription description = images.inspect(image).orElseThrow();
        assertEquals(digest, description.digest());
        assertEquals("application/vnd.oci.image.index.v1+json", description.mediaType());
        assertEquals(
                List.of(Platform.parse("linux/amd64"), Platform.parse("linux/arm64")),
                description.variants().stream().map(Variant::platform).toList());
        assertEquals("shop", description.labels().get("team"));
        assertEquals(Instant.ofEpochSecond(1700000000), description.created());
        assertTrue(description.variants().get(0).sizeBytes() > 500_000);
        assertEquals(2, description.attachments().size());
        assertTrue(description.attachments().stream().allMatch(Attachment::isProvenance));

        Variant arm = description.variants().get(1);
        ImageDescription alone =
                images.inspect(ImageName.parse(image.at(arm.digest()))).orElseThrow();
        assertEquals(List.of(arm), alone.variants());
        assertEquals("application/vnd.oci.image.manifest.v1+json", alone.mediaType());
    }

    @Test
    void dockersMediaTypesAreSupported() throws Exception {
        ImageName image = image("docker");
        build(
                image,
                "FROM busybox\nLABEL a=b\n",
                Builds.request(new io.jenkins.plugins.treenq.buildkit.Export(
                        "image", Map.of("name", image.toString(), "push", "true", "oci-mediatypes", "false"))));
        ImageDescription description = images.inspect(image).orElseThrow();
        assertEquals("application/vnd.docker.distribution.manifest.v2+json", description.mediaType());
        assertEquals("b", description.labels().get("a"));
    }

    @Test
    void aWrongLoginIsRefused() throws Exception {
        RegistryLogins wrong = host -> Optional.of(new RegistryLogin("treenq", "wrong-secret"));
        try (ImageRegistry stranger = new ImageRegistry(wrong, connections())) {
            assertEquals(
                    "registry " + daemon.registry() + " does not allow reading "
                            + image("x").repository()
                            + " to user 'treenq' (HTTP 401, UNAUTHORIZED: authentication required)",
                    assertThrows(BuildkitException.RegistryRefusedException.class, () -> stranger.inspect(image("x")))
                            .getMessage());
        }
    }

    @Test
    void aTokenForReadingHasTheScopeOfOneRepository() throws Exception {
        try (TokenRegistry registry = new TokenRegistry(folder)) {
            ImageName image = ImageName.parse(registry.host() + "/app/web:1");
            Map<String, RegistryConnection> plain = Map.of(
                    registry.host(),
                    RegistryConnection.builder().plainHttp(true).build());
            RegistryLogins app = host -> Optional.of(new RegistryLogin("app", "secret-app"));
            try (ImageRegistry reader = new ImageRegistry(app, plain)) {
                assertEquals(Optional.empty(), reader.resolve(image));
                assertEquals(Optional.empty(), reader.resolve(image));
                assertEquals(1, registry.requests().size());
                assertEquals(
                        "repository:app/web:pull", registry.requests().get(0).first("scope"));
                String line = assertThrows(
                                BuildkitException.RegistryRefusedException.class,
                                () -> reader.resolve(ImageName.parse(registry.host() + "/other/web:1")))
                        .getMessage();
                assertTrue(
                        line.startsWith("registry " + registry.host()
                                + " does not allow reading other/web to user 'app' (HTTP 401"),
                        line);
            }
            RegistryLogins wrong = host -> Optional.of(new RegistryLogin("app", "wrong"));
            try (ImageRegistry stranger = new ImageRegistry(wrong, plain)) {
                String line = assertThrows(
                                BuildkitException.RegistryRefusedException.class, () -> stranger.resolve(image))
                        .getMessage();
                assertTrue(line.startsWith("no token for " + registry.host() + " from localhost:"), line);
                assertTrue(line.endsWith(": it refused the login (HTTP 401)"), line);
            }
            try (ImageRegistry careful = new ImageRegistry(app, Map.of())) {
                assertThrows(BuildkitException.RegistryRefusedException.class, () -> careful.resolve(image));
            }
        }
    }

    private ImageName promotable(String name) throws Exception {
        ImageName image = image(name);
        build(
                image,
                "FROM busybox\nCOPY Dockerfile /\n",
                pushed(image).option("platform", "linux/amd64,linux/arm64").option("attest:provenance", "mode=max"));
        return image;
    }

    /** A client with all permissions in Debian's registry and in another one without TLS. */
    private ImageRegistry both(String other, RegistryLogin login) throws Exception {
        RegistryLogins own = daemon.logins();
        RegistryLogins logins = host -> host.equals(other) ? Optional.ofNullable(login) : own.find(host);
        return new ImageRegistry(
                logins,
                Map.of(
                        daemon.registry(),
                        connections().get(daemon.registry()),
                        other,
                        RegistryConnection.builder().plainHttp(true).build()));
    }

    private static void assertSame(ImageRegistry client, ImageName one, ImageName other) throws Exception {
        assertEquals(client.inspect(one).orElseThrow(), client.inspect(other).orElseThrow());
    }

    @Test
    void anImageIsPromotedWithinARegistry() throws Exception {
        ImageName image = promotable("promote");
        ImageName stable = ImageName.parse(image.name() + ":stable");
        ImageName elsewhere = ImageName.parse(image("promoted").name() + ":stable");
        Digest digest = images.promote(image, List.of(stable, elsewhere));
        assertEquals(Optional.of(digest), images.resolve(stable));
        assertSame(images, image, elsewhere);
    }

    @Test
    void anImageIsPromotedToAnotherRegistryImplementation() throws Exception {
        try (CraneRegistry crane = new CraneRegistry(folder);
                ImageRegistry client = both(crane.host(), null)) {
            ImageName image = promotable("to-crane");
            ImageName there = ImageName.parse(crane.host() + "/x/y:stable");
            ImageName back = ImageName.parse(image("from-crane").name() + ":stable");
            Digest digest = client.promote(image, List.of(there));
            assertEquals(Optional.of(digest), client.resolve(there));
            assertEquals(digest, client.promote(there, List.of(back, ImageName.parse(crane.host() + "/z:1"))));
            assertSame(client, image, back);
            assertEquals(
                    client.inspect(image).orElseThrow().variants(),
                    client.inspect(ImageName.parse(crane.host() + "/z:1"))
                            .orElseThrow()
                            .variants());
        }
    }

    @Test
    void tokensHaveOnlyTheNecessaryScopes() throws Exception {
        try (TokenRegistry registry = new TokenRegistry(folder);
                ImageRegistry all = both(registry.host(), new RegistryLogin("all", "secret-all"));
                ImageRegistry app = both(registry.host(), new RegistryLogin("app", "secret-app"))) {
            ImageName image = promotable("to-tokens");
            ImageName there = ImageName.parse(registry.host() + "/app/web:1");
            all.promote(image, List.of(there));
            assertSame(all, image, there);
            all.promote(there, List.of(ImageName.parse(registry.host() + "/other/web:1")));
            assertEquals(
                    List.of(
                            "repository:app/web:pull,push",
                            "repository:app/web:pull",
                            "repository:other/web:pull,push",
                            "repository:other/web:pull,push repository:app/web:pull"),
                    registry.requests().stream()
                            .map(request -> request.first("scope"))
                            .distinct()
                            .toList());

            app.promote(there, List.of(ImageName.parse(registry.host() + "/app/copy:1")));
            String line = assertThrows(
                            BuildkitException.RegistryRefusedException.class,
                            () -> app.promote(there, List.of(ImageName.parse(registry.host() + "/other/copy:1"))))
                    .getMessage();
            assertTrue(
                    line.startsWith("promoting " + there + " failed, nothing was tagged: registry " + registry.host()
                            + " does not allow "),
                    line);
        }
    }
}
