// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.images;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Reads JSON that a registry sent. A value of an unexpected type causes an {@link IllegalArgumentException} whose
 * message names the value.
 */
final class Json {
    private final JsonObject object;

    private Json(JsonObject object) {
        this.object = object;
    }

    static Json parse(byte[] bytes) {
        try {
            JsonElement element = JsonParser.parseString(new String(bytes, StandardCharsets.UTF_8));
            if (element.isJsonObject()) {
                return new Json(element.getAsJsonObject());
            }
        } catch (JsonParseException e) {
            // The exception below reports malformed JSON, too.
        }
        throw new IllegalArgumentException("it is not a JSON object");
    }

    private Optional<JsonElement> get(String name) {
        return Optional.ofNullable(object.get(name)).filter(value -> !value.isJsonNull());
    }

    boolean has(String name) {
        return get(name).isPresent();
    }

    /** Returns a string, or an empty string if it is missing. */
    String text(String name) {
        return get(name)
                .map(value -> {
                    if (!value.isJsonPrimitive() || !value.getAsJsonPrimitive().isString()) {
                        throw wrong(name, "text");
                    }
                    return value.getAsString();
                })
                .orElse("");
    }

    /** Returns a number, or -1 if it is missing. */
    long number(String name) {
        return get(name)
                .map(value -> {
                    try {
                        if (value.isJsonPrimitive()
                                && value.getAsJsonPrimitive().isNumber()) {
                            return value.getAsBigDecimal().longValueExact();
                        }
                    } catch (ArithmeticException | NumberFormatException e) {
                        // The exception below reports an unsuitable number, too.
                    }
                    throw wrong(name, "a number");
                })
                .orElse(-1L);
    }

    /** Returns a boolean, or false if it is missing. */
    boolean flag(String name) {
        return get(name)
                .map(value -> {
                    if (!value.isJsonPrimitive() || !value.getAsJsonPrimitive().isBoolean()) {
                        throw wrong(name, "true or false");
                    }
                    return value.getAsBoolean();
                })
                .orElse(false);
    }

    Optional<Json> object(String name) {
        return get(name).map(value -> {
            if (!value.isJsonObject()) {
                throw wrong(name, "an object");
            }
            return new Json(value.getAsJsonObject());
        });
    }

    /** Returns a list of objects, or an empty list if it is missing. */
    List<Json> objects(String name) {
        List<Json> objects = new ArrayList<>();
        for (JsonElement element : list(name)) {
            if (!element.isJsonObject()) {
                throw wrong(name, "a list of objects");
            }
            objects.add(new Json(element.getAsJsonObject()));
        }
        return objects;
    }

    private JsonArray list(String name) {
        return get(name)
                .map(value -> {
                    if (!value.isJsonArray()) {
                        throw wrong(name, "a list");
                    }
                    return value.getAsJsonArray();
                })
                .orElse(new JsonArray());
    }

    /** Returns an object's strings by their keys, or an empty map if the object is missing. */
    Map<String, String> texts(String name) {
        Map<String, String> texts = new LinkedHashMap<>();
        object(name).ifPresent(map -> map.object.keySet().forEach(key -> texts.put(key, map.text(key))));
        return texts;
    }

    private static IllegalArgumentException wrong(String name, String kind) {
        return new IllegalArgumentException("its '" + name + "' is not " + kind);
    }
}
