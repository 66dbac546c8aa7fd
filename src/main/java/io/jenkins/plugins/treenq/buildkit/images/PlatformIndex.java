// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.images;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.jenkins.plugins.treenq.buildkit.BuildkitException;
import io.jenkins.plugins.treenq.buildkit.Digest;
import io.jenkins.plugins.treenq.buildkit.Platform;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Builds one index of images that were built for one platform each. The index equals, byte for byte, the one that a
 * daemon writes that builds all of the platforms ({@code exporter/containerimage/writer.go}, Commit): first the images,
 * then their attestations.
 */
final class PlatformIndex {
    private static final Gson GSON =
            new GsonBuilder().setPrettyPrinting().disableHtmlEscaping().create();

    private final PullRepository place;
    private final JsonArray images = new JsonArray();
    private final JsonArray attestations = new JsonArray();
    private final Map<Platform, Manifest> platforms = new HashMap<>();
    private boolean oci;

    PlatformIndex(PullRepository place) {
        this.place = place;
    }

    /**
     * Adds an image, or the images and attestations of an index.
     *
     * @throws BuildkitException.InvalidRequestException if the index already has an image for the platform
     */
    void add(Manifest part) throws BuildkitException, InterruptedException {
        if (!part.isIndex()) {
            Descriptor config = part.config()
                    .filter(known -> MediaTypes.isImageConfig(known.mediaType()))
                    .orElseThrow(() -> new BuildkitException.InvalidRequestException(named(part) + " is not an image"));
            addImage(describe(part, place.blob(config)), part);
            return;
        }
        List<Descriptor> read = part.manifests();
        JsonArray raw = JsonParser.parseString(new String(part.bytes(), StandardCharsets.UTF_8))
                .getAsJsonObject()
                .getAsJsonArray("manifests");
        for (int i = 0; i < read.size(); i++) {
            if (read.get(i).isAttestation()) {
                attestations.add(raw.get(i));
                oci = true;
            } else {
                addImage(raw.get(i).getAsJsonObject(), part);
            }
        }
    }

    private void addImage(JsonObject image, Manifest part) throws BuildkitException.InvalidRequestException {
        Json json = Json.parse(image.toString().getBytes(StandardCharsets.UTF_8));
        Descriptor read = Descriptor.read(json);
        Platform platform = read.platform()
                .map(known -> ofVersion(known, json))
                .orElseThrow(() -> new BuildkitException.InvalidRequestException(
                        named(part) + " does not say which platform it is for"));
        Manifest other = platforms.put(platform, part);
        if (other != null) {
            throw new BuildkitException.InvalidRequestException(
                    named(part) + " and " + named(other) + " are both for " + platform);
        }
        oci = oci
                || read.mediaType().equals(MediaTypes.MANIFEST)
                || read.mediaType().equals(MediaTypes.INDEX);
        images.add(image);
    }

    /** Returns a platform with the version of its operating system. An image can be for several versions of Windows. */
    private static Platform ofVersion(Platform platform, Json descriptor) {
        String version = descriptor
                .object("platform")
                .map(json -> json.text("os.version"))
                .orElse("");
        return version.isEmpty()
                ? platform
                : new Platform(platform.os() + "(" + version + ")", platform.architecture(), platform.variant());
    }

    private String named(Manifest part) {
        return place.name() + "@" + part.digest();
    }

    private JsonObject describe(Manifest image, byte[] config) throws BuildkitException.RegistryRefusedException {
        JsonObject platform = new JsonObject();
        try {
            Json json = Json.parse(config);
            for (String key : List.of("architecture", "os", "os.version", "variant")) {
                if (!json.text(key).isEmpty()) {
                    platform.addProperty(key, json.text(key));
                }
            }
        } catch (IllegalArgumentException e) {
            throw place.unreadable(image.digest().value(), e);
        }
        JsonObject json = new JsonObject();
        json.addProperty("mediaType", image.mediaType());
        json.addProperty("digest", image.digest().value());
        json.addProperty("size", image.sizeBytes());
        json.add("platform", platform);
        return json;
    }

    /**
     * Returns the index.
     *
     * @param annotations the annotations of the index. An index with annotations has the OCI media type, because
     *     Docker's manifest list has no annotations
     */
    Manifest with(Map<String, String> annotations) {
        JsonArray manifests = new JsonArray();
        manifests.addAll(images);
        manifests.addAll(attestations);
        JsonObject index = new JsonObject();
        String mediaType = oci || !annotations.isEmpty() ? MediaTypes.INDEX : MediaTypes.DOCKER_LIST;
        index.addProperty("schemaVersion", 2);
        index.addProperty("mediaType", mediaType);
        index.add("manifests", manifests);
        if (!annotations.isEmpty()) {
            index.add("annotations", sorted(annotations));
        }
        byte[] bytes = goText(index).getBytes(StandardCharsets.UTF_8);
        return new Manifest(Digest.sha256(bytes), mediaType, bytes);
    }

    private static JsonObject sorted(Map<String, String> texts) {
        JsonObject json = new JsonObject();
        new TreeMap<>(texts).forEach(json::addProperty);
        return json;
    }

    /**
     * Returns the text that Go's {@code json.MarshalIndent} writes. The replaced characters occur within strings only.
     */
    private static String goText(JsonElement json) {
        return GSON.toJson(json).replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026");
    }
}
