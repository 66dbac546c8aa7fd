// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.content;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import io.jenkins.plugins.treenq.buildkit.Digest;
import io.jenkins.plugins.treenq.buildkit.files.RootedPath;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.SeekableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.UUID;

/**
 * The index of an OCI layout, which lists the layout's images ({@code client/ociindex}). The client, not the daemon,
 * reads the index before a build and writes it afterwards.
 */
public final class LayoutIndex {
    /** The annotation with the full name of an image, which containerd defines. */
    private static final String IMAGE_NAME = "io.containerd.image.name";
    /** The annotation with the tag of an image. */
    private static final String REF_NAME = "org.opencontainers.image.ref.name";

    private static final String INDEX_TYPE = "application/vnd.oci.image.index.v1+json";
    private static final String LAYOUT = "{\"imageLayoutVersion\":\"1.0.0\"}";

    /**
     * The order in which Go writes the fields. The client keeps it, so that the file does not depend on the program
     * that wrote it.
     */
    private static final List<String> INDEX_FIELDS =
            List.of("schemaVersion", "mediaType", "artifactType", "manifests", "subject", "annotations");

    private static final List<String> ENTRY_FIELDS =
            List.of("mediaType", "digest", "size", "urls", "annotations", "data", "platform", "artifactType");
    private static final Gson GSON = new GsonBuilder().disableHtmlEscaping().create();

    /** The maximum size of an index in bytes, which is sufficient for tens of thousands of entries. */
    private static final int LARGEST_BYTES = 16 << 20;

    private final RootedPath folder;

    public LayoutIndex(RootedPath folder) {
        this.folder = folder;
    }

    /**
     * The name of an entry in the index.
     *
     * @param image the full name of the image; empty for an entry with a tag only
     * @param tag the tag, or the text after the first ":" in the path of the image, or the text from the first "@" on
     */
    public record Name(String image, String tag) {
        public static Name ofTag(String tag) {
            return new Name("", tag);
        }

        public static Name ofImage(String image) {
            int slash = image.indexOf('/');
            String path = slash < 0 ? "" : image.substring(slash);
            for (int i = 0; i < path.length(); i++) {
                if (path.charAt(i) == ':') {
                    return new Name(image, path.substring(i + 1));
                }
                if (path.charAt(i) == '@') {
                    return new Name(image, path.substring(i));
                }
            }
            return new Name(image, "");
        }
    }

    /**
     * Returns the digest of the entry with an image name or, if no entry has this name, with a tag.
     *
     * @throws IOException if the layout has no valid index
     */
    public Optional<Digest> find(String nameOrTag) throws IOException {
        List<JsonObject> manifests = manifests(read());
        for (String annotation : List.of(IMAGE_NAME, REF_NAME)) {
            for (JsonObject manifest : manifests) {
                if (nameOrTag.equals(annotation(manifest, annotation))) {
                    return Optional.of(digest(manifest));
                }
            }
        }
        return Optional.empty();
    }

    /**
     * Returns the digest of the image that an address without a tag means: {@code latest}, or else the only entry.
     *
     * @throws IOException if the layout has no valid index
     */
    public Optional<Digest> untagged() throws IOException {
        Optional<Digest> latest = find("latest");
        if (latest.isPresent()) {
            return latest;
        }
        List<Digest> all = digests();
        return all.size() == 1 ? Optional.of(all.get(0)) : Optional.empty();
    }

    /** Whether the layout has a blob. */
    public boolean hasBlob(Digest digest) throws IOException {
        return new Layout(folder).find(digest).isPresent();
    }

    /** Returns the digests of all entries. */
    List<Digest> digests() throws IOException {
        List<Digest> digests = new ArrayList<>();
        for (JsonObject manifest : manifests(read())) {
            digests.add(digest(manifest));
        }
        return digests;
    }

    /**
     * Adds an entry with each of the names, and removes these names from older entries. A folder that is not a layout
     * yet becomes one.
     *
     * @param descriptor the descriptor in JSON, as the daemon sends it
     */
    public void put(String descriptor, List<Name> names) throws IOException {
        JsonObject entry = object(descriptor, "the descriptor of the result");
        Path made = folder.madeFolder();
        // A file lock does not exclude other threads of the same process, so a lock within the process is needed, too.
        synchronized (LayoutIndex.class) {
            try (SeekableByteChannel layout = folder.child("oci-layout").change()) {
                if (layout instanceof FileChannel file) {
                    file.lock();
                }
                layout.truncate(0).write(ByteBuffer.wrap(LAYOUT.getBytes(StandardCharsets.UTF_8)));
                JsonObject index;
                try {
                    index = read();
                } catch (NoSuchFileException e) {
                    index = new JsonObject();
                }
                setDefaults(index);
                for (Name name : names) {
                    insert(index, entry.deepCopy(), name);
                }
                replace(made, GSON.toJson(ordered(index, INDEX_FIELDS)));
            }
        }
    }

