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

/** Reads what came from a registry; anything unexpected is an {@link IllegalArgumentException} that says what. */
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
            // Said below.
        }
        throw new IllegalArgumentException("it is no JSON object");
    }

    private Optional<JsonElement> get(String name) {
        return Optional.ofNullable(object.get(name)).filter(value -> !value.isJsonNull());
    }

    boolean has(String name) {
        return get(name).isPresent();
    }

    /** Empty when it is not there. */
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

    /** -1 when it is not there. */
    long number(String name) {
        return get(name)
                .map(value -> {
                    try {
                        if (value.isJsonPrimitive()
                                && value.getAsJsonPrimitive().isNumber()) {
                            return value.getAsBigDecimal().longValueExact();
                        }
                    } catch (ArithmeticException | NumberFormatException e) {
                        // Said below.
                    }
                    throw wrong(name, "a number");
                })
                .orElse(-1L);
    }

    /** False when it is not there. */
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

    /** Empty when it is not there. */
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

    /** Texts by their keys; empty when there are none. */
    Map<String, String> texts(String name) {
        Map<String, String> texts = new LinkedHashMap<>();
        object(name).ifPresent(map -> map.object.keySet().forEach(key -> texts.put(key, map.text(key))));
        return texts;
    }

    private static IllegalArgumentException wrong(String name, String kind) {
        return new IllegalArgumentException("its '" + name + "' is not " + kind);
    }
}
