// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.images;

import io.jenkins.plugins.treenq.buildkit.BuildkitException;
import io.jenkins.plugins.treenq.buildkit.Digest;
import io.jenkins.plugins.treenq.buildkit.DigestComputation;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A repository to pull from, by the distribution specification. Content whose digest differs from the requested one is
 * rejected.
 */
final class PullRepository {
    /**
     * The largest manifest that is read, in bytes. The specification asks registries to accept manifests of this size.
     */
    static final int MAX_MANIFEST_BYTES = 4 << 20;

    private static final int OK = 200;
    private static final int PARTIAL = 206;
    private static final int NOT_FOUND = 404;

    /** The maximum number of referrers of a manifest. */
    private static final int MAX_REFERRERS = 1000;

    private static final int MAX_PAGES = 50;
    private static final Pattern NEXT = Pattern.compile("<([^>]*)>\\s*;\\s*rel=\"?next\"?");

    private static final int LONGEST_TAG = 128;
    static final String DIGEST = "Docker-Content-Digest";

    private final RegistryClient host;
    private final String path;
    private final List<String> scopes;
    private final String reading;

    /**
     * @param path the path of the repository in the registry
     * @param actions the actions that the token has to allow, in the form of the token specification: {@code pull} or
     *     {@code pull,push}
     */
    private PullRepository(RegistryClient host, String path, String actions) {
        this.host = host;
        this.path = path;
        this.scopes = List.of(scope(path, actions));
        this.reading = "reading " + path;
    }

    static PullRepository toRead(RegistryClient host, String path) {
        return new PullRepository(host, path, "pull");
    }

    static PullRepository toWrite(RegistryClient host, String path) {
        return new PullRepository(host, path, "pull,push");
    }

    static PullRepository toDelete(RegistryClient host, String path) {
        return new PullRepository(host, path, "delete");
    }

    static String scope(String path, String actions) {
        return "repository:" + path + ":" + actions;
    }

    RegistryClient host() {
        return host;
    }

    String path() {
        return path;
    }

    List<String> scopes() {
        return scopes;
    }

    /** Returns the name of the repository with that of its registry. */
    String name() {
        return host.name() + "/" + path;
    }

    /**
     * Returns the digest that a tag points to, or checks whether a digest exists. The request is cheap for the
     * registry.
     *
     * @param reference a tag or a digest
     * @return empty if the manifest does not exist
     */
    Optional<Digest> resolve(String reference) throws BuildkitException, InterruptedException {
        RegistryRequest request = RegistryRequest.head(path + "/manifests/" + reference, scopes, reading)
                .header("Accept", MediaTypes.ACCEPTED);
        return host.call(request, answer -> {
            if (answer.status() == NOT_FOUND) {
                return Optional.empty();
            }
            Optional<Digest> announced = digest(request, answer, reference);
            // The header with the digest is optional, so the manifest is read if the header is missing.
            return announced.isPresent() ? announced : manifest(reference).map(Manifest::digest);
        });
    }

    private Optional<Digest> digest(RegistryRequest request, RegistryResponse answer, String reference)
            throws IOException, BuildkitException.RegistryRefusedException {
        if (answer.status() != OK) {
            throw host.refused(request, answer);
        }
        try {
            Manifest.checked(answer.header("Content-Type").orElse(""));
            Optional<Digest> announced = digestHeader(answer);
            if (announced.isPresent()
                    && isDigest(reference)
                    && !announced.get().value().equals(reference)) {
                throw new IllegalArgumentException("the registry returned " + announced.get() + " instead");
            }
            return announced;
        } catch (IllegalArgumentException e) {
            throw unreadable(reference, e);
        }
    }

