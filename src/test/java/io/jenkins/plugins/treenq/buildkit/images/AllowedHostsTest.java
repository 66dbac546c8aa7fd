// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.images;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.jenkins.plugins.treenq.buildkit.BuildkitException;
import io.jenkins.plugins.treenq.buildkit.Digest;
import io.jenkins.plugins.treenq.buildkit.images.FakeRegistry.Answer;
import io.jenkins.plugins.treenq.buildkit.registry.AllowedHosts;
import io.jenkins.plugins.treenq.buildkit.registry.HostNotAllowedException;
import io.jenkins.plugins.treenq.buildkit.registry.RegistryConnection;
import io.jenkins.plugins.treenq.buildkit.registry.RegistryConnections;
import io.jenkins.plugins.treenq.buildkit.registry.RegistryLogins;
import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Images and registries that try to make the client connect to hosts in its own network. */
@Timeout(300)
class AllowedHostsTest {
    private static final String REFUSAL = "is not in the list of allowed hosts; add it";

    private FakeRegistry registry;

    /** Another server in the network. */
    private FakeRegistry other;

    @BeforeEach
    void open() throws Exception {
        registry = FakeRegistry.tls();
        other = FakeRegistry.tls();
    }

    @AfterEach
    void close() {
        registry.close();
        other.close();
    }

    private ImageRegistry client(String... hosts) {
        return new ImageRegistry(
                RegistryLogins.NONE,
                new RegistryConnections(
                        Map.of(registry.host(), registry.connection(), other.host(), other.connection()),
                        RegistryConnection.DEFAULT),
                AllowedHosts.of(List.of(hosts), "add it"),
                FakeRegistry.SHORT_PAUSES);
    }

    private void assertRefused(String line) {
        try (ImageRegistry client = client(registry.host())) {
            assertEquals(
                    line,
                    assertThrows(
                                    BuildkitException.RegistryRefusedException.class,
                                    () -> client.inspect(registry.image("a/b:1")))
                            .getMessage());
        }
        assertEquals(List.of(), other.requests());
    }

    private String pointsTo() {
        return "registry " + registry.host() + " points to " + other.host() + ", which " + REFUSAL;
    }

    @Test
    void aRegistryThatIsNotListedIsNotConnectedTo() throws Exception {
        FakeImage.single(other, "a/b", "1");
        try (ImageRegistry client = client(registry.host())) {
            assertEquals(
                    "registry " + other.host() + " " + REFUSAL,
                    assertThrows(
                                    BuildkitException.RegistryRefusedException.class,
                                    () -> client.inspect(other.image("a/b:1")))
                            .getMessage());
        }
        assertEquals(List.of(), other.requests());
    }

    @Test
    void aRegistryCannotRedirectTheClientToAPrivateHost() throws Exception {
        FakeImage.single(registry, "a/b", "1");
        for (String part : List.of("/v2/", "/manifests/", "/blobs/")) {
            registry.rule(request -> request.path().contains(part)
                    ? Optional.of(Answer.of(307, "Location", other.url() + request.path()))
                    : Optional.empty());
            assertRefused(pointsTo());
        }
    }

    @Test
    void anUploadIsNotSentToAnotherHost() throws Exception {
        FakeImage.single(registry, "a/b", "1");
        registry.withoutMounts()
                .rule(request -> request.is("POST", "/blobs/uploads/")
                        ? Optional.of(Answer.of(202, "Location", other.url() + "/v2/a/c/blobs/uploads/1"))
                        : Optional.empty());
        try (ImageRegistry client = client(registry.host())) {
            String line = assertThrows(
                            BuildkitException.RegistryRefusedException.class,
                            () -> client.promote(registry.image("a/b:1"), List.of(registry.image("a/c:1"))))
                    .getMessage();
            assertTrue(line.endsWith(pointsTo()), line);
        }
        assertEquals(List.of(), other.requests());
    }

    @Test
    void aTokenIsNotRequestedFromAPrivateHost() throws Exception {
        FakeImage.single(registry, "a/b", "1");
        String realm = "Bearer realm=\"%s/token\",service=\"fake\"";
        registry.rule(request -> Optional.of(Answer.of(401, "WWW-Authenticate", realm.formatted(other.url()))));
        assertRefused("no token for " + registry.host() + " from " + other.host() + ": it " + REFUSAL);

        registry.rule(request -> Optional.of(
                request.path().equals("/token")
                        ? Answer.of(302, "Location", other.url() + "/token")
                        : Answer.of(401, "WWW-Authenticate", realm.formatted(registry.url()))));
        assertRefused("no token for " + registry.host() + " from " + registry.host() + ": it " + REFUSAL);
    }

