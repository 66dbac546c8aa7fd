// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.images;

import io.jenkins.plugins.treenq.buildkit.BuildkitException;
import io.jenkins.plugins.treenq.buildkit.Digest;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** One repository of a registry, by the distribution specification; what comes is what was asked for, or refused. */
final class Repository {
    /** What the specification asks registries to take; nothing longer is read. */
    static final int MAX_MANIFEST_BYTES = 4 << 20;

    private static final int OK = 200;
    private static final int NOT_FOUND = 404;

    /** What one may say about a manifest; more is not read. */
    private static final int MAX_REFERRERS = 1000;

    private static final int MAX_PAGES = 50;
    private static final Pattern NEXT = Pattern.compile("<([^>]*)>\\s*;\\s*rel=\"?next\"?");

    private static final int LONGEST_TAG = 128;
    private static final String DIGEST = "Docker-Content-Digest";

    private final Host host;
    private final String path;
    private final List<String> scopes;

    /** @param path below the host */
    Repository(Host host, String path) {
        this.host = host;
        this.path = path;
        this.scopes = List.of("repository:" + path + ":pull");
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
        Ask ask = Ask.head(path + "/manifests/" + reference, scopes, "reading " + path)
                .header("Accept", MediaTypes.ACCEPTED);
        return host.ask(ask, answer -> {
            if (answer.status() == NOT_FOUND) {
                return Optional.empty();
            }
            Optional<Digest> said = digest(ask, answer, reference);
            // A registry need not say it.
            return said.isPresent() ? said : manifest(reference).map(Manifest::digest);
        });
    }

    private Optional<Digest> digest(Ask ask, Answer answer, String reference)
            throws IOException, BuildkitException.RegistryRefused {
        if (answer.status() != OK) {
            throw host.refused(ask, answer);
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
        Ask ask = Ask.get(path + "/manifests/" + reference, scopes, "reading " + path)
                .header("Accept", MediaTypes.ACCEPTED);
        return host.ask(ask, answer -> {
            if (answer.status() == NOT_FOUND) {
                return Optional.empty();
            }
            if (answer.status() != OK) {
                throw host.refused(ask, answer);
            }
            try {
                byte[] bytes = answer.bytes(MAX_MANIFEST_BYTES);
                Digest digest = checked(reference, said(answer), bytes);
                return Optional.of(new Manifest(digest, answer.header("Content-Type").orElse(""), bytes));
            } catch (IllegalArgumentException | Answer.TooLong e) {
                throw unreadable(reference, e);
            }
        });
    }

    /** What an index or a referrer names, which has to be there. */
    Manifest part(Descriptor part) throws BuildkitException, InterruptedException {
        return manifest(part.digest().value())
                .orElseThrow(() -> unreadable(
                        part.digest().value(), new IllegalArgumentException("it is not there, so the image is not whole")));
    }

    /** A small blob as a whole, such as an image's configuration. */
    byte[] blob(Descriptor blob) throws BuildkitException, InterruptedException {
        Ask ask = Ask.get(path + "/blobs/" + blob.digest(), scopes, "reading " + path);
        return host.ask(ask, answer -> {
            if (answer.status() != OK) {
                throw host.refused(ask, answer);
            }
            try {
                byte[] bytes = answer.bytes(MAX_MANIFEST_BYTES);
                checked(blob.digest().value(), Optional.empty(), bytes);
                return bytes;
            } catch (IllegalArgumentException | Answer.TooLong e) {
                throw unreadable(blob.digest().value(), e);
            }
        });
    }

    /**
     * What says something about a manifest without being in its index: signatures, bills of materials. Registries that
     * do not know of such have them in an index under a tag.
     */
    List<Descriptor> referrers(Digest subject) throws BuildkitException, InterruptedException {
        List<Descriptor> found = new ArrayList<>();
        String next = path + "/referrers/" + subject;
        for (int pages = 0; !next.isEmpty(); pages++) {
            if (pages == MAX_PAGES || found.size() > MAX_REFERRERS) {
                throw unreadable(subject.value(), new IllegalArgumentException("far too much refers to it"));
            }
            Ask ask = Ask.get(next, scopes, "reading " + path).header("Accept", MediaTypes.INDEX);
            Optional<Page> page = host.ask(ask, answer -> page(ask, answer, subject));
            if (page.isEmpty()) {
                return manifest(referrersTag(subject)).map(Manifest::manifests).orElse(List.of());
            }
            found.addAll(page.get().referrers());
            next = page.get().next();
        }
        return found;
    }

    /** @param next where there are more; empty for nowhere */
    private record Page(List<Descriptor> referrers, String next) {}

    /** Empty when the registry does not know of referrers. */
    private Optional<Page> page(Ask ask, Answer answer, Digest subject)
            throws IOException, BuildkitException.RegistryRefused {
        int status = answer.status();
        if (status == 401 || status == 403 || status >= 429) {
            throw host.refused(ask, answer);
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
        } catch (IllegalArgumentException | Answer.TooLong e) {
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
        Digest digest = new Hash(wanted.map(Digest::algorithm).orElse("sha256")).update(bytes).digest();
        if (wanted.isPresent() && !digest.equals(wanted.get())) {
            throw new IllegalArgumentException("what came has the digest " + digest + ", so it is refused");
        }
        return digest;
    }

    private static Optional<Digest> said(Answer answer) {
        return answer.header(DIGEST).map(Digest::new);
    }

    private static boolean isDigest(String reference) {
        // No tag has a colon.
        return reference.indexOf(':') >= 0;
    }

    BuildkitException.RegistryRefused unreadable(String reference, Exception reason) {
        return new BuildkitException.RegistryRefused(
                name() + (isDigest(reference) ? "@" : ":") + reference + " cannot be read: " + reason.getMessage(),
                reason);
    }
}
