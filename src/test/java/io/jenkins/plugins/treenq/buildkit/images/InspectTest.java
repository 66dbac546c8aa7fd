// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.images;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.jenkins.plugins.treenq.buildkit.BuildkitException;
import io.jenkins.plugins.treenq.buildkit.Digest;
import io.jenkins.plugins.treenq.buildkit.ImageName;
import io.jenkins.plugins.treenq.buildkit.Platform;
import io.jenkins.plugins.treenq.buildkit.images.FakeRegistry.Answer;
import io.jenkins.plugins.treenq.buildkit.images.FakeRegistry.Request;
import io.jenkins.plugins.treenq.buildkit.images.ImageDescription.Attachment;
import io.jenkins.plugins.treenq.buildkit.images.ImageDescription.Variant;
import io.jenkins.plugins.treenq.buildkit.registry.RegistryConnection;
import io.jenkins.plugins.treenq.buildkit.registry.RegistryLogins;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Inspection of images in a registry whose responses are partly invalid. */
@Timeout(300)
class InspectTest {
    private static final String MANIFESTS = "/v2/a/b/manifests/";

    private FakeRegistry registry;
    private ImageRegistry client;

    @BeforeEach
    void open() throws Exception {
        registry = FakeRegistry.tls();
        client = FakeRegistry.client(registry);
    }

    @AfterEach
    void close() {
        client.close();
        registry.close();
    }

    private ImageName image() {
        return registry.image("a/b:1");
    }

    private ImageDescription inspect() throws Exception {
        return client.inspect(image()).orElseThrow();
    }

    /** Returns the error message of all ways to inspect the image, which names the registry. */
    private String refusal() {
        String line = assertThrows(BuildkitException.RegistryRefusedException.class, () -> client.inspect(image()))
                .getMessage();
        assertTrue(line.contains(registry.host()), line);
        assertFalse(line.contains("\n") || line.contains(FakeRegistry.LOGIN.secret()), line);
        return line.replace("registry " + registry.host() + " ", "").replace(registry.host() + "/", "");
    }

    /** Returns the error message of resolving the digest. */
    private String resolveRefusal() {
        return assertThrows(BuildkitException.RegistryRefusedException.class, () -> client.resolve(image()))
                .getMessage()
                .replace(registry.host() + "/", "");
    }

    @Test
    void anIndexIsDescribedCompletely() throws Exception {
        Digest digest = FakeImage.index(registry, "a/b", "1");
        ImageDescription description = inspect();
        assertEquals(digest, description.digest());
        assertEquals(MediaTypes.INDEX, description.mediaType());
        assertEquals(
                List.of("linux/amd64", "linux/arm64"),
                description.variants().stream()
                        .map(variant -> variant.platform().toString())
                        .toList());
        assertEquals(Instant.parse("2026-01-02T03:04:05.6Z"), description.created());
        assertEquals(Map.of("team", "shop"), description.labels());
        assertEquals(
                Map.of("team", "shop", "only", "arm64"),
                description.variants().get(1).labels());
        assertEquals(
                description.variants().stream().mapToLong(Variant::sizeBytes).sum(), description.sizeBytes());
        Attachment provenance = description.attachments().get(0);
        assertEquals(description.variants().get(0).digest(), provenance.subject());
        assertEquals(Set.of("https://slsa.dev/provenance/v1"), provenance.predicateTypes());
        assertTrue(description.hasProvenance());
        assertFalse(description.hasSbom());
    }

    /** An image without layers. Not every tool writes an empty list for it. */
    @ParameterizedTest
    @ValueSource(strings = {"", ",\"layers\":null", ",\"layers\":[]"})
    void anImageWithoutLayersIsInspected(String layers) throws Exception {
        String config = FakeImage.config(registry, "a/b", "amd64");
        Digest digest = registry.manifest(
                "a/b", "1", MediaTypes.MANIFEST, "{\"schemaVersion\":2,\"config\":" + config + layers + "}");
        ImageDescription description = inspect();
        assertEquals(digest, description.digest());
        assertEquals("linux/amd64", description.variants().get(0).platform().toString());
    }

