// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.images;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.jenkins.plugins.treenq.buildkit.BuildkitException;
import io.jenkins.plugins.treenq.buildkit.Digest;
import io.jenkins.plugins.treenq.buildkit.ImageName;
import io.jenkins.plugins.treenq.buildkit.images.FakeRegistry.Answer;
import io.jenkins.plugins.treenq.buildkit.images.FakeRegistry.Request;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Promotion of images with registries whose responses are partly invalid: images are copied completely and unchanged,
 * or not at all.
 */
@Timeout(300)
class PromoteTest {
    /** More bytes than are kept in memory. */
    private static final byte[] LARGE = new byte[5 << 20];

    static {
        new Random(7).nextBytes(LARGE);
    }

    private FakeRegistry from;
    private FakeRegistry to;
    private ImageRegistry client;

    @BeforeEach
    void open() throws Exception {
        from = FakeRegistry.tls();
        to = FakeRegistry.tls();
        client = FakeRegistry.client(from, to);
    }

    @AfterEach
    void close() {
        client.close();
        from.close();
        to.close();
    }

    private Digest promote(ImageName... targets) throws Exception {
        return client.promote(from.image("a/b:1"), List.of(targets));
    }

    private Digest promote() throws Exception {
        return promote(to.image("x/y:stable"));
    }

    /** Returns the reason in the error message, without the common beginning. */
    private String refusal(String done, ImageName... targets) {
        String line = assertThrows(BuildkitException.RegistryRefusedException.class, () -> promote(targets))
                .getMessage();
        String start = "promoting " + from.image("a/b:1") + " failed, " + done + ": ";
        assertTrue(line.startsWith(start), line);
        assertFalse(line.contains("\n") || line.contains(FakeRegistry.LOGIN.secret()), line);
        return line.substring(start.length()).replace(from.host(), "FROM").replace(to.host(), "TO");
    }

    private String refusal() {
        String line = refusal("nothing was tagged", to.image("x/y:stable"));
        assertEquals(Set.of(), tags());
        return line;
    }

    /** Returns the keys of a repository's content, by digest. */
    private Set<String> keys(FakeRegistry registry, String repository) {
        return registry.contents.keySet().stream()
                .filter(key -> key.startsWith(repository + "/") && key.contains("/sha256:"))
                .map(key -> key.substring(repository.length()))
                .collect(Collectors.toSet());
    }

    private Set<String> tags() {
        return to.contents.keySet().stream()
                .filter(key -> key.contains("/manifests/") && !key.contains("/sha256:"))
                .map(key -> key.replaceFirst(".*/", ""))
                .collect(Collectors.toSet());
    }

    private List<String> written(FakeRegistry registry) {
        return registry.requests().stream()
                .filter(request -> !Set.of("GET", "HEAD").contains(request.method()))
                .map(request -> request.method() + " " + request.path())
                .toList();
    }

    @ParameterizedTest
    @CsvSource({"true,true", "true,false", "false,true", "false,false"})
    void anImageIsCopiedCompletelyToAnotherRegistry(boolean fromApi, boolean toApi) throws Exception {
        Digest index = FakeImage.index(from, "a/b", "1");
        String signature = FakeImage.referrer(from, "a/b", index, "application/signature");
        Digest signatures = Descriptor.read(Json.parse(signature.getBytes())).digest();
        String witness = FakeImage.referrer(from, "a/b", signatures, "application/witness");
        Set<String> all = keys(from, "a/b");
        if (!fromApi) {
            from.withoutReferrers();
            from.manifest(
                    "a/b",
                    PullRepository.referrersTag(index),
                    MediaTypes.INDEX,
                    FakeRegistry.index(List.of(signature)));
            from.manifest(
                    "a/b",
                    PullRepository.referrersTag(signatures),
                    MediaTypes.INDEX,
                    FakeRegistry.index(List.of(witness)));
        }
        if (!toApi) {
            to.withoutReferrers();
        }
        assertEquals(index, promote());
        assertTrue(keys(to, "x/y").containsAll(all));
        for (String key : all) {
            assertArrayEquals(
                    from.contents.get("a/b" + key).bytes(),
                    to.contents.get("x/y" + key).bytes());
        }
        assertEquals(MediaTypes.INDEX, to.contents.get("x/y/manifests/stable").type());
        assertEquals(
                client.inspect(from.image("a/b:1")).orElseThrow(),
                client.inspect(to.image("x/y:stable")).orElseThrow());
        assertEquals(
                toApi
                        ? Set.of("stable")
                        : Set.of("stable", PullRepository.referrersTag(index), PullRepository.referrersTag(signatures)),
                tags());
    }

