// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.images;

import io.jenkins.plugins.treenq.buildkit.Digest;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A manifest or index with its original bytes and its parsed content. */
final class Manifest {
    private final Digest digest;
    private final String mediaType;
    private final byte[] bytes;
    private final List<Descriptor> manifests;
    private final List<Descriptor> layers;
    private final Optional<Descriptor> config;
    private final Optional<Descriptor> subject;
    private final String artifactType;
    private final Map<String, String> annotations;

    /**
     * Parses a manifest.
     *
     * @param digest the digest of the bytes, which the caller has checked
     * @param contentType the content type of the response
     * @throws IllegalArgumentException if the manifest is malformed or of an unknown type; the message continues a
     *     sentence that ends in "it cannot be read:"
     */
    Manifest(Digest digest, String contentType, byte[] bytes) {
        this.digest = digest;
        this.bytes = bytes.clone();
        String served = checked(contentType);
        Json json = Json.parse(bytes);
        if (json.number("schemaVersion") == 1) {
            throw schema1();
        }
        this.mediaType = mediaType(served, json.text("mediaType"));
        boolean index = MediaTypes.isIndex(mediaType);
        // A manifest that one client reads as an index must not be an image for another client (CVE-2021-41190).
        if (json.has("manifests") && (json.has("layers") || json.has("config"))) {
            throw new IllegalArgumentException("it is both an index and a manifest");
        }
        // An image without layers, such as one that only has labels, may have no list of layers.
        if (!json.has(index ? "manifests" : "layers") && (index || !json.has("config"))) {
            throw new IllegalArgumentException("it is not of the type that it states, " + mediaType);
        }
        this.manifests =
                json.objects("manifests").stream().map(Descriptor::read).toList();
        this.layers = json.objects("layers").stream().map(Descriptor::read).toList();
        this.config = json.object("config").map(Descriptor::read);
        this.subject = json.object("subject").map(Descriptor::read);
        this.artifactType = json.text("artifactType");
        this.annotations = Map.copyOf(json.texts("annotations"));
    }

    /**
     * Returns the content type without its parameters.
     *
     * @throws IllegalArgumentException if content of this type cannot be a supported manifest
     */
    static String checked(String contentType) {
        String bare = MediaTypes.bare(contentType);
        if (MediaTypes.isSchema1(bare)) {
            throw schema1();
        }
        if (!MediaTypes.isManifest(bare) && !MediaTypes.isUnspecific(bare)) {
            throw new IllegalArgumentException("its content type " + bare + " is not that of a manifest");
        }
        return bare;
    }

    private static IllegalArgumentException schema1() {
        return new IllegalArgumentException(
                "it has Docker's old format, schema 1, which cannot be trusted; push the image again with a "
                        + "current tool");
    }

    private static String mediaType(String served, String own) {
        if (MediaTypes.isUnspecific(served)) {
            if (!MediaTypes.isManifest(own)) {
                throw new IllegalArgumentException("it does not state its media type");
            }
            return own;
        }
        if (!own.isEmpty() && !own.equals(served)) {
            throw new IllegalArgumentException(
                    "its content type is " + served + ", but it states the media type " + own);
        }
        return served;
    }

    Digest digest() {
        return digest;
    }

    String mediaType() {
        return mediaType;
    }

    byte[] bytes() {
        return bytes.clone();
    }

    int sizeBytes() {
        return bytes.length;
    }

    boolean isIndex() {
        return MediaTypes.isIndex(mediaType);
    }

    /** Returns the manifests that an index lists; empty for a manifest. */
    List<Descriptor> manifests() {
        return manifests;
    }

    /** Returns the layers of a manifest; empty for an index. */
    List<Descriptor> layers() {
        return layers;
    }

    Optional<Descriptor> config() {
        return config;
    }

    /**
     * Returns the descriptor of the manifest that this referrer is attached to, or empty if this manifest is no
     * referrer.
     */
    Optional<Descriptor> subject() {
        return subject;
    }

    /**
     * Returns the type of an artifact that is not an image, or otherwise the media type of the configuration; may be
     * empty.
     */
    String artifactType() {
        return artifactType.isEmpty() ? config.map(Descriptor::mediaType).orElse("") : artifactType;
    }

    Map<String, String> annotations() {
        return annotations;
    }
}
