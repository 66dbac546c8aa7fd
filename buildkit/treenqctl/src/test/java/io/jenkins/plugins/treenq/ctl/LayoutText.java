// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.ctl;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/**
 * The content of an OCI layout as text, without values that differ in each build: a provenance's times and name of the
 * build, and the digests of everything that refers to it.
 */
final class LayoutText {
    /** The digests of steps depend on the session. */
    private static final Set<String> OF_ONE_BUILD = Set.of(
            "buildInvocationID",
            "buildStartedOn",
            "buildFinishedOn",
            "invocationId",
            "invocationID",
            "startedOn",
            "finishedOn",
            "digestMapping");

    /** Newer daemons also record a client that runs the frontend itself, such as buildctl. */
    private static final String CLIENT = "root";

    /** The only file whose name is not a digest. */
    private static final String INDEX = "index.json";

    private LayoutText() {}

    static String of(Path layout) throws IOException {
        Map<String, String> documents = new HashMap<>();
        Set<String> others = new HashSet<>();
        Set<String> changing = new HashSet<>();
        try (Stream<Path> blobs = Files.list(layout.resolve("blobs/sha256"))) {
            for (Path blob : blobs.toList()) {
                String digest = "sha256:" + blob.getFileName();
                String text = Files.readString(blob, StandardCharsets.ISO_8859_1);
                JsonElement json = json(text);
                if (json == null) {
                    others.add(digest);
                    continue;
                }
                String lasting = lasting(json).toString();
                documents.put(digest, lasting);
                if (!lasting.equals(json.toString())) {
                    changing.add(digest);
                }
            }
        }
        documents.put(
                INDEX, json(Files.readString(layout.resolve("index.json"))).toString());
        while (documents.entrySet().stream()
                .anyMatch(document -> pointsTo(document.getValue(), changing) && changing.add(document.getKey()))) {
            // A document that refers to a changing document changes, too.
        }
        StringBuilder text = new StringBuilder();
        Stream.concat(
                        others.stream(),
                        documents.entrySet().stream()
                                .map(document -> changing.contains(document.getKey())
                                        ? without(document.getValue(), changing)
                                        : document.getKey()))
                .sorted()
                .forEach(line -> text.append(line).append('\n'));
        return text.toString();
    }

    private static boolean pointsTo(String document, Set<String> digests) {
        return digests.stream().anyMatch(document::contains);
    }

    private static String without(String document, Set<String> digests) {
        String text = document;
        for (String digest : digests) {
            text = digest.equals(INDEX) ? text : text.replace(digest, "sha256:*");
        }
        return text.replaceAll("\"size\":\\d+", "\"size\":*");
    }

    private static JsonElement json(String text) {
        try {
            return text.startsWith("{") ? JsonParser.parseString(text) : null;
        } catch (JsonParseException e) {
            return null;
        }
    }

    private static JsonElement lasting(JsonElement json) {
        if (json instanceof JsonObject object) {
            JsonObject copy = new JsonObject();
            for (String key : List.copyOf(object.keySet())) {
                if (!OF_ONE_BUILD.contains(key) && !key.equals(CLIENT)) {
                    copy.add(key, lasting(object.get(key)));
                }
            }
            return copy;
        }
        if (json instanceof JsonArray array) {
            JsonArray copy = new JsonArray();
            array.forEach(element -> copy.add(lasting(element)));
            return copy;
        }
        return json;
    }
}
