// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.images;

import io.jenkins.plugins.treenq.buildkit.BuildkitException;
import io.jenkins.plugins.treenq.buildkit.Digest;
import io.jenkins.plugins.treenq.buildkit.Platform;
import io.jenkins.plugins.treenq.buildkit.images.ImageDescription.Attachment;
import io.jenkins.plugins.treenq.buildkit.images.ImageDescription.Variant;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/** Reads the metadata of one image with several requests at a time. */
final class Inspection {
    /** The maximum number of platforms, attestations and signatures, which exceeds that of any real image. */
    private static final int MAX_PARTS = 256;

    /** The maximum depth of indexes that contain indexes. */
    private static final int MAX_DEPTH = 4;

    /** The annotations of a manifest or layer in which the common tools name the type of a statement. */
    private static final Set<String> PREDICATES =
            Set.of("in-toto.io/predicate-type", "dev.sigstore.bundle.predicateType", "predicateType");

    private final PullRepository place;
    private final ParallelTasks parallel;

    /** The images of the platforms. */
    private final List<Descriptor> images = new ArrayList<>();

    private final List<Subject> attached = new ArrayList<>();

    Inspection(PullRepository place, ParallelTasks parallel) {
        this.place = place;
        this.parallel = parallel;
    }

    /** An attached artifact and the digest of its subject. */
    private record Subject(Digest subject, Descriptor descriptor) {}

    /**
     * The metadata of one platform's image.
     *
     * @param blobs the sizes of its configuration and layers in bytes
     */
    private record Part(Optional<Variant> variant, Map<Digest, Long> blobs) {}

    ImageDescription describe(Manifest top) throws BuildkitException, InterruptedException {
        collect(top, 0);
        List<ParallelTasks.Task<Part>> parts = new ArrayList<>();
        List<ParallelTasks.Task<List<Subject>>> references = new ArrayList<>();
        if (top.isIndex()) {
            images.forEach(image -> parts.add(() -> part(image)));
        } else {
            parts.add(() -> part(top, Optional.empty()));
        }
        references.add(() -> references(top.digest()));
        images.forEach(image -> references.add(() -> references(image.digest())));
        List<Part> found = parallel.all(parts);
        parallel.all(references).forEach(attached::addAll);
        limit(attached.size());
        List<Attachment> attachments =
                parallel.all(distinct(attached).stream().map(this::attachment).toList());
        Map<Digest, Long> blobs = new LinkedHashMap<>();
        found.forEach(part -> blobs.putAll(part.blobs()));
        return new ImageDescription(
                top.digest(),
                top.mediaType(),
                sum(blobs),
                top.annotations(),
                found.stream().flatMap(part -> part.variant().stream()).toList(),
                attachments);
    }

    private void collect(Manifest index, int depth) throws BuildkitException, InterruptedException {
        for (Descriptor child : index.manifests()) {
            if (child.isAttestation()) {
                attached.add(new Subject(child.attested(), child));
            } else if (MediaTypes.isIndex(child.mediaType()) && depth < MAX_DEPTH) {
                collect(place.part(child.digest()), depth + 1);
            } else if (MediaTypes.isManifest(child.mediaType())) {
                images.add(child);
            }
            limit(images.size() + attached.size());
        }
    }

    private void limit(int parts) throws BuildkitException.RegistryRefusedException {
        if (parts > MAX_PARTS) {
            throw new BuildkitException.RegistryRefusedException(
                    "the image in " + place.name() + " has more than " + MAX_PARTS + " parts", null);
        }
    }

    /**
     * Reads one image of an index. A registry may lack images that an index lists; such an image has its platform and
     * digest only.
     */
    private Part part(Descriptor image) throws BuildkitException, InterruptedException {
        Optional<Manifest> manifest = place.manifest(image.digest().value());
        if (manifest.isPresent()) {
            return part(manifest.get(), image.platform());
        }
        Variant unknown = new Variant(image.platform().orElse(null), image.digest(), 0, null, Map.of(), Map.of());
        return new Part(Optional.of(unknown), Map.of());
    }

    private Part part(Manifest manifest, Optional<Platform> platform) throws BuildkitException, InterruptedException {
        Map<Digest, Long> blobs = new LinkedHashMap<>();
        Stream.concat(manifest.config().stream(), manifest.layers().stream())
                .forEach(blob -> blobs.put(blob.digest(), blob.sizeBytes()));
        Optional<Descriptor> config = manifest.config().filter(known -> MediaTypes.isImageConfig(known.mediaType()));
        return new Part(
                config.isPresent() ? Optional.of(variant(manifest, config.get(), platform, blobs)) : Optional.empty(),
                blobs);
    }

    private Variant variant(Manifest manifest, Descriptor config, Optional<Platform> platform, Map<Digest, Long> blobs)
            throws BuildkitException, InterruptedException {
        byte[] bytes = place.blob(config);
        try {
            Json json = Json.parse(bytes);
            return new Variant(
                    platform.or(() -> Descriptor.platform(json)).orElse(null),
                    manifest.digest(),
                    sum(blobs),
                    time(json.text("created")),
                    json.object("config").map(inner -> inner.texts("Labels")).orElse(Map.of()),
                    manifest.annotations());
        } catch (IllegalArgumentException e) {
            throw place.unreadable(config.digest().value(), e);
        }
    }

    /** Adds the sizes. The registry is not trusted, so the sum is limited to keep it from overflowing. */
    private static long sum(Map<Digest, Long> blobs) {
        return blobs.values().stream().reduce(0L, (sum, size) -> Math.min(sum + size, Long.MAX_VALUE / 2));
    }

    private static Instant time(String text) {
        try {
            return OffsetDateTime.parse(text).toInstant();
        } catch (DateTimeException e) {
            return null;
        }
    }

    private List<Subject> references(Digest subject) throws BuildkitException, InterruptedException {
        return place.referrers(subject).stream()
                .map(found -> new Subject(subject, found))
                .toList();
    }

    /** Omits duplicates, because an attestation in an index may also be a referrer of its subject. */
    private static List<Subject> distinct(List<Subject> all) {
        Set<Digest> seen = new HashSet<>();
        return all.stream().filter(one -> seen.add(one.descriptor().digest())).toList();
    }

    private ParallelTasks.Task<Attachment> attachment(Subject one) {
        return () -> {
            Descriptor descriptor = one.descriptor();
            Optional<Manifest> manifest = place.manifest(descriptor.digest().value());
            Set<String> predicates = new TreeSet<>();
            Stream.concat(
                            Stream.of(descriptor.annotations()),
                            manifest.stream()
                                    .flatMap(known -> Stream.concat(
                                            Stream.of(known.annotations()),
                                            known.layers().stream().map(Descriptor::annotations))))
                    .forEach(annotations -> PREDICATES.stream()
                            .filter(annotations::containsKey)
                            .forEach(key -> predicates.add(annotations.get(key))));
            return new Attachment(
                    one.subject(),
                    descriptor.digest(),
                    manifest.map(Manifest::artifactType).orElse(descriptor.artifactType()),
                    predicates);
        };
    }
}
