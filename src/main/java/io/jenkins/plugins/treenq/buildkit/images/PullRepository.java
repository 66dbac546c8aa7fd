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

/** One repository of a registry, by the distribution specification; what comes is what was asked for, or refused. */
final class PullRepository {
    /** What the specification asks registries to take; nothing longer is read. */
    static final int MAX_MANIFEST_BYTES = 4 << 20;

    private static final int OK = 200;
    private static final int PARTIAL = 206;
    private static final int NOT_FOUND = 404;

    /** What one may say about a manifest; more is not read. */
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
     * @param path below the host
     * @param actions that are wanted there, as registries write them: {@code pull} or {@code pull,push}
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

    /** With its registry's name. */
    String name() {
        return host.name() + "/" + path;
    }

    /**
     * Which manifest a tag stands for, or whether there is one with a digest; costs the registry next to nothing.
     *
     * @param reference a tag or a digest
     */
    Optional<Digest> resolve(String reference) throws BuildkitException, InterruptedException {
        RegistryRequest request = RegistryRequest.head(path + "/manifests/" + reference, scopes, reading)
                .header("Accept", MediaTypes.ACCEPTED);
        return host.call(request, answer -> {
            if (answer.status() == NOT_FOUND) {
                return Optional.empty();
            }
            Optional<Digest> said = digest(request, answer, reference);
            // A registry need not say it.
            return said.isPresent() ? said : manifest(reference).map(Manifest::digest);
        });
    }

    private Optional<Digest> digest(RegistryRequest request, RegistryResponse answer, String reference)
            throws IOException, BuildkitException.RegistryRefusedException {
        if (answer.status() != OK) {
            throw host.refused(request, answer);
        }
        try {
            Manifest.checked(answer.header("Content-Type").orElse(""));
            Optional<Digest> said = said(answer);
            if (said.isPresent() && isDigest(reference) && !said.get().value().equals(reference)) {
                throw new IllegalArgumentException("the registry gives " + said.get() + " instead, which is refused");
            }
            return said;
        } catch (IllegalArgumentException e) {
            throw unreadable(reference, e);
        }
    }

    /** Empty when it is not there. */
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
                Digest digest = checked(reference, said(answer), bytes);
                return Optional.of(
                        new Manifest(digest, answer.header("Content-Type").orElse(""), bytes));
            } catch (IllegalArgumentException | RegistryResponse.TooLong e) {
                throw unreadable(reference, e);
            }
        });
    }

    /** What an index or a referrer names, which has to be there. */
    Manifest part(Digest digest) throws BuildkitException, InterruptedException {
        return manifest(digest.value())
                .orElseThrow(() -> unreadable(
                        digest.value(), new IllegalArgumentException("it is not there, so the image is not whole")));
    }

    /** A small blob as a whole, such as an image's configuration. */
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
     * What says something about a manifest without being in its index: signatures, bills of materials. Registries that
     * do not know of such have them in an index under a tag.
     */
    List<Descriptor> referrers(Digest subject) throws BuildkitException, InterruptedException {
        Optional<List<Descriptor>> known = knownReferrers(subject);
        return (known.isPresent() ? known.get() : taggedReferrers(subject))
                .stream()
                        .filter(referrer -> MediaTypes.isManifest(referrer.mediaType()))
                        .toList();
    }

    /** What is in the index that stands in for what the registry does not know. */
    List<Descriptor> taggedReferrers(Digest subject) throws BuildkitException, InterruptedException {
        return manifest(referrersTag(subject)).map(Manifest::manifests).orElse(List.of());
    }

    /** Empty when the registry does not know of referrers. */
    Optional<List<Descriptor>> knownReferrers(Digest subject) throws BuildkitException, InterruptedException {
        List<Descriptor> found = new ArrayList<>();
        String next = path + "/referrers/" + subject;
        for (int pages = 0; !next.isEmpty(); pages++) {
            if (pages == MAX_PAGES || found.size() > MAX_REFERRERS) {
                throw unreadable(subject.value(), new IllegalArgumentException("far too much refers to it"));
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

    /** @param next where there are more; empty for nowhere */
    private record Page(List<Descriptor> referrers, String next) {}

    /** Empty when the registry does not know of referrers. */
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

    /** Where the specification has them for registries that do not know of referrers. */
    static String referrersTag(Digest subject) {
        String tag = subject.value().replace(':', '-');
        return tag.substring(0, Math.min(tag.length(), LONGEST_TAG));
    }

    /** What the bytes are, which must be what they were asked for as and what they are said to be. */
    private static Digest checked(String reference, Optional<Digest> said, byte[] bytes) {
        Optional<Digest> wanted = isDigest(reference) ? Optional.of(new Digest(reference)) : said;
        Digest digest = new DigestComputation(wanted.map(Digest::algorithm).orElse("sha256"))
                .update(bytes)
                .digest();
        if (wanted.isPresent() && !digest.equals(wanted.get())) {
            throw new IllegalArgumentException("what came has the digest " + digest + ", so it is refused");
        }
        return digest;
    }

    private static Optional<Digest> said(RegistryResponse answer) {
        return answer.header(DIGEST).map(Digest::new);
    }

    private static boolean isDigest(String reference) {
        // No tag has a colon.
        return reference.indexOf(':') >= 0;
    }

    /** Whether the same registry has both. */
    boolean isBeside(PullRepository other) {
        return host == other.host;
    }

    boolean is(PullRepository other) {
        return isBeside(other) && path.equals(other.path);
    }

    /**
     * A blob's content from a byte on, not looked at.
     *
     * @throws IOException when the connection breaks again and again
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
            // Parts are nothing that a registry must know.
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