    @Test
    void thePlatformOfASingleImageComesFromItsConfiguration() throws Exception {
        Digest digest = FakeImage.single(registry, "a/b", "1");
        ImageDescription description = inspect();
        assertEquals(digest, description.digest());
        assertEquals(1, description.variants().size());
        assertEquals(
                Platform.parse("linux/amd64"), description.variants().get(0).platform());
        assertEquals(digest, description.variants().get(0).digest());
        assertFalse(description.hasProvenance());
    }

    @Test
    void resolvingUsesAHeadRequest() throws Exception {
        Digest digest = FakeImage.single(registry, "a/b", "1");
        assertEquals(Optional.of(digest), client.resolve(image()));
        assertEquals(List.of("GET /v2/", "HEAD " + MANIFESTS + "1"), asked());
    }

    private List<String> asked() {
        return registry.requests().stream()
                .map(request -> request.method() + " " + request.path())
                .toList();
    }

    @Test
    void resolvingReadsTheManifestIfTheDigestHeaderIsMissing() throws Exception {
        Digest digest = FakeImage.single(registry, "a/b", "1");
        registry.rule(request -> request.method().equals("HEAD")
                ? Optional.of(Answer.of(200, "Content-Type", MediaTypes.MANIFEST))
                : Optional.empty());
        assertEquals(Optional.of(digest), client.resolve(image()));
    }

    @Test
    void aMissingImageIsEmpty() throws Exception {
        assertEquals(Optional.empty(), client.resolve(image()));
        assertEquals(Optional.empty(), client.inspect(image()));
        assertEquals(Optional.empty(), client.inspect(registry.image("a/b@" + FakeRegistry.sha256(new byte[0]))));
    }

    @Test
    void theDigestTakesPrecedenceOverTheTag() throws Exception {
        Digest old = FakeImage.image(registry, "a/b", "1", "arm64", new byte[1]);
        FakeImage.single(registry, "a/b", "1");
        assertEquals(Optional.of(old), client.resolve(registry.image("a/b:1@" + old)));
        assertEquals(
                old,
                client.inspect(registry.image("a/b:1@" + old)).orElseThrow().digest());
    }