    private static void setDefaults(JsonObject index) {
        if (!index.has("schemaVersion")) {
            index.addProperty("schemaVersion", 2);
        }
        if (!index.has("mediaType")) {
            index.addProperty("mediaType", INDEX_TYPE);
        }
        if (!index.has("manifests")) {
            index.add("manifests", new JsonArray());
        }
    }

    private static void insert(JsonObject index, JsonObject entry, Name name) {
        JsonElement given = entry.get("annotations");
        JsonObject annotations = given != null && given.isJsonObject() ? given.getAsJsonObject() : new JsonObject();
        if (!name.image().isEmpty()) {
            annotations.addProperty(IMAGE_NAME, name.image());
        }
        annotations.addProperty(REF_NAME, name.tag());
        entry.add("annotations", ordered(annotations, new TreeSet<>(annotations.keySet())));
        JsonArray others = new JsonArray();
        for (JsonObject manifest : manifests(index)) {
            if (!name.tag().equals(annotation(manifest, REF_NAME))
                    || !name.image().equals(annotation(manifest, IMAGE_NAME))) {
                others.add(manifest);
            }
        }
        others.add(ordered(entry, ENTRY_FIELDS));
        index.add("manifests", others);
    }

    /** Replaces the index atomically, so that readers see either the old or the new one. */
    private static void replace(Path folder, String index) throws IOException {
        Path fresh = folder.resolve("index.json." + UUID.randomUUID());
        try {
            Files.writeString(fresh, index, StandardOpenOption.CREATE_NEW);
            Files.move(fresh, folder.resolve("index.json"), StandardCopyOption.ATOMIC_MOVE);
        } finally {
            Files.deleteIfExists(fresh);
        }
    }

    private JsonObject read() throws IOException {
        byte[] text = folder.child("index.json").readAll(LARGEST_BYTES);
        return object(new String(text, StandardCharsets.UTF_8), "its index.json");
    }

    private static JsonObject object(String text, String what) throws IOException {
        try {
            return JsonParser.parseString(text).getAsJsonObject();
        } catch (JsonParseException | IllegalStateException e) {
            // The message of the parser would quote the text.
            throw new IOException(what + " is not a JSON object");
        }
    }

    /** Returns the entries of an index. Elements that are not JSON objects are skipped. */
    private static List<JsonObject> manifests(JsonObject index) {
        List<JsonObject> manifests = new ArrayList<>();
        if (index.has("manifests") && index.get("manifests").isJsonArray()) {
            for (JsonElement entry : index.getAsJsonArray("manifests")) {
                if (entry.isJsonObject()) {
                    manifests.add(entry.getAsJsonObject());
                }
            }
        }
        return manifests;
    }

    /** Returns an annotation of an entry, or an empty string if the entry does not have it. */
    private static String annotation(JsonObject entry, String name) {
        JsonElement annotations = entry.get("annotations");
        JsonElement value = annotations == null || !annotations.isJsonObject()
                ? null
                : annotations.getAsJsonObject().get(name);
        return value == null || !value.isJsonPrimitive() ? "" : value.getAsString();
    }

    private static Digest digest(JsonObject entry) throws IOException {
        JsonElement digest = entry.get("digest");
        try {
            return new Digest(digest == null || !digest.isJsonPrimitive() ? null : digest.getAsString());
        } catch (IllegalArgumentException e) {
            throw new IOException("an entry of index.json has no digest");
        }
    }

    private static JsonObject ordered(JsonObject object, Collection<String> first) {
        JsonObject ordered = new JsonObject();
        first.stream().filter(object::has).forEach(name -> ordered.add(name, object.get(name)));
        object.entrySet().stream()
                .filter(field -> !ordered.has(field.getKey()))
                .forEach(field -> ordered.add(field.getKey(), field.getValue()));
        return ordered;
    }
}
