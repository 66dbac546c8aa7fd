// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.images;

import io.jenkins.plugins.treenq.buildkit.Digest;
import io.jenkins.plugins.treenq.buildkit.ImageContent;
import io.jenkins.plugins.treenq.buildkit.Platform;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.UnaryOperator;

/** Reads the content of an image: its layers with the instructions that created them, and its attestations. */
public final class ImageContentReader {
    /** The maximum number of manifests, which exceeds the number of platforms and attestations of any image. */
    private static final int MAX_MANIFESTS = 64;

    /** The maximum size of a manifest, configuration or provenance. SBOMs can be larger and are not read. */
    public static final long MAX_BLOB_BYTES = 4 << 20;

    private static final String PREDICATE_TYPE = "in-toto.io/predicate-type";
    private static final String PROVENANCE = "https://slsa.dev/provenance/";

    private final ImageSize.Manifests blobs;
    private final UnaryOperator<String> mask;
    private final Map<Digest, List<ImageContent.Attested>> attested = new HashMap<>();
    private final Map<Digest, ImageContent.Variant> variants = new LinkedHashMap<>();
    private int layers;
    private int attestations;
    private int materials;

    private ImageContentReader(ImageSize.Manifests blobs, UnaryOperator<String> mask) {
        this.blobs = blobs;
        this.mask = mask;
    }

    /**
     * A manifest that an index lists.
     *
     * @param subject the manifest that this one attests; empty if this manifest is not an attestation
     */
    private record Listed(Digest digest, Optional<Platform> platform, Optional<Digest> subject) {}

    /**
     * Reads the content of an image. Parts that cannot be read are omitted, and so are parts that exceed the limits of
     * {@link ImageContent}. The limits apply to the whole image, because the daemon that sends the parts is not trusted
     * and limits of single parts multiply.
     *
     * @param image the digest of the manifest or index
     * @param blobs the source of the manifests, configurations and attestations
     * @param mask function that masks the secrets in a text
     */
    public static ImageContent read(Digest image, ImageSize.Manifests blobs, UnaryOperator<String> mask)
            throws InterruptedException {
        ImageContentReader reader = new ImageContentReader(blobs, mask);
        reader.add(image);
        return new ImageContent(reader.variants.values().stream()
                .map(variant -> new ImageContent.Variant(
                        variant.platform(),
                        variant.digest(),
                        variant.layers(),
                        reader.attested.getOrDefault(variant.digest(), List.of())))
                .toList());
    }

    /**
     * Adds an image and, one after the other, the manifests that it lists. Each manifest is released before the next
     * one is read.
     */
    private void add(Digest image) throws InterruptedException {
        Deque<Listed> next = new ArrayDeque<>(List.of(new Listed(image, Optional.empty(), Optional.empty())));
        Set<Digest> seen = new HashSet<>();
        while (!next.isEmpty() && seen.size() < MAX_MANIFESTS) {
            Listed listed = next.remove();
            if (!seen.add(listed.digest())) {
                continue;
            }
            Optional<Manifest> found = manifest(listed.digest());
            if (found.isEmpty()) {
                continue;
            }
            Manifest manifest = found.get();
            if (listed.subject().isPresent()) {
                attest(listed.subject().get(), manifest);
            } else if (manifest.isIndex()) {
                manifest.manifests().stream()
                        .limit(MAX_MANIFESTS)
                        .flatMap(child -> listed(child).stream())
                        .forEach(next::add);
            } else {
                variants.put(listed.digest(), variant(listed, manifest));
            }
        }
    }

