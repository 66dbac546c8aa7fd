// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.images;

import io.jenkins.plugins.treenq.buildkit.Digest;
import io.jenkins.plugins.treenq.buildkit.ImageContent;
import io.jenkins.plugins.treenq.buildkit.Platform;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Reads the content of an image: its layers with the instructions that created them, and its attestations. */
public final class ImageContentReader {
    /** The maximum number of manifests, which exceeds the number of platforms and attestations of any image. */
    private static final int MAX_MANIFESTS = 64;

    private static final int MAX_LAYERS = 500;
    private static final int MAX_MATERIALS = 100;
    private static final int LONGEST_TEXT = 1000;

    /** The maximum size of a configuration or provenance. SBOMs can be larger and are not read. */
    private static final long MAX_BLOB_BYTES = 4 << 20;

    private static final String PREDICATE_TYPE = "in-toto.io/predicate-type";
    private static final String PROVENANCE = "https://slsa.dev/provenance/";

    private final ImageSize.Manifests blobs;
    private final Map<Digest, List<ImageContent.Attested>> attested = new LinkedHashMap<>();
    private final Map<Digest, Image> images = new LinkedHashMap<>();
    private int read;

    private ImageContentReader(ImageSize.Manifests blobs) {
        this.blobs = blobs;
    }

    private record Image(Optional<Platform> platform, Manifest manifest) {}

    /**
     * Reads the content of an image. Parts that cannot be read are omitted.
     *
     * @param image the digest of the manifest or index
     * @param blobs the source of the manifests, configurations and attestations
     */
    public static ImageContent read(Digest image, ImageSize.Manifests blobs) throws InterruptedException {
        ImageContentReader reader = new ImageContentReader(blobs);
        reader.add(image, Optional.empty());
        List<ImageContent.Variant> variants = new ArrayList<>();
        for (Map.Entry<Digest, Image> each : reader.images.entrySet()) {
            variants.add(reader.variant(each.getKey(), each.getValue()));
        }
        return new ImageContent(variants);
    }

    private void add(Digest digest, Optional<Platform> platform) throws InterruptedException {
        Optional<Manifest> found = images.containsKey(digest) ? Optional.empty() : manifest(digest);
        if (found.isEmpty()) {
            return;
        }
        Manifest manifest = found.get();
        if (!manifest.isIndex()) {
            images.put(digest, new Image(platform, manifest));
            return;
        }
        for (Descriptor child : manifest.manifests()) {
            if (child.isAttestation()) {
                attest(child);
            } else {
                add(child.digest(), child.platform());
            }
        }
    }

    private Optional<Manifest> manifest(Digest digest) throws InterruptedException {
        if (++read > MAX_MANIFESTS) {
            return Optional.empty();
        }
        try {
            return blobs.find(digest).map(bytes -> new Manifest(digest, "", bytes));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    private void attest(Descriptor attestation) throws InterruptedException {
        Digest subject;
        try {
            subject = attestation.attested();
        } catch (IllegalArgumentException e) {
            return;
        }
        Optional<Manifest> manifest = manifest(attestation.digest());
        if (manifest.isEmpty()) {
            return;
        }
        for (Descriptor layer :
                manifest.get().layers().stream().limit(MAX_MANIFESTS).toList()) {
            attested.computeIfAbsent(subject, first -> new ArrayList<>()).add(attested(layer));
        }
    }

    private ImageContent.Attested attested(Descriptor statement) throws InterruptedException {
        String type = text(statement.annotations().getOrDefault(PREDICATE_TYPE, ""));
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
    private static ImageContent.Attested provenance(String type, long sizeBytes, Json predicate) {
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
        List<Json> materials =
                definition.map(json -> json.objects("resolvedDependencies")).orElse(predicate.objects("materials"));
        return new ImageContent.Attested(
                type,
                sizeBytes,
                text(builder),
                text(source),
                materials.stream()
                        .limit(MAX_MATERIALS)
                        .map(material -> new ImageContent.Material(
                                text(material.text("uri")),
                                material.texts("digest").entrySet().stream()
                                        .findFirst()
                                        .map(digest -> text(digest.getKey() + ":" + digest.getValue()))
                                        .orElse("")))
                        .toList());
    }

    private ImageContent.Variant variant(Digest digest, Image image) throws InterruptedException {
        Manifest manifest = image.manifest();
        Optional<Json> config = Optional.empty();
        List<String> instructions = List.of();
        Optional<Platform> platform = image.platform();
        try {
            config = manifest.config().isPresent() ? json(manifest.config().get()) : Optional.empty();
            instructions = config.map(ImageContentReader::instructions).orElse(List.of());
            if (platform.isEmpty()) {
                platform = config.flatMap(Descriptor::platform);
            }
        } catch (IllegalArgumentException e) {
            // The layers are known without the configuration.
        }
        List<Descriptor> all = manifest.layers().stream().limit(MAX_LAYERS).toList();
        List<ImageContent.Layer> layers = new ArrayList<>();
        for (int i = 0; i < all.size(); i++) {
            // An image whose instructions and layers differ in number was not built from a Dockerfile.
            String instruction = instructions.size() == manifest.layers().size() ? instructions.get(i) : "";
            layers.add(new ImageContent.Layer(all.get(i).digest(), all.get(i).sizeBytes(), instruction));
        }
        return new ImageContent.Variant(
                platform.map(Platform::toString).map(ImageContentReader::text).orElse(""),
                digest,
                layers,
                attested.getOrDefault(digest, List.of()));
    }

    /** Returns the instructions that created layers. */
    private static List<String> instructions(Json config) {
        return config.objects("history").stream()
                .filter(step -> !step.flag("empty_layer"))
                .map(step -> text(step.text("created_by")))
                .toList();
    }

    private Optional<Json> json(Descriptor descriptor) throws InterruptedException {
        return descriptor.sizeBytes() > MAX_BLOB_BYTES
                ? Optional.empty()
                : blobs.find(descriptor.digest()).map(Json::parse);
    }

    private static String text(String text) {
        return text.length() > LONGEST_TEXT ? text.substring(0, LONGEST_TEXT) + "…" : text;
    }
}