    @Test
    void existingEntriesOfAReferrersIndexAreKept() throws Exception {
        Digest image = FakeImage.single(from, "a/b", "1");
        FakeImage.referrer(from, "a/b", image, "application/new");
        String old = FakeImage.referrer(to.withoutReferrers(), "x/y", image, "application/old");
        to.manifest("x/y", PullRepository.referrersTag(image), MediaTypes.INDEX, FakeRegistry.index(List.of(old)));
        promote();
        assertEquals(
                List.of("application/old", "application/new"),
                client.inspect(to.image("x/y:stable")).orElseThrow().attachments().stream()
                        .map(found -> found.artifactType())
                        .toList());
        int written = written(to).size();
        promote();
        assertEquals(written, written(to).size());
    }

    @Test
    void deletedReferrersAreNotListed() throws Exception {
        Digest image = FakeImage.single(from.withoutReferrers(), "a/b", "1");
        String gone = FakeRegistry.descriptor(MediaTypes.MANIFEST, FakeRegistry.sha256(new byte[9]), 9, "");
        from.manifest("a/b", PullRepository.referrersTag(image), MediaTypes.INDEX, FakeRegistry.index(List.of(gone)));
        assertEquals(image, promote());
        assertEquals(Set.of("stable"), tags());
    }

    @Test
    void blobsAreMountedWithinARegistry() throws Exception {
        Digest index = FakeImage.index(from, "a/b", "1");
        from.withLogin();
        assertEquals(index, promote(from.image("x/y:stable")));
        assertEquals(keys(from, "a/b"), keys(from, "x/y"));
        assertTrue(written(from).stream().noneMatch(line -> line.startsWith("PUT") && line.contains("/blobs/")));
    }

    @Test
    void blobsAreUploadedIfMountingIsNotSupported() throws Exception {
        Digest index = FakeImage.index(from.withoutMounts(), "a/b", "1");
        from.contents.keySet().stream()
                .filter(key -> key.contains("/blobs/"))
                .findFirst()
                .ifPresent(key -> from.contents.put(key.replace("a/b", "x/y"), from.contents.get(key)));
        assertEquals(index, promote(from.image("x/y:stable")));
        assertEquals(keys(from, "a/b"), keys(from, "x/y"));
        // An existing blob was not sent, and the upload that the registry had started for it was cancelled.
        assertEquals(
                1,
                written(from).stream().filter(line -> line.startsWith("DELETE")).count());
    }

    @Test
    void inTheSameRepositoryOnlyTheTagIsWritten() throws Exception {
        Digest index = FakeImage.index(from, "a/b", "1");
        assertEquals(index, promote(from.image("a/b:stable"), from.image("a/b:2"), from.image("a/b:2")));
        assertEquals(List.of("PUT /v2/a/b/manifests/stable", "PUT /v2/a/b/manifests/2"), written(from));
        assertEquals(index, client.promote(from.image("a/b@" + index), List.of(from.image("a/b:3"))));
    }

    @Test
    void aTagThatAlreadyPointsToTheImageIsNotWritten() throws Exception {
        FakeImage.index(from, "a/b", "1");
        promote();
        int written = written(to).size();
        promote();
        assertEquals(written, written(to).size());
    }

