// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.images;

import io.jenkins.plugins.treenq.buildkit.BuildkitException;
import io.jenkins.plugins.treenq.buildkit.Digest;
import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A repository to push to, by the distribution specification. */
final class PushRepository {
    private static final int OK = 200;
    private static final int CREATED = 201;
    private static final int ACCEPTED = 202;
    private static final int NO_CONTENT = 204;
    private static final int BAD_REQUEST = 400;
    private static final int NOT_FOUND = 404;
    private static final int NOT_ALLOWED = 405;

    /** The status codes after which an upload may be resumed or restarted. */
    private static final Set<Integer> UNFINISHED = Set.of(401, 404, 416, 429, 500, 502, 503, 504);

    private static final Pattern RECEIVED = Pattern.compile("(?:bytes=)?0-([0-9]{1,18})");

    private final PullRepository place;
    private final RegistryClient host;
    private final String path;
    private final List<String> scopes;
    private final String writing;

    PushRepository(PullRepository place) {
        this.place = place;
        this.host = place.host();
        this.path = place.path();
        this.scopes = place.scopes();
        this.writing = "writing " + path;
    }

    /** Returns the same repository for reading. */
    PullRepository place() {
        return place;
    }

    /**
     * Requests that the registry mounts a blob from another of its repositories.
     *
     * @return empty if the blob was mounted; otherwise the location to upload the blob to, or an empty string if the
     *     registry has not started an upload
     */
    Optional<String> mount(Descriptor blob, PullRepository from) throws BuildkitException, InterruptedException {
        List<String> both = List.of(scopes.get(0), PullRepository.scope(from.path(), "pull"));
        String query = "?mount=" + encoded(blob.digest().value()) + "&from=" + encoded(from.path());
        RegistryRequest request = RegistryRequest.post(uploads() + query, both, writing);
        try {
            return host.call(
                    request,
                    answer -> answer.status() == CREATED
                            ? Optional.empty()
                            : Optional.of(answer.status() == ACCEPTED ? location(request, answer) : ""));
        } catch (BuildkitException.RegistryRefusedException e) {
            // Some registries reject a token for two repositories although the login may write to this one, so the blob
            // is uploaded.
            return Optional.of("");
        }
    }

    /** Starts an upload and returns its location. */
    String upload() throws BuildkitException, InterruptedException {
        RegistryRequest request = RegistryRequest.post(uploads(), scopes, writing);
        return host.call(request, answer -> {
            if (answer.status() != ACCEPTED) {
                throw host.refused(request, answer);
            }
            return location(request, answer);
        });
    }

    private String uploads() {
        return path + "/blobs/uploads/";
    }

    private String location(RegistryRequest request, RegistryResponse answer)
            throws IOException, BuildkitException.RegistryRefusedException {
        Optional<String> location = answer.header("Location");
        if (location.isEmpty()) {
            throw host.refused(request, answer);
        }
        return host.resolve(answer.address(), location.get()).toString();
    }

    /** Cancels an upload. Without this request, the registry would remove the upload at some later time. */
    void abandon(String upload) throws InterruptedException {
        try {
            host.once(RegistryRequest.delete(upload, scopes, writing), RegistryResponse::status);
        } catch (IOException | BuildkitException e) {
            // The registry will remove the upload itself.
        }
    }

    /** Deletes a tag, and returns whether it existed. */
    boolean deleteTag(String tag) throws BuildkitException, InterruptedException {
        RegistryRequest request =
                RegistryRequest.delete(path + "/manifests/" + tag, scopes, "deleting a tag of " + path);
        return host.call(request, answer -> switch (answer.status()) {
            case ACCEPTED, OK -> true;
            case NOT_FOUND -> false;
            case BAD_REQUEST, NOT_ALLOWED ->
                throw new BuildkitException.RegistryRefusedException(
                        "the registry does not delete tags (status " + answer.status()
                                + "); enable it there, or let the" + " registry remove old tags by its own rules",
                        null);
            default -> throw host.refused(request, answer);
        });
    }

    /** Uploads a small blob in one request. */
    void put(Descriptor blob, byte[] bytes, String upload) throws BuildkitException, InterruptedException {
        RegistryRequest request = RegistryRequest.put(withDigest(upload, blob), scopes, writing, bytes)
                .header("Content-Type", "application/octet-stream");
        host.call(request, answer -> created(request, answer, blob.digest()));
    }

    /**
     * Uploads the rest of a blob.
     *
     * @param last whether this is the last attempt, so that every unexpected status is an error
     * @return whether the blob is complete; if not, {@link #progress} may return how many bytes the registry has
     * @throws IOException if the connection or the stream breaks
     */
    boolean put(Descriptor blob, BlobStream rest, String upload, boolean last)
            throws IOException, BuildkitException, InterruptedException {
        long from = rest.position();
        RegistryRequest request = RegistryRequest.put(
                        withDigest(upload, blob), scopes, writing, rest, blob.sizeBytes() - from)
                .header("Content-Type", "application/octet-stream");
        if (from > 0) {
            request.header("Content-Range", from + "-" + (blob.sizeBytes() - 1));
        }
        return host.once(request, answer -> {
            if (!last && UNFINISHED.contains(answer.status())) {
                return false;
            }
            return created(request, answer, blob.digest());
        });
    }

    /**
     * The state of an upload.
     *
     * @param location the location for the rest of the upload
     * @param receivedBytes the number of bytes that the registry has received
     */
    record Upload(String location, long receivedBytes) {}

    /** Returns the state of an upload, or empty if the registry does not report it. */
    Optional<Upload> progress(String upload) throws BuildkitException, InterruptedException {
        RegistryRequest request = RegistryRequest.get(upload, scopes, writing);
        return host.call(request, answer -> {
            Matcher received = RECEIVED.matcher(answer.header("Range").orElse(""));
            if (answer.status() != NO_CONTENT || !received.matches()) {
                return Optional.empty();
            }
            String location = answer.header("Location").isPresent() ? location(request, answer) : upload;
            return Optional.of(new Upload(location, Long.parseLong(received.group(1)) + 1));
        });
    }

    private static String withDigest(String upload, Descriptor blob) {
        return upload + (upload.indexOf('?') < 0 ? "?" : "&") + "digest="
                + encoded(blob.digest().value());
    }

    /**
     * Writes a manifest.
     *
     * @param reference a tag, or the digest of the manifest
     */
    void put(Manifest manifest, String reference) throws BuildkitException, InterruptedException {
        RegistryRequest request = RegistryRequest.put(
                        path + "/manifests/" + reference, scopes, writing, manifest.bytes())
                .header("Content-Type", manifest.mediaType());
        host.call(request, answer -> created(request, answer, manifest.digest()));
    }

    private boolean created(RegistryRequest request, RegistryResponse answer, Digest digest)
            throws IOException, BuildkitException.RegistryRefusedException {
        if (answer.status() != CREATED && answer.status() != OK && answer.status() != NO_CONTENT) {
            throw host.refused(request, answer);
        }
        Optional<String> announced = answer.header(PullRepository.DIGEST);
        if (announced.isPresent() && !announced.get().equals(digest.value())) {
            throw place.unreadable(
                    digest.value(), new IllegalArgumentException("the registry stored it as " + announced.get()));
        }
        return true;
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }
}