    @Test
    void aMissingVariantHasItsPlatformAndDigestOnly() throws Exception {
        Digest missing = FakeRegistry.sha256(new byte[3]);
        registry.manifest("a/b", "1", MediaTypes.DOCKER_LIST, """
                {"schemaVersion":2,"manifests":[{"mediaType":"%s","digest":"%s","size":3,\
                "platform":{"os":"linux","architecture":"arm","variant":"v7"}}]}""".formatted(MediaTypes.DOCKER_MANIFEST, missing));
        Variant variant = inspect().variants().get(0);
        assertEquals(Platform.parse("linux/arm/v7"), variant.platform());
        assertNull(variant.created());
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void referrersAreFoundByTheApiAndByTheTag(boolean api) throws Exception {
        Digest index = FakeImage.index(registry, "a/b", "1");
        Digest variant = inspect().variants().get(1).digest();
        String sbom = FakeImage.referrer(registry, "a/b", variant, "application/spdx+json");
        String signature = FakeImage.referrer(registry, "a/b", index, "application/vnd.cncf.notary.signature");
        if (!api) {
            registry.withoutReferrers();
            registry.manifest(
                    "a/b", PullRepository.referrersTag(variant), MediaTypes.INDEX, FakeRegistry.index(List.of(sbom)));
            registry.manifest(
                    "a/b",
                    PullRepository.referrersTag(index),
                    MediaTypes.INDEX,
                    FakeRegistry.index(List.of(signature)));
        }
        ImageDescription description = inspect();
        assertEquals(3, description.attachments().size());
        assertTrue(description.hasSbom());
        assertTrue(description.attachments().stream()
                .anyMatch(found -> found.subject().equals(index)
                        && found.artifactType().equals("application/vnd.cncf.notary.signature")));
    }

    @Test
    void referrersAreReadPageByPageUpToALimit() throws Exception {
        Digest image = FakeImage.single(registry, "a/b", "1");
        String one = FakeImage.referrer(registry, "a/b", image, "application/one");
        String two = FakeImage.referrer(registry, "a/b", image, "application/two");
        String next = "/v2/a/b/referrers/" + image + "?page=";
        AtomicInteger end = new AtomicInteger(2);
        registry.rule(request -> {
            if (!request.path().contains("/referrers/")) {
                return Optional.empty();
            }
            int page = request.query().isEmpty()
                    ? 1
                    : Integer.parseInt(request.query().substring(5));
            String body = FakeRegistry.index(List.of(page == 1 ? one : two));
            return Optional.of(
                    page < end.get()
                            ? Answer.text(
                                    200,
                                    body,
                                    "Content-Type",
                                    MediaTypes.INDEX,
                                    "Link",
                                    "<" + next + (page + 1) + ">; rel=\"next\"")
                            : Answer.text(200, body, "Content-Type", MediaTypes.INDEX));
        });
        assertEquals(
                Set.of("application/one", "application/two"),
                Set.copyOf(inspect().attachments().stream()
                        .map(Attachment::artifactType)
                        .toList()));
        end.set(Integer.MAX_VALUE);
        assertEquals("a/b@" + image + " cannot be read: too many manifests refer to it", refusal());
    }

    @Test
    void contentWithAnotherDigestIsRefused() throws Exception {
        Digest digest = FakeImage.single(registry, "a/b", "1");
        Digest other = FakeRegistry.sha256(new byte[0]);
        registry.rule(request -> request.path().equals(MANIFESTS + "1")
                ? Optional.of(Answer.of(
                        200,
                        registry.contents.get("a/b/manifests/1").bytes(),
                        "Content-Type",
                        MediaTypes.MANIFEST,
                        "Docker-Content-Digest",
                        other.value()))
                : Optional.empty());
        assertEquals(
                "a/b:1 cannot be read: the received content has the digest " + digest + ", so it is refused",
                refusal());

        registry.contents.put("a/b/manifests/" + other, registry.contents.get("a/b/manifests/1"));
        String line = assertThrows(
                        BuildkitException.RegistryRefusedException.class,
                        () -> client.inspect(registry.image("a/b@" + other)))
                .getMessage();
        assertTrue(line.endsWith("the received content has the digest " + digest + ", so it is refused"), line);
        line = assertThrows(
                        BuildkitException.RegistryRefusedException.class,
                        () -> client.resolve(registry.image("a/b@" + other)))
                .getMessage();
        assertTrue(line.endsWith("the registry returned " + digest + " instead"), line);
    }

    @Test
    void aConfigurationThatWasChangedIsRefused() throws Exception {
        FakeImage.single(registry, "a/b", "1");
        registry.contents.replaceAll((key, content) ->
                key.contains("/blobs/") ? new FakeRegistry.Content(content.type(), new byte[] {'{', '}'}) : content);
        assertTrue(
                refusal().endsWith(" has the digest " + FakeRegistry.sha256("{}".getBytes()) + ", so it is refused"));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            text/html                                                | <html/>                                          | its content type text/html is not that of a manifest
            application/vnd.docker.distribution.manifest.v1+prettyjws | {"schemaVersion":1}                              | it has Docker's old format, schema 1, which cannot be trusted; push the image again with a current tool
            application/json                                         | {"schemaVersion":1}                              | it has Docker's old format, schema 1, which cannot be trusted; push the image again with a current tool
            application/json                                         | {"schemaVersion":2}                              | it does not state its media type
            application/vnd.oci.image.index.v1+json                  | {"layers":[]}                                    | it is not of the type that it states, application/vnd.oci.image.index.v1+json
            application/vnd.oci.image.index.v1+json                  | {"manifests":[],"layers":[]}                     | it is both an index and a manifest
            application/vnd.oci.image.index.v1+json                  | {"manifests":[],"mediaType":"application/vnd.oci.image.manifest.v1+json"} | its content type is application/vnd.oci.image.index.v1+json, but it states the media type application/vnd.oci.image.manifest.v1+json
            application/vnd.oci.image.index.v1+json                  | []                                               | it is not a JSON object
            application/vnd.oci.image.index.v1+json                  | {"manifests":7}                                  | its 'manifests' is not a list
            application/vnd.oci.image.index.v1+json                  | {"manifests":[{"digest":"sha256:1","size":1}]}   | not a digest: sha256:1
            application/vnd.oci.image.manifest.v1+json               | {"layers":[{"size":-5}]}                         | it has a descriptor with the invalid size -5
            application/vnd.oci.image.manifest.v1+json               | {"layers":[{"size":9e18}]}                       | it has a descriptor with the invalid size 9000000000000000000
            application/vnd.oci.image.manifest.v1+json               | {"layers":[{"size":1e99}]}                       | its 'size' is not a number
            application/vnd.oci.image.manifest.v1+json               | {"layers":[{"size":"1"}]}                        | its 'size' is not a number
            """)
    void anInvalidManifestIsReportedInOneLine(String type, String body, String line) {
        registry.manifest("a/b", "1", type, body);
        assertEquals("a/b:1 cannot be read: " + line, refusal());
    }

    @Test
    void anInvalidManifestHasNoDigest() {
        registry.manifest("a/b", "1", "text/html; charset=utf-8", "<html/>");
        assertEquals("a/b:1 cannot be read: its content type text/html is not that of a manifest", resolveRefusal());
        registry.manifest("a/b", "1", "application/vnd.docker.distribution.manifest.v1+json", "{}");
        assertTrue(resolveRefusal().contains("schema 1"), resolveRefusal());
    }

    @Test
    void theMediaTypeInTheManifestIsUsedIfTheHeaderIsMissing() throws Exception {
        Digest digest = registry.manifest(
                "a/b", "1", "application/json", "{\"mediaType\":\"" + MediaTypes.MANIFEST + "\",\"layers\":[]}");
        assertEquals(digest, inspect().digest());
        assertEquals(List.of(), inspect().variants());
    }

    @Test
    void contentThatIsTooLongIsNotReadCompletely() {
        registry.manifest("a/b", "1", MediaTypes.MANIFEST, " ".repeat(PullRepository.MAX_MANIFEST_BYTES + 1));
        assertEquals("a/b:1 cannot be read: it is longer than 4194304 bytes", refusal());
    }

    @Test
    void anImageWithTooManyPartsIsRefused() {
        List<String> manifests = new ArrayList<>();
        for (int i = 0; i < 1000; i++) {
            manifests.add(FakeRegistry.descriptor(
                    MediaTypes.MANIFEST, FakeRegistry.sha256(new byte[] {(byte) i, (byte) (i >> 8)}), 1, ""));
        }
        registry.manifest("a/b", "1", MediaTypes.INDEX, FakeRegistry.index(manifests));
        assertEquals("the image in a/b has more than 256 parts", refusal());
    }

    @Test
    void deepJsonIsRefused() {
        registry.manifest(
                "a/b", "1", MediaTypes.MANIFEST, "{\"layers\":" + "[".repeat(1 << 20) + "]".repeat(1 << 20) + "}");
        assertEquals("a/b:1 cannot be read: it is not a JSON object", refusal());
    }

    @Test
    void severalNamesResolveToOneImageOrNone() throws Exception {
        Digest digest = FakeImage.single(registry, "a/b", "1");
        registry.contents.put("a/b/manifests/2", registry.contents.get("a/b/manifests/1"));
        FakeImage.index(registry, "a/b", "3");

        assertEquals(
                digest,
                client.common(List.of(registry.image("a/b:1"), registry.image("a/b:2")))
                        .orElseThrow()
                        .digest());
        assertTrue(client.common(List.of(registry.image("a/b:1"), registry.image("a/b:3")))
                .isEmpty());
        assertTrue(client.common(List.of(registry.image("a/b:1"), registry.image("a/b:4")))
                .isEmpty());
        assertTrue(client.common(List.of()).isEmpty());
    }

    @Test
    void theLoginIsSentOnlyAfterAChallenge() throws Exception {
        Digest digest = FakeImage.single(registry, "a/b", "1");
        registry.withLogin();
        assertEquals(Optional.of(digest), client.resolve(image()));
        assertEquals("", registry.requests().get(0).header("Authorization"));
    }

    @Test
    void theLoginOfARegistryIsChecked() throws Exception {
        assertFalse(client.wantsLogin(registry.host()));
        registry.withLogin();
        try (ImageRegistry known = FakeRegistry.client(registry);
                ImageRegistry stranger =
                        new ImageRegistry(RegistryLogins.NONE, Map.of(registry.host(), registry.connection()))) {
            assertTrue(known.wantsLogin(registry.host()));
            assertEquals(
                    "registry " + registry.host()
                            + " does not allow its use without a login, and no login is configured for it (HTTP 401)",
                    assertThrows(
                                    BuildkitException.RegistryRefusedException.class,
                                    () -> stranger.wantsLogin(registry.host()))
                            .getMessage());
        }
    }

    @Test
    void refusalsNameTheUserAndTheRegistrysMessage() {
        registry.rule(request -> request.path().equals("/v2/")
                ? Optional.empty()
                : Optional.of(Answer.text(
                        403,
                        "{\"errors\":[{\"code\":\"DENIED\",\"message\":\"not\\nfor you\\u0007\",\"detail\":[]}]}")));
        assertEquals("does not allow reading a/b to user 'me' (HTTP 403, DENIED: not for you)", refusal());
        registry.rule(request -> Optional.of(Answer.of(401, "WWW-Authenticate", "Basic realm=\"x\"")));
        assertEquals("does not allow reading a/b to user 'me' (HTTP 401)", refusal());
        try (ImageRegistry stranger =
                new ImageRegistry(RegistryLogins.NONE, Map.of(registry.host(), registry.connection()))) {
            assertEquals(
                    "registry " + registry.host()
                            + " does not allow reading a/b without a login, and no login is configured for it "
                            + "(HTTP 401)",
                    assertThrows(BuildkitException.RegistryRefusedException.class, () -> stranger.resolve(image()))
                            .getMessage());
        }
    }

    @Test
    void missingCredentialsAreReported() throws Exception {
        RegistryLogins broken = host -> {
            throw new IllegalStateException("the credentials of " + host + " are not there");
        };
        registry.withLogin();
        try (ImageRegistry other = new ImageRegistry(broken, Map.of(registry.host(), registry.connection()))) {
            assertEquals(
                    "the credentials of " + registry.host() + " are not there",
                    assertThrows(BuildkitException.RegistryRefusedException.class, () -> other.resolve(image()))
                            .getMessage());
        }
    }

    @Test
    void redirectedContentIsFetchedWithoutTheLogin() throws Exception {
        try (FakeRegistry store = FakeRegistry.tls()) {
            Digest digest = FakeImage.single(registry, "a/b", "1");
            store.contents.putAll(registry.contents);
            registry.withLogin()
                    .rule(request -> request.path().contains("/blobs/")
                            ? Optional.of(Answer.of(307, "Location", store.url() + request.path()))
                            : Optional.empty());
            assertEquals(digest, inspect().digest());
            assertEquals(1, store.requests().size());
            assertEquals("", store.requests().get(0).header("Authorization"));
        }
    }

    @Test
    void theLoginIsNotSentToARedirectTarget() throws Exception {
        try (FakeRegistry store = FakeRegistry.tls().withLogin()) {
            FakeImage.single(registry, "a/b", "1");
            registry.withLogin()
                    .rule(request -> request.path().contains("/blobs/")
                            ? Optional.of(Answer.of(302, "Location", store.url() + request.path()))
                            : Optional.empty());
            assertEquals("does not allow reading a/b to user 'me' (HTTP 401)", refusal());
            assertEquals("", store.requests().get(0).header("Authorization"));
        }
    }

    @Test
    void redirectsAreLimitedAndKeepTls() throws Exception {
        registry.rule(request -> request.path().startsWith(MANIFESTS)
                ? Optional.of(Answer.of(307, "Location", MANIFESTS + "1?again"))
                : Optional.empty());
        assertEquals("redirects too often", refusal());
        assertEquals(7, registry.requests().size());
        try (FakeRegistry plain = FakeRegistry.plain()) {
            for (String location :
                    List.of(plain.url() + "/x", "file:///etc/passwd", "https://me:you@localhost/", "::")) {
                registry.rule(request -> request.path().startsWith(MANIFESTS)
                        ? Optional.of(Answer.of(307, "Location", location))
                        : Optional.empty());
                assertEquals("redirects to an invalid address, or to one without TLS", refusal(), location);
            }
            assertEquals(List.of(), plain.requests());
        }
    }

    @Test
    void tlsIsUsedIfSupportedEvenIfPlainHttpIsAllowed() throws Exception {
        Digest digest = FakeImage.single(registry, "a/b", "1");
        RegistryConnection any =
                RegistryConnection.builder().plainHttp(true).insecure(true).build();
        RegistryConnection wrong = RegistryConnection.builder().plainHttp(true).build();
        try (ImageRegistry other = new ImageRegistry(RegistryLogins.NONE, Map.of(registry.host(), any));
                ImageRegistry mistrusting = new ImageRegistry(RegistryLogins.NONE, Map.of(registry.host(), wrong))) {
            assertEquals(Optional.of(digest), other.resolve(image()));
            assertEquals(
                    "registry " + registry.host() + " has a certificate that is not trusted or is for another host",
                    assertThrows(BuildkitException.RegistryRefusedException.class, () -> mistrusting.resolve(image()))
                            .getMessage());
        }
    }

    @Test
    void anUntrustedCertificateIsReported() {
        try (ImageRegistry stranger = new ImageRegistry(RegistryLogins.NONE, Map.of())) {
            assertEquals(
                    "registry " + registry.host() + " has a certificate that is not trusted or is for another host",
                    assertThrows(BuildkitException.RegistryRefusedException.class, () -> stranger.resolve(image()))
                            .getMessage());
        }
        assertThrows(BuildkitException.InvalidRequestException.class, () -> {
            try (ImageRegistry broken = new ImageRegistry(
                    RegistryLogins.NONE,
                    Map.of(
                            registry.host(),
                            RegistryConnection.builder().caPem("none").build()))) {
                broken.resolve(image());
            }
        });
    }

    @Test
    void aServerWithoutTlsIsReported() throws Exception {
        try (ServerSocket plain = new ServerSocket(0, 10, InetAddress.getLoopbackAddress());
                ImageRegistry strict = new ImageRegistry(RegistryLogins.NONE, Map.of())) {
            Thread server = new Thread(() -> {
                // The HTTP client may connect again if the first connection breaks.
                while (!plain.isClosed()) {
                    try (Socket asked = plain.accept()) {
                        asked.getInputStream().read();
                        asked.getOutputStream().write("HTTP/1.0 400 Bad Request\r\n\r\n".getBytes());
                        asked.shutdownOutput();
                        // If a connection is closed with unread bytes, it is reset, and the response is lost.
                        asked.getInputStream().transferTo(OutputStream.nullOutputStream());
                    } catch (IOException e) {
                        // The assertion on the message below fails, or the test has ended.
                    }
                }
            });
            server.start();
            String host = "localhost:" + plain.getLocalPort();
            assertEquals(
                    "registry " + host + " does not support TLS, and plain HTTP is not allowed for it",
                    assertThrows(
                                    BuildkitException.RegistryRefusedException.class,
                                    () -> strict.resolve(ImageName.parse(host + "/a/b:1")))
                            .getMessage());
            plain.close();
            server.join();
        }
    }

    @Test
    void anUnreachableRegistryIsReported() {
        registry.close();
        assertEquals("cannot be reached from here", refusal());
    }

    @Test
    void aServerThatIsNotARegistryIsReported() {
        registry.rule(request -> Optional.of(Answer.text(404, "<html/>")));
        assertEquals(
                "answers with HTTP 404 to a request for /v2/, which is not the response of a registry; check its name",
                refusal());
    }

    @Test
    void aRequestIsRepeatedAfterRetryAfter() throws Exception {
        Digest digest = FakeImage.single(registry, "a/b", "1");
        AtomicInteger asked = new AtomicInteger();
        registry.rule(request -> switch (asked.getAndIncrement()) {
            case 1 -> Optional.of(Answer.of(429, "Retry-After", "0"));
            case 2 -> Optional.of(Answer.of(503, "Retry-After", "Thu, 01 Jan 2026 00:00:00 GMT"));
            default -> Optional.empty();
        });
        assertEquals(Optional.of(digest), client.resolve(image()));
        assertEquals(4, asked.get());
    }

    @Test
    void theNumberAndPauseOfRepetitionsAreLimited() {
        registry.rule(request -> busy(request, "0"));
        assertEquals("limits the rate of requests (HTTP 429); it requests a pause of 0 s", refusal());
        assertEquals(1 + RetryPolicy.TRIES, registry.requests().size());
        registry.rule(request -> busy(request, "3600"));
        assertEquals("limits the rate of requests (HTTP 429); it requests a pause of 3600 s", refusal());
        assertEquals(1 + RetryPolicy.TRIES + 1, registry.requests().size());
    }

    private static Optional<Answer> busy(Request request, String seconds) {
        return request.path().equals("/v2/") ? Optional.empty() : Optional.of(Answer.of(429, "Retry-After", seconds));
    }

    @Test
    void aRequestIsRepeatedAfterABrokenConnection() throws Exception {
        Digest digest = FakeImage.single(registry, "a/b", "1");
        AtomicInteger asked = new AtomicInteger();
        registry.rule(request -> request.path().equals(MANIFESTS + "1") && asked.getAndIncrement() < 2
                ? Optional.of(Answer.text(200, "12345", "Content-Type", MediaTypes.MANIFEST)
                        .cut(2))
                : Optional.empty());
        // With the usual pauses, which the client of the other tests does not have.
        try (ImageRegistry usual =
                new ImageRegistry(RegistryLogins.NONE, Map.of(registry.host(), registry.connection()))) {
            assertEquals(digest, usual.inspect(image()).orElseThrow().digest());
        }
    }

    @Test
    void mirrorsAreQueriedBeforeTheRegistry() throws Exception {
        try (FakeRegistry mirror = FakeRegistry.tls();
                FakeRegistry broken = FakeRegistry.tls().rule(request -> Optional.of(Answer.of(403)));
                FakeRegistry busy = FakeRegistry.tls().rule(request -> Optional.of(Answer.of(503)))) {
            Digest digest = FakeImage.index(registry, "a/b", "1");
            registry.contents.forEach((key, content) -> mirror.contents.put("hub/" + key, content));
            RegistryConnection mirrored = RegistryConnection.builder()
                    .caPem(registry.connection().caPem())
                    .mirrors(List.of(broken.host(), busy.host(), mirror.host() + "/hub"))
                    .build();
            try (ImageRegistry reader = new ImageRegistry(
                    RegistryLogins.NONE,
                    Map.of(
                            registry.host(), mirrored,
                            mirror.host(), mirror.connection(),
                            busy.host(), busy.connection(),
                            broken.host(), broken.connection()))) {
                assertEquals(digest, reader.inspect(image()).orElseThrow().digest());
                // The next mirror is queried without a retry.
                assertEquals(1, busy.requests().size());
                assertEquals(List.of(), registry.requests());
                // Mirrors are not queried if a tag must be up to date.
                mirror.contents.clear();
                assertEquals(
                        digest, reader.common(List.of(image())).orElseThrow().digest());
                assertEquals(Optional.of(digest), reader.resolve(image()));
            }
        }
    }

    @Test
    void anInterruptCancelsTheRequest() throws Exception {
        java.util.concurrent.CountDownLatch reached = new java.util.concurrent.CountDownLatch(1);
        java.util.concurrent.CountDownLatch over = new java.util.concurrent.CountDownLatch(1);
        registry.rule(request -> {
            if (request.path().equals("/v2/")) {
                return Optional.empty();
            }
            reached.countDown();
            try {
                over.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            return Optional.empty();
        });
        java.util.concurrent.FutureTask<Throwable> asking = new java.util.concurrent.FutureTask<>(
                () -> assertThrows(InterruptedException.class, () -> client.inspect(image())));
        Thread asker = new Thread(asking);
        asker.start();
        reached.await();
        asker.interrupt();
        asking.get();
        over.countDown();
    }
}