    @Test
    void aRegistryMayRedirectToAllowedHosts() throws Exception {
        Digest digest = FakeImage.single(registry, "a/b", "1");
        other.contents.putAll(registry.contents);
        registry.rule(request -> request.path().contains("/blobs/")
                ? Optional.of(Answer.of(307, "Location", other.url() + request.path()))
                : Optional.empty());
        try (ImageRegistry client = client(registry.host(), other.host())) {
            assertEquals(
                    digest,
                    client.inspect(registry.image("a/b:1")).orElseThrow().digest());
        }
    }

    @Test
    void responsesOfOtherHostsAreNotReported() throws Exception {
        FakeImage.single(registry, "a/b", "1");
        registry.rule(request -> request.path().contains("/blobs/")
                ? Optional.of(Answer.of(307, "Location", "https://255.255.255.255" + request.path()))
                : Optional.empty());
        assertRefused("registry " + registry.host() + " redirected to another host, which did not return the content");
    }

    /** The proxy may resolve the name to a host in its own network. */
    @Test
    void aHostWhoseNameCannotBeResolvedIsNotPublic() throws Exception {
        FakeImage.single(registry, "a/b", "1");
        registry.rule(request -> request.path().contains("/blobs/")
                ? Optional.of(Answer.of(307, "Location", "https://internal.invalid" + request.path()))
                : Optional.empty());
        assertRefused("registry " + registry.host() + " points to internal.invalid, which " + REFUSAL);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "https://127.0.0.1/",
                "https://127.1.2.3/",
                "https://0.0.0.0/",
                "https://localhost/",
                "https://localhost./",
                "https://10.1.2.3/",
                "https://172.31.0.1/",
                "https://192.168.1.1/",
                "https://169.254.169.254/latest/meta-data/",
                "https://100.64.0.1/",
                "https://224.0.0.1/",
                "https://[::1]/",
                "https://[::]/",
                "https://[::ffff:127.0.0.1]/",
                "https://[::ffff:7f00:1]/",
                "https://[fd12:3456::1]/",
                "https://[fe80::1]/",
                "https://[64:ff9b::7f00:1]/",
                "https://192.0.2.1:8443/",
                "https://192.0.2.1:22/",
                "http://192.0.2.1/",
                "https://registry.example.com:444/",
                "http://registry.example.com:443/"
            })
    void privateNetworksAndOtherPortsAreNotPublic(String address) {
        AllowedHosts allowed = AllowedHosts.of(List.of("registry.example.com"), "add it");
        HostNotAllowedException failure = assertThrows(
                HostNotAllowedException.class, () -> allowed.check(URI.create(address), "registry.example.com"));
        assertEquals(REFUSAL, failure.getMessage());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "https://registry.example.com/v2/",
                "https://registry.example.com:443/v2/",
                "https://REGISTRY.example.com/v2/",
                "http://registry.example.com/v2/",
                "https://localhost:5000/v2/",
                "http://localhost:5000/v2/",
                "https://registry-1.docker.io/v2/",
                "https://192.0.2.1/blob",
                "https://[2001:db8::1]/blob"
            })
    void allowedAndPublicHostsAreConnectedTo(String address) {
        AllowedHosts allowed =
                AllowedHosts.of(List.of("registry.example.com", "localhost:5000", "docker.io"), "add it");
        assertDoesNotThrow(() -> allowed.check(URI.create(address), "registry.example.com"));
    }

    @Test
    void aRegistryOnAPublicHostMustBeAllowed() {
        AllowedHosts allowed = AllowedHosts.of(List.of(), "add it");
        assertThrows(
                HostNotAllowedException.class, () -> allowed.check(URI.create("https://192.0.2.1/v2/"), "192.0.2.1"));
        assertFalse(allowed.contains(URI.create("https://192.0.2.1/v2/")));
        assertTrue(AllowedHosts.ANY.contains(URI.create("https://192.0.2.1/v2/")));
    }
}
