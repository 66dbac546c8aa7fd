// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.content;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import io.jenkins.plugins.treenq.buildkit.Digest;
import io.jenkins.plugins.treenq.buildkit.files.RootedPath;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.Channels;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Deletes the blobs of a layout that are not reachable from its index ({@code client/solve.go}, resetCacheStore). */
public final class LayoutCleaning {
    /** The media types of the blobs that refer to others: the indexes and manifests of OCI and Docker. */
    private static final Set<String> LEADING_TYPES = Set.of(
            "application/vnd.oci.image.index.v1+json",
            "application/vnd.oci.image.manifest.v1+json",
            "application/vnd.docker.distribution.manifest.list.v2+json",
            "application/vnd.docker.distribution.manifest.v2+json");

    private static final int LARGEST_BYTES = 64 << 20;

    private LayoutCleaning() {}

    /**
     * Deletes the unreachable blobs.
     *
     * @param folder the folder of the layout
     * @throws IOException if a manifest is missing or cannot be read, in which case nothing was deleted, or if a blob
     *     cannot be deleted
     */
    public static void clean(RootedPath folder) throws IOException {
        Layout layout = new Layout(folder);
        Set<Digest> used = new HashSet<>();
        Deque<Digest> leading = new ArrayDeque<>(new LayoutIndex(folder).digests());
        used.addAll(leading);
        while (!leading.isEmpty()) {
            for (JsonObject child : children(layout, leading.pop())) {
                Digest digest = digest(child);
                if (used.add(digest) && LEADING_TYPES.contains(text(child, "mediaType"))) {
                    leading.push(digest);
                }
            }
        }
        for (Layout.Blob blob : layout.list()) {
            if (!used.contains(blob.digest())) {
                layout.delete(blob.digest());
            }
        }
    }

    private static List<JsonObject> children(Layout layout, Digest digest) throws IOException {
        Optional<Layout.Blob> blob = layout.find(digest);
        if (blob.isEmpty() || blob.get().sizeBytes() > LARGEST_BYTES) {
            throw new IOException("manifest " + digest + " is missing or too large");
        }
        List<JsonObject> children = new ArrayList<>();
        try (InputStream in = Channels.newInputStream(layout.open(digest))) {
            JsonObject manifest = JsonParser.parseString(
                            new String(in.readNBytes(LARGEST_BYTES), StandardCharsets.UTF_8))
                    .getAsJsonObject();
            for (String field : List.of("manifests", "layers")) {
                if (manifest.has(field) && manifest.get(field).isJsonArray()) {
                    manifest.getAsJsonArray(field).forEach(child -> children.add(child.getAsJsonObject()));
                }
            }
            JsonElement config = manifest.get("config");
            if (config != null && config.isJsonObject()) {
                children.add(config.getAsJsonObject());
            }
            return children;
        } catch (JsonParseException | IllegalStateException e) {
            throw new IOException("manifest " + digest + " is malformed");
        }
    }

    private static Digest digest(JsonObject child) throws IOException {
        try {
            return new Digest(text(child, "digest"));
        } catch (IllegalArgumentException e) {
            throw new IOException("a manifest has an entry without a valid digest");
        }
    }

    private static String text(JsonObject object, String name) {
        JsonElement value = object.get(name);
        return value == null || !value.isJsonPrimitive() ? "" : value.getAsString();
    }
}
