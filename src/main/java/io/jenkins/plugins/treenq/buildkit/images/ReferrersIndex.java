// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.images;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import io.jenkins.plugins.treenq.buildkit.Digest;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.TreeMap;

/** Builds the index of a manifest's referrers for registries that do not support the referrers API. */
final class ReferrersIndex {
    private static final Gson GSON = new GsonBuilder().disableHtmlEscaping().create();

    private ReferrersIndex() {}

    static Manifest of(Collection<Descriptor> referrers) {
        JsonArray manifests = new JsonArray();
        referrers.forEach(referrer -> manifests.add(json(referrer)));
        JsonObject index = new JsonObject();
        index.addProperty("schemaVersion", 2);
        index.addProperty("mediaType", MediaTypes.INDEX);
        index.add("manifests", manifests);
        byte[] bytes = GSON.toJson(index).getBytes(StandardCharsets.UTF_8);
        return new Manifest(Digest.sha256(bytes), MediaTypes.INDEX, bytes);
    }

    private static JsonObject json(Descriptor referrer) {
        JsonObject json = new JsonObject();
        json.addProperty("mediaType", referrer.mediaType());
        json.addProperty("digest", referrer.digest().value());
        json.addProperty("size", referrer.sizeBytes());
        if (!referrer.artifactType().isEmpty()) {
            json.addProperty("artifactType", referrer.artifactType());
        }
        if (!referrer.annotations().isEmpty()) {
            JsonObject annotations = new JsonObject();
            new TreeMap<>(referrer.annotations()).forEach(annotations::addProperty);
            json.add("annotations", annotations);
        }
        return json;
    }
}