    @Test
    void aTagOfAnUnreadableManifestIsOverwritten() throws Exception {
        Digest index = FakeImage.index(from, "a/b", "1");
        to.manifest("x/y", "stable", "application/vnd.docker.distribution.manifest.v1+prettyjws", "{}");
        promote();
        assertEquals(Optional.of(index), client.resolve(to.image("x/y:stable")));
    }

    @Test
    void tagsAreWrittenLast() throws Exception {
        Digest index = FakeImage.index(from, "a/b", "1");
        ImageName[] targets = {to.image("x/y:1"), to.image("z:1"), to.image("x/y:2"), from.image("c:1")};
        assertEquals(index, promote(targets));
        List<String> last =
                written(to).subList(written(to).size() - 3, written(to).size());
        assertEquals(List.of("PUT /v2/x/y/manifests/1", "PUT /v2/x/y/manifests/2", "PUT /v2/z/manifests/1"), last);
        for (ImageName target : targets) {
            assertEquals(Optional.of(index), client.resolve(target));
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            POST | /blobs/uploads/    | registry TO has an internal error writing x/y (HTTP 500)
            PUT  | /blobs/uploads/    | registry TO has an internal error writing x/y (HTTP 500)
            PUT  | /manifests/sha256: | registry TO has an internal error writing x/y (HTTP 500)
            HEAD | /blobs/sha256:     | registry TO has an internal error reading x/y (HTTP 500)
            """)
    void noTagIsWrittenIfTheCopyFails(String method, String part, String line) {
        FakeImage.index(from, "a/b", "1");
        to.rule(request -> request.is(method, part) ? Optional.of(Answer.of(500)) : Optional.empty());
        assertEquals(line, refusal());
    }

    @Test
    void noTagIsWrittenIfTheRegistryIsUnreachable() {
        FakeImage.index(from, "a/b", "1");
        AtomicInteger asked = new AtomicInteger();
        from.rule(request -> {
            if (request.path().contains("/blobs/") && asked.getAndIncrement() == 1) {
                from.close();
            }
            return Optional.empty();
        });
        String line = refusal();
        assertTrue(
                line.equals("registry FROM cannot be reached from here")
                        || line.equals("registry FROM broke the connection"),
                line);
    }

    @Test
    void aRefusedTagIsReportedWithTheTagsThatWereWritten() {
        FakeImage.index(from, "a/b", "1");
        to.rule(request -> request.is("PUT", "/manifests/2")
                ? Optional.of(Answer.text(
                        400, "{\"errors\":[{\"code\":\"TAG_INVALID\",\"message\":\"the tag is immutable\"}]}"))
                : Optional.empty());
        assertEquals(
                "registry TO refuses writing x/y (HTTP 400, TAG_INVALID: the tag is immutable)",
                refusal(
                        "tagged before that: " + to.image("x/y:1"),
                        to.image("x/y:1"),
                        to.image("x/y:2"),
                        to.image("x/y:3")));
        assertEquals(Set.of("1"), tags());
    }

    @Test
    void aMissingPermissionIsReported() {
        FakeImage.index(from, "a/b", "1");
        to.rule(request ->
                Set.of("POST", "PUT").contains(request.method()) ? Optional.of(Answer.of(403)) : Optional.empty());
        assertEquals("registry TO does not allow writing x/y to user 'me' (HTTP 403)", refusal());
    }

    @Test
    void missingImagesAndInvalidTargetsAreRefused() {
        assertEquals("there is no image FROM/a/b:1 in its registry", refusal());
        assertThrows(BuildkitException.InvalidRequestException.class, this::promoteNowhere);
        assertThrows(
                BuildkitException.InvalidRequestException.class,
                () -> promote(to.image("a@" + FakeRegistry.sha256(new byte[0]))));
        assertEquals(List.of(), to.requests());
    }

    private void promoteNowhere() throws Exception {
        promote(new ImageName[0]);
    }

    @Test
    void anIncompleteImageIsNotPromoted() {
        FakeImage.index(from, "a/b", "1");
        Digest missing = from.contents.keySet().stream()
                .filter(key -> key.startsWith("a/b/manifests/sha256:")
                        && from.contents.get(key).type().equals(MediaTypes.MANIFEST))
                .map(key -> new Digest(key.replaceFirst(".*/", "")))
                .findFirst()
                .orElseThrow();
        from.contents.remove("a/b/manifests/" + missing);
        assertEquals(
                "FROM/a/b@" + missing + " cannot be read: it does not exist, so the image is incomplete", refusal());
    }

    @ParameterizedTest
    @ValueSource(ints = {1000, 5 << 20})
    void contentWithAnotherDigestIsRefused(int bytes) {
        byte[] layer = Arrays.copyOf(LARGE, bytes);
        String key = "a/b/blobs/" + FakeRegistry.sha256(layer);
        FakeImage.image(from, "a/b", "1", "amd64", layer);
        layer[bytes - 1]++;
        from.contents.put(key, new FakeRegistry.Content("application/octet-stream", layer));
        String line = refusal();
        assertTrue(
                line.startsWith(
                        "FROM/a/b@" + key.replaceFirst(".*/", "") + " cannot be read: the received content has "),
                line);
        assertTrue(line.endsWith(", so it is refused"), line);
        assertFalse(to.contents.containsKey(key.replace("a/b", "x/y")));
    }

    @ParameterizedTest
    @CsvSource({"-1,it has 5242879 bytes instead of 5242880", "1,it has more than 5242880 bytes"})
    void contentWithAnotherLengthIsRefused(int difference, String reason) {
        Digest digest = FakeRegistry.sha256(LARGE);
        FakeImage.image(from, "a/b", "1", "amd64", LARGE);
        from.contents.put(
                "a/b/blobs/" + digest, new FakeRegistry.Content("", Arrays.copyOf(LARGE, LARGE.length + difference)));
        assertEquals("FROM/a/b@" + digest + " cannot be read: " + reason + ", so it is refused", refusal());
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aDownloadContinuesAfterABrokenConnection(boolean ranges) throws Exception {
        Digest image = FakeImage.image(from, "a/b", "1", "amd64", LARGE);
        AtomicInteger broken = new AtomicInteger();
        from.rule(request -> {
            if (!request.path().endsWith("/blobs/" + FakeRegistry.sha256(LARGE))) {
                return Optional.empty();
            }
            return broken.getAndIncrement() < 3 && request.header("Range").isEmpty()
                    ? Optional.of(Answer.of(200, LARGE).cut(2_000_000))
                    : ranges ? Optional.empty() : Optional.of(Answer.of(200, LARGE));
        });
        assertEquals(image, promote());
        assertArrayEquals(
                LARGE,
                to.contents.get("x/y/blobs/" + FakeRegistry.sha256(LARGE)).bytes());
    }

    @Test
    void anUploadContinuesAfterABrokenConnection() throws Exception {
        Digest image = FakeImage.image(from, "a/b", "1", "amd64", LARGE);
        to.breakingUploads(2, 1_000_000);
        assertEquals(image, promote());
        assertArrayEquals(
                LARGE,
                to.contents.get("x/y/blobs/" + FakeRegistry.sha256(LARGE)).bytes());
        Request rest = to.requests().stream()
                .filter(request -> !request.header("Content-Range").isEmpty())
                .findFirst()
                .orElseThrow();
        assertEquals("2000000-5242879", rest.header("Content-Range"));
        assertEquals("state=2&digest=" + FakeRegistry.sha256(LARGE), rest.query());
    }

    @Test
    void anUploadIsRestartedIfTheRegistryHasDroppedIt() throws Exception {
        Digest image = FakeImage.image(from, "a/b", "1", "amd64", LARGE);
        to.breakingUploads(1, 1_000_000)
                .rule(request -> request.is("GET", "/blobs/uploads/") ? Optional.of(Answer.of(404)) : Optional.empty());
        assertEquals(image, promote());
    }

    @Test
    void theNumberOfUploadAttemptsIsLimited() {
        FakeImage.image(from, "a/b", "1", "amd64", LARGE);
        to.breakingUploads(RetryPolicy.TRIES, 0);
        assertEquals("registry TO broke the connection", refusal());
    }

    @Test
    void aManifestThatIsStoredWithAnotherDigestIsRefused() {
        Digest image = FakeImage.single(from, "a/b", "1");
        Digest other = FakeRegistry.sha256(new byte[0]);
        to.rule(request -> request.is("PUT", "/manifests/sha256:")
                ? Optional.of(Answer.of(201, "Docker-Content-Digest", other.value()))
                : Optional.empty());
        assertEquals("TO/x/y@" + image + " cannot be read: the registry stored it as " + other, refusal());
    }

    @Test
    void anUploadToAnotherHostIsSentWithoutTheLogin() throws Exception {
        try (FakeRegistry store = FakeRegistry.tls().rule(request -> Optional.of(Answer.of(201)))) {
            FakeImage.image(from, "a/b", "1", "amd64", LARGE);
            to.withLogin()
                    .rule(request -> request.is("POST", "/blobs/uploads/")
                                    && request.header("Authorization").startsWith("Basic ")
                            ? Optional.of(Answer.of(202, "Location", store.url() + "/place?key=1"))
                            : Optional.empty());
            promote();
            assertEquals(2, store.requests().size());
            for (Request request : store.requests()) {
                assertEquals("", request.header("Authorization"));
                assertTrue(request.query().startsWith("key=1&digest=sha256:"), request.query());
            }
        }
    }

    @Test
    void nonDistributableLayersAreNotCopied() throws Exception {
        String config = from.blob("a/b", "application/vnd.oci.image.config.v1+json", "{}".getBytes(), "");
        String windows = FakeRegistry.descriptor(
                "application/vnd.docker.image.rootfs.foreign.diff.tar.gzip",
                FakeRegistry.sha256(new byte[5]),
                5,
                ",\"urls\":[\"https://example.com/\"]");
        Digest image = from.manifest(
                "a/b",
                "1",
                MediaTypes.DOCKER_MANIFEST,
                "{\"schemaVersion\":2,\"config\":" + config + ",\"layers\":[" + windows + "]}");
        assertEquals(image, promote());
        assertEquals(
                MediaTypes.DOCKER_MANIFEST,
                to.contents.get("x/y/manifests/stable").type());
    }

    @Test
    void anEndlessTreeIsRefused() {
        Digest image = FakeImage.single(from, "a/b", "1");
        List<String> many = IntStream.range(0, 300)
                .mapToObj(i -> FakeRegistry.descriptor(
                        MediaTypes.MANIFEST, FakeRegistry.sha256(new byte[] {(byte) i, (byte) (i >> 8)}), 1, ""))
                .toList();
        from.rule(request -> request.path().endsWith("/referrers/" + image)
                ? Optional.of(Answer.text(200, FakeRegistry.index(many), "Content-Type", MediaTypes.INDEX))
                : Optional.empty());
        assertEquals("the image in FROM/a/b has too many parts", refusal());
    }

    @Test
    void anInterruptCancelsTheCopyBeforeTheTags() throws Exception {
        FakeImage.image(from, "a/b", "1", "amd64", LARGE);
        CountDownLatch reached = new CountDownLatch(1);
        CountDownLatch over = new CountDownLatch(1);
        to.rule(request -> {
            if (request.is("PUT", "/blobs/uploads/")) {
                reached.countDown();
                try {
                    over.await();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            }
            return Optional.empty();
        });
        FutureTask<Throwable> promoting =
                new FutureTask<>(() -> assertThrows(InterruptedException.class, this::promote));
        Thread promoter = new Thread(promoting);
        promoter.start();
        reached.await();
        promoter.interrupt();
        promoting.get();
        assertEquals(Set.of(), tags());
        over.countDown();
    }
}
