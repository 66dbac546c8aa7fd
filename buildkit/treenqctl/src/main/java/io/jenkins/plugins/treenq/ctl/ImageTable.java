// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.ctl;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import io.jenkins.plugins.treenq.buildkit.ImageName;
import io.jenkins.plugins.treenq.buildkit.images.ImageDescription;
import io.jenkins.plugins.treenq.buildkit.images.ImageDescription.Attachment;
import io.jenkins.plugins.treenq.buildkit.images.ImageDescription.Variant;
import java.time.Instant;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/** Prints the metadata of an image as text or JSON. */
final class ImageTable {
    private ImageTable() {}

    static void lines(TabWriter table, ImageName name, ImageDescription image) {
        table.line("Name:\t" + name);
        table.line("Digest:\t" + image.digest());
        table.line("MediaType:\t" + image.mediaType());
        table.line("Size:\t" + GoText.size(image.sizeBytes()));
        if (image.created() != null) {
            table.line("Created:\t" + GoText.time(image.created()));
        }
        table.line("Provenance:\t" + image.hasProvenance());
        table.line("SBOM:\t" + image.hasSbom());
        new TreeMap<>(image.labels()).forEach((key, value) -> table.line("Label:\t" + key + "=" + value));
        new TreeMap<>(image.annotations()).forEach((key, value) -> table.line("Annotation:\t" + key + "=" + value));
        for (Variant variant : image.variants()) {
            table.line("Platform:\t" + (variant.platform() == null ? "unknown" : variant.platform()) + "\t"
                    + variant.digest() + "\t" + GoText.size(variant.sizeBytes()));
        }
        for (Attachment attachment : image.attachments()) {
            table.line(
                    "Attachment:\t" + kind(attachment) + "\t" + attachment.digest() + "\tof " + attachment.subject());
        }
    }

    private static String kind(Attachment attachment) {
        return attachment.predicateTypes().isEmpty()
                ? attachment.artifactType()
                : String.join(",", new TreeSet<>(attachment.predicateTypes()));
    }

    static JsonObject json(ImageName name, ImageDescription image) {
        JsonObject json = new JsonObject();
        json.addProperty("name", name.toString());
        json.addProperty("digest", image.digest().value());
        json.addProperty("mediaType", image.mediaType());
        json.addProperty("size", image.sizeBytes());
        json.addProperty("created", time(image.created()));
        json.addProperty("provenance", image.hasProvenance());
        json.addProperty("sbom", image.hasSbom());
        json.add("labels", json(image.labels()));
        json.add("annotations", json(image.annotations()));
        JsonArray platforms = new JsonArray();
        image.variants().forEach(variant -> platforms.add(json(variant)));
        json.add("platforms", platforms);
        JsonArray attachments = new JsonArray();
        image.attachments().forEach(attachment -> attachments.add(json(attachment)));
        json.add("attachments", attachments);
        return json;
    }

    private static JsonObject json(Variant variant) {
        JsonObject json = new JsonObject();
        json.addProperty(
                "platform",
                variant.platform() == null ? null : variant.platform().toString());
        json.addProperty("digest", variant.digest().value());
        json.addProperty("size", variant.sizeBytes());
        json.addProperty("created", time(variant.created()));
        json.add("labels", json(variant.labels()));
        json.add("annotations", json(variant.annotations()));
        return json;
    }

    private static JsonObject json(Attachment attachment) {
        JsonObject json = new JsonObject();
        json.addProperty("digest", attachment.digest().value());
        json.addProperty("subject", attachment.subject().value());
        json.addProperty("artifactType", attachment.artifactType());
        json.add("predicateTypes", json(attachment.predicateTypes()));
        return json;
    }

    private static JsonObject json(Map<String, String> texts) {
        JsonObject json = new JsonObject();
        new TreeMap<>(texts).forEach(json::addProperty);
        return json;
    }

    private static JsonArray json(Set<String> texts) {
        JsonArray json = new JsonArray();
        new TreeSet<>(texts).forEach(json::add);
        return json;
    }

    private static String time(Instant time) {
        return time == null ? null : GoText.jsonTime(time);
    }
}