    /** Returns the manifest that a tag or digest points to, or empty if it does not exist. */
    Optional<Manifest> manifest(String reference) throws BuildkitException, InterruptedException {
        RegistryRequest request = RegistryRequest.get(path + "/manifests/" + reference, scopes, reading)
                .header("Accept", MediaTypes.ACCEPTED);
        return host.call(request, answer -> {
            if (answer.status() == NOT_FOUND) {
                return Optional.empty();
            }
            if (answer.status() != OK) {
                throw host.refused(request, answer);
            }
            try {
                byte[] bytes = answer.bytes(MAX_MANIFEST_BYTES);
                Digest digest = checked(reference, digestHeader(answer), bytes);
                return Optional.of(
                        new Manifest(digest, answer.header("Content-Type").orElse(""), bytes));
            } catch (IllegalArgumentException | RegistryResponse.TooLong e) {
                throw unreadable(reference, e);
            }
        });
    }

    /** Returns a manifest that an index or a referrer lists. A missing manifest is an error. */
    Manifest part(Digest digest) throws BuildkitException, InterruptedException {
        return manifest(digest.value())
                .orElseThrow(() -> unreadable(
                        digest.value(), new IllegalArgumentException("it does not exist, so the image is incomplete")));
    }

    /** Reads a small blob into memory, such as an image's configuration. */
    byte[] blob(Descriptor blob) throws BuildkitException, InterruptedException {
        RegistryRequest request = RegistryRequest.get(path + "/blobs/" + blob.digest(), scopes, reading);
        return host.call(request, answer -> {
            if (answer.status() != OK) {
                throw host.refused(request, answer);
            }
            try {
                byte[] bytes = answer.bytes(MAX_MANIFEST_BYTES);
                checked(blob.digest().value(), Optional.empty(), bytes);
                return bytes;
            } catch (IllegalArgumentException | RegistryResponse.TooLong e) {
                throw unreadable(blob.digest().value(), e);
            }
        });
    }

    /**
     * Returns the referrers of a manifest: the signatures, SBOMs and other artifacts that are attached to it without
     * being in its index. For registries without the referrers API, they are listed in an index under a tag.
     */
    List<Descriptor> referrers(Digest subject) throws BuildkitException, InterruptedException {
        Optional<List<Descriptor>> known = knownReferrers(subject);
        return (known.isPresent() ? known.get() : taggedReferrers(subject))
                .stream()
                        .filter(referrer -> MediaTypes.isManifest(referrer.mediaType()))
                        .toList();
    }

    /** Returns the manifests of the index under the referrers tag. */
    List<Descriptor> taggedReferrers(Digest subject) throws BuildkitException, InterruptedException {
        return manifest(referrersTag(subject)).map(Manifest::manifests).orElse(List.of());
    }

    /** Returns the referrers from the registry's referrers API, or empty if the registry does not support it. */
    Optional<List<Descriptor>> knownReferrers(Digest subject) throws BuildkitException, InterruptedException {
        List<Descriptor> found = new ArrayList<>();
        String next = path + "/referrers/" + subject;
        for (int pages = 0; !next.isEmpty(); pages++) {
            if (pages == MAX_PAGES || found.size() > MAX_REFERRERS) {
                throw unreadable(subject.value(), new IllegalArgumentException("too many manifests refer to it"));
            }
            RegistryRequest request = RegistryRequest.get(next, scopes, reading).header("Accept", MediaTypes.INDEX);
            Optional<Page> page = host.call(request, answer -> page(request, answer, subject));
            if (page.isEmpty()) {
                return Optional.empty();
            }
            found.addAll(page.get().referrers());
            next = page.get().next();
        }
        return Optional.of(found);
    }

    /**
     * A page of referrers.
     *
     * @param next the address of the next page; empty on the last page
     */
    private record Page(List<Descriptor> referrers, String next) {}

