// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.client;

import com.google.gson.GsonBuilder;
import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import com.google.gson.JsonPrimitive;
import io.jenkins.plugins.treenq.buildkit.BuildResult;
import io.jenkins.plugins.treenq.buildkit.Digest;
import io.jenkins.plugins.treenq.buildkit.ImageDigests;
import io.jenkins.plugins.treenq.buildkit.control.Blob;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * The response of the exporters in the form of buildctl's and buildx' metadata file, in which JSON objects that are
 * encoded in base64 are decoded ({@code writeMetadataFile} in {@code cmd/buildctl/build.go},
 * {@code decodeExporterResponse} in buildx' {@code commands/build.go}).
 *
 * @param values maps, lists, strings, numbers, booleans and null only, which scripts, XStream and Java serialization
 *     can handle
 */
public record MetadataFile(Map<String, Object> values) {
    private static final String DIGEST = "containerimage.digest";
    private static final String CONFIG = "containerimage.config.digest";
    private static final String DESCRIPTOR = "containerimage.descriptor";
    private static final String NAMES = "image.name";

    /** @param exporterResponse response as the daemon sends it */
    public static MetadataFile of(Map<String, String> exporterResponse) {
        Map<String, Object> values = new LinkedHashMap<>();
        new TreeMap<>(exporterResponse).forEach((key, value) -> values.put(key, unpacked(value)));
        return new MetadataFile(values);
    }

    /** Creates the response that the image exporter would send for an image. */
    public static MetadataFile of(ImageDigests image, List<String> names) {
        Map<String, Object> values = new LinkedHashMap<>();
        if (image.config() != null) {
            values.put(CONFIG, image.config().value());
        }
        values.put(DIGEST, image.digest().value());
        values.put(NAMES, String.join(",", names));
        return new MetadataFile(values);
    }

    /** Returns a copy of this response with the descriptor of the image that the daemon keeps. */
    MetadataFile withDescriptor(Blob blob) {
        Map<String, Object> descriptor = new LinkedHashMap<>();
        descriptor.put("mediaType", blob.mediaType());
        descriptor.put("digest", blob.digest().value());
        descriptor.put("size", blob.sizeBytes());
        Map<String, Object> more = new TreeMap<>(values);
        more.put(DESCRIPTOR, descriptor);
        return new MetadataFile(more);
    }

    /**
     * Returns the exported image; empty if no image was exported.
     *
     * @throws IllegalArgumentException if a digest of the image is malformed
     */
    public Optional<ImageDigests> image() {
        Optional<Digest> config = digest(CONFIG);
        return digest(DIGEST).map(digest -> new ImageDigests(digest, config.orElse(null)));
    }

    private Optional<Digest> digest(String key) {
        return Optional.ofNullable(values.get(key)).map(value -> new Digest(value.toString()));
    }

    /**
     * Returns the result of a build with this response.
     *
     * @throws IllegalArgumentException if a digest of the image is malformed
     */
    public BuildResult result(String ref, Duration duration) {
        return new BuildResult(ref, image().orElse(null), values, duration);
    }

    /** Returns the platform that the descriptor of a single image names; empty if it names none. */
    public List<String> platforms() {
        if (values.get(DESCRIPTOR) instanceof Map<?, ?> descriptor
                && descriptor.get("platform") instanceof Map<?, ?> platform
                && platform.get("os") instanceof String os
                && platform.get("architecture") instanceof String architecture) {
            String variant = platform.get("variant") instanceof String text ? "/" + text : "";
            return List.of(os + "/" + architecture + variant);
        }
        return List.of();
    }

    /** Returns the content of the file. */
    public String json() {
        return json(values);
    }

    /** Returns the content of a file with these values. */
    public static String json(Map<String, Object> values) {
        return new GsonBuilder()
                .setPrettyPrinting()
                .disableHtmlEscaping()
                .create()
                .toJson(values);
    }

    private static Object unpacked(String value) {
        try {
            String text = new String(Base64.getDecoder().decode(value), StandardCharsets.UTF_8);
            JsonElement json = JsonParser.parseString(text);
            boolean object = json.isJsonObject() && !json.getAsJsonObject().isEmpty();
            boolean objects = json.isJsonArray()
                    && !json.getAsJsonArray().isEmpty()
                    && json.getAsJsonArray().asList().stream().allMatch(JsonElement::isJsonObject);
            return object || objects ? plain(json) : value;
        } catch (IllegalArgumentException | JsonParseException e) {
            return value;
        }
    }

    private static Object plain(JsonElement json) {
        if (json instanceof JsonObject object) {
            Map<String, Object> map = new LinkedHashMap<>();
            object.asMap().forEach((key, value) -> map.put(key, plain(value)));
            return map;
        }
        if (json instanceof JsonArray array) {
            return new ArrayList<>(
                    array.asList().stream().map(MetadataFile::plain).toList());
        }
        if (json instanceof JsonPrimitive primitive) {
            return plain(primitive);
        }
        return null;
    }

    private static Object plain(JsonPrimitive primitive) {
        if (primitive.isBoolean()) {
            return primitive.getAsBoolean();
        }
        if (primitive.isNumber()) {
            String number = primitive.getAsString();
            if (number.matches("-?\\d{1,18}")) {
                return Long.valueOf(number);
            }
            // JSON has no infinite numbers, so that a number that is too large for a double stays as it was written.
            double value = Double.parseDouble(number);
            return Double.isFinite(value) ? (Object) value : number;
        }
        return primitive.getAsString();
    }
}
