// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.client;

import com.google.gson.GsonBuilder;
import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import com.google.gson.JsonPrimitive;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The exporters' answers in the form of buildctl's and buildx' metadata file: values that are JSON objects in base64 are
 * unpacked ({@code writeMetadataFile} in {@code cmd/buildctl/build.go}, {@code decodeExporterResponse} in buildx'
 * {@code commands/build.go}).
 *
 * @param values of plain Java types only, so that scripts, XStream and Java serialization can have them
 */
public record MetadataFile(Map<String, Object> values) {
    private static final String DESCRIPTOR = "containerimage.descriptor";

    /** @param exporterResponse as {@code BuildResult} has it */
    public static MetadataFile of(Map<String, String> exporterResponse) {
        Map<String, Object> values = new LinkedHashMap<>();
        new TreeMap<>(exporterResponse).forEach((key, value) -> values.put(key, unpacked(value)));
        return new MetadataFile(values);
    }

    /** What the descriptor of a single image says that it runs on. */
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

    /** The file's text. */
    public String json() {
        return json(values);
    }

    /** The same for values that were kept. */
    public static String json(Map<String, Object> values) {
        return new GsonBuilder().setPrettyPrinting().disableHtmlEscaping().create().toJson(values);
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
            return new ArrayList<>(array.asList().stream().map(MetadataFile::plain).toList());
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
            return number.matches("-?\\d{1,18}") ? (Object) Long.valueOf(number) : Double.valueOf(number);
        }
        return primitive.getAsString();
    }
}