    /** Parses a page of referrers. Returns empty if the registry does not support the referrers API. */
    private Optional<Page> page(RegistryRequest request, RegistryResponse answer, Digest subject)
            throws IOException, BuildkitException.RegistryRefusedException {
        int status = answer.status();
        if (status == 401 || status == 403 || status >= 429) {
            throw host.refused(request, answer);
        }
        String type = MediaTypes.bare(answer.header("Content-Type").orElse(""));
        if (status != OK || !type.equals(MediaTypes.INDEX)) {
            return Optional.empty();
        }
        try {
            List<Descriptor> referrers = Json.parse(answer.bytes(MAX_MANIFEST_BYTES)).objects("manifests").stream()
                    .map(Descriptor::read)
                    .toList();
            Matcher next = NEXT.matcher(answer.header("Link").orElse(""));
            return Optional.of(new Page(
                    referrers,
                    next.find() ? host.resolve(answer.address(), next.group(1)).toString() : ""));
        } catch (IllegalArgumentException | RegistryResponse.TooLong e) {
            throw unreadable(subject.value(), e);
        }
    }

    /**
     * Returns the tag under which the specification stores the referrers index for registries without the referrers
     * API.
     */
    static String referrersTag(Digest subject) {
        String tag = subject.value().replace(':', '-');
        return tag.substring(0, Math.min(tag.length(), LONGEST_TAG));
    }

    /**
     * Returns the digest of the bytes, after comparing it with the requested digest, or for a tag with the digest in
     * the response's header.
     */
    private static Digest checked(String reference, Optional<Digest> announced, byte[] bytes) {
        Optional<Digest> expected = isDigest(reference) ? Optional.of(new Digest(reference)) : announced;
        Digest digest = new DigestComputation(expected.map(Digest::algorithm).orElse("sha256"))
                .update(bytes)
                .digest();
        if (expected.isPresent() && !digest.equals(expected.get())) {
            throw new IllegalArgumentException("the received content has the digest " + digest + ", so it is refused");
        }
        return digest;
    }

    private static Optional<Digest> digestHeader(RegistryResponse answer) {
        return answer.header(DIGEST).map(Digest::new);
    }

    private static boolean isDigest(String reference) {
        // A tag cannot contain a colon.
        return reference.indexOf(':') >= 0;
    }

    /** Whether both repositories are in the same registry. */
    boolean isBeside(PullRepository other) {
        return host == other.host;
    }

    boolean is(PullRepository other) {
        return isBeside(other) && path.equals(other.path);
    }

    /**
     * Opens a blob's content from an offset on. The content is not checked.
     *
     * @param from the offset of the first byte
     * @throws IOException if the connection breaks repeatedly
     */
    ResponseBody open(Descriptor blob, long from) throws IOException, BuildkitException, InterruptedException {
        RegistryRequest request = RegistryRequest.get(path + "/blobs/" + blob.digest(), scopes, reading);
        if (from > 0) {
            request.header("Range", "bytes=" + from + "-");
        }
        RegistryResponse answer = host.open(request);
        boolean rest = answer.status() == PARTIAL
                && answer.header("Content-Range").orElse("").startsWith("bytes " + from + "-");
        try {
            if (answer.status() != OK && !rest) {
                throw host.refused(request, answer);
            }
            // Range requests are optional in the specification, so the whole blob may be sent.
            answer.body().skipNBytes(rest ? 0 : from);
            return answer.body();
        } catch (IOException | BuildkitException e) {
            answer.close();
            throw e;
        }
    }

    boolean has(Descriptor blob) throws BuildkitException, InterruptedException {
        RegistryRequest request = RegistryRequest.head(path + "/blobs/" + blob.digest(), scopes, reading);
        return host.call(request, answer -> switch (answer.status()) {
            case OK -> true;
            case NOT_FOUND -> false;
            default -> throw host.refused(request, answer);
        });
    }

    BuildkitException.RegistryRefusedException failure(IOException failure) {
        return host.failure(failure);
    }

    BuildkitException.RegistryRefusedException unreadable(String reference, Exception reason) {
        return new BuildkitException.RegistryRefusedException(
                name() + (isDigest(reference) ? "@" : ":") + reference + " cannot be read: " + reason.getMessage(),
                reason);
    }
}
