// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.client;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import com.google.gson.JsonPrimitive;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Map;
import java.util.TreeMap;

/** The exporters' answers as buildctl's and buildx' metadata file has them. */
public final class Metadata {
    private static final Gson GSON =
            new GsonBuilder().setPrettyPrinting().disableHtmlEscaping().create();

    private Metadata() {}

    /** A JSON object; what came as base64 of a JSON object, such as a descriptor, stands in it as an object. */
    public static String json(Map<String, String> exporterResponse) {
        JsonObject object = new JsonObject();
        new TreeMap<>(exporterResponse).forEach((key, value) -> object.add(key, element(value)));
        return GSON.toJson(object);
    }

    private static JsonElement element(String value) {
        try {
            String text = new String(Base64.getDecoder().decode(value), StandardCharsets.UTF_8);
            if (text.startsWith("{")) {
                return JsonParser.parseString(text);
            }
        } catch (IllegalArgumentException | JsonParseException e) {
            // It is plain text.
        }
        return new JsonPrimitive(value);
    }
}