    private static Optional<Listed> listed(Descriptor child) {
        try {
            Optional<Digest> subject = child.isAttestation() ? Optional.of(child.attested()) : Optional.empty();
            return Optional.of(new Listed(child.digest(), child.platform(), subject));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    private Optional<Manifest> manifest(Digest digest) throws InterruptedException {
        try {
            return bytes(digest).map(bytes -> new Manifest(digest, "", bytes));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    private void attest(Digest subject, Manifest manifest) throws InterruptedException {
        List<Descriptor> statements = manifest.layers().stream()
                .distinct()
                .limit(ImageContent.MOST_ATTESTATIONS - attestations)
                .toList();
        for (Descriptor statement : statements) {
            attestations++;
            attested.computeIfAbsent(subject, first -> new ArrayList<>()).add(attested(statement));
        }
    }

    private ImageContent.Attested attested(Descriptor statement) throws InterruptedException {
        String type = clipped(statement.annotations().getOrDefault(PREDICATE_TYPE, ""));
        if (type.startsWith(PROVENANCE)) {
            try {
                Optional<Json> predicate = json(statement).flatMap(json -> json.object("predicate"));
                if (predicate.isPresent()) {
                    return provenance(type, statement.sizeBytes(), predicate.get());
                }
            } catch (IllegalArgumentException e) {
                // The attestation exists and is listed without its content.
            }
        }
        return new ImageContent.Attested(type, statement.sizeBytes(), "", "", List.of());
    }

    /**
     * Reads provenance of both SLSA versions in the form in which BuildKit writes them
     * ({@code solver/llbsolver/provenance/types}).
     */
    private ImageContent.Attested provenance(String type, long sizeBytes, Json predicate) {
        Optional<Json> details = predicate.object("runDetails");
        Optional<Json> definition = predicate.object("buildDefinition");
        String builder = details.orElse(predicate)
                .object("builder")
                .map(json -> json.text("id"))
                .orElse("");
        Optional<Json> metadata = details.isPresent()
                ? details.get().object("metadata").flatMap(json -> json.object("buildkit_metadata"))
                : predicate
                        .object("metadata")
                        .flatMap(json -> json.object("https://mobyproject.org/buildkit@v1#metadata"));
        String source = metadata.flatMap(json -> json.object("vcs"))
                .map(vcs -> (vcs.text("source") + " " + vcs.text("revision")).strip())
                .orElse("");
        List<ImageContent.Material> some = definition
                .map(json -> json.objects("resolvedDependencies"))
                .orElseGet(() -> predicate.objects("materials"))
                .stream()
                .map(this::material)
                .distinct()
                .limit(ImageContent.MOST_MATERIALS - materials)
                .toList();
        materials += some.size();
        return new ImageContent.Attested(type, sizeBytes, masked(builder), masked(source), some);
    }

    private ImageContent.Material material(Json material) {
        return new ImageContent.Material(
                masked(material.text("uri")),
                material.texts("digest").entrySet().stream()
                        .findFirst()
                        .map(digest -> clipped(digest.getKey() + ":" + digest.getValue()))
                        .orElse(""));
    }

    /** Returns the image of one platform, without its attestations. */
    private ImageContent.Variant variant(Listed listed, Manifest manifest) throws InterruptedException {
        List<String> instructions = List.of();
        Optional<Platform> platform = listed.platform();
        try {
            Optional<Json> config =
                    manifest.config().isPresent() ? json(manifest.config().get()) : Optional.empty();
            instructions = config.map(ImageContentReader::instructions).orElse(List.of());
            if (platform.isEmpty()) {
                platform = config.flatMap(Descriptor::platform);
            }
        } catch (IllegalArgumentException e) {
            // The layers are known without the configuration.
        }
        // An image whose instructions and layers differ in number was not built from a Dockerfile.
        boolean created = instructions.size() == manifest.layers().size();
        List<ImageContent.Layer> some = new ArrayList<>();
        for (int i = 0; i < manifest.layers().size() && layers < ImageContent.MOST_LAYERS; i++) {
            layers++;
            Descriptor layer = manifest.layers().get(i);
            some.add(new ImageContent.Layer(
                    layer.digest(), layer.sizeBytes(), created ? masked(instructions.get(i)) : ""));
        }
        return new ImageContent.Variant(
                platform.map(each -> clipped(each.toString())).orElse(""), listed.digest(), some, List.of());
    }

    /** Returns the instructions that created layers. */
    private static List<String> instructions(Json config) {
        return config.objects("history").stream()
                .filter(step -> !step.flag("empty_layer"))
                .map(step -> step.text("created_by"))
                .toList();
    }

    private Optional<Json> json(Descriptor descriptor) throws InterruptedException {
        return descriptor.sizeBytes() > MAX_BLOB_BYTES
                ? Optional.empty()
                : bytes(descriptor.digest()).map(Json::parse);
    }

    /** Returns a blob, or empty if it is too large, because the size in a descriptor may be wrong. */
    private Optional<byte[]> bytes(Digest digest) throws InterruptedException {
        return blobs.find(digest).filter(bytes -> bytes.length <= MAX_BLOB_BYTES);
    }

    /**
     * Returns a text without secrets, truncated. Truncating comes last, because the mask would not recognize the rest
     * of a truncated secret.
     */
    private String masked(String text) {
        return clipped(mask.apply(text));
    }

    private static String clipped(String text) {
        if (text.length() < ImageContent.LONGEST_TEXT) {
            return text;
        }
        int end = ImageContent.LONGEST_TEXT - 1;
        return text.substring(0, Character.isHighSurrogate(text.charAt(end - 1)) ? end - 1 : end) + "…";
    }
}
