// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.ctl;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import io.jenkins.plugins.treenq.buildkit.control.Blob;
import io.jenkins.plugins.treenq.buildkit.control.BuildRecord;
import java.time.Instant;
import java.util.Map;
import java.util.TreeMap;

/** Prints the records of the history as buildctl does ({@code cmd/buildctl/debug/histories.go}). */
final class HistoryTable {
    /** The number of the event type for completed builds in the protocol. */
    private static final int COMPLETE = 1;

    private HistoryTable() {}

    static String row(BuildRecord record) {
        return String.join(
                "\t",
                record.completed() == null ? "STARTED" : "COMPLETE",
                record.ref(),
                GoText.localTime(record.created()),
                GoText.localTime(record.completed()),
                Integer.toString(record.generation()));
    }

    /** Returns an event in the form of Go's {@code BuildHistoryEvent}. */
    static JsonObject json(BuildRecord record) {
        JsonObject event = new JsonObject();
        if (record.completed() != null) {
            event.addProperty("type", COMPLETE);
        }
        JsonObject json = new JsonObject();
        add(json, "Ref", record.ref());
        add(json, "Frontend", record.frontend());
        add(json, "FrontendAttrs", record.options());
        JsonArray exports = new JsonArray();
        record.exports().forEach(export -> {
            JsonObject one = new JsonObject();
            add(one, "Type", export.type());
            add(one, "Attrs", export.attributes());
            exports.add(one);
        });
        if (!exports.isEmpty()) {
            json.add("Exporters", exports);
        }
        if (!record.error().isEmpty()) {
            JsonObject error = new JsonObject();
            add(error, "code", record.errorCode());
            error.addProperty("message", record.error());
            json.add("error", error);
        }
        add(json, "CreatedAt", record.created());
        add(json, "CompletedAt", record.completed());
        add(json, "logs", record.logs());
        add(json, "ExporterResponse", record.metadata());
        if (record.result() != null) {
            json.add("Result", json(record.result()));
        }
        if (!record.results().isEmpty()) {
            JsonObject results = new JsonObject();
            new TreeMap<>(record.results()).forEach((platform, result) -> results.add(platform, json(result)));
            json.add("Results", results);
        }
        add(json, "Generation", record.generation());
        add(json, "trace", record.trace());
        if (record.pinned()) {
            json.addProperty("pinned", true);
        }
        add(json, "numCachedSteps", record.steps().cached());
        add(json, "numTotalSteps", record.steps().total());
        add(json, "numCompletedSteps", record.steps().completed());
        add(json, "externalError", record.failure());
        add(json, "numWarnings", record.steps().warnings());
        event.add("record", json);
        return event;
    }

    private static JsonObject json(BuildRecord.Products products) {
        JsonObject json = new JsonObject();
        add(json, "ResultDeprecated", products.exported().get(0L));
        JsonArray attestations = new JsonArray();
        products.attestations().forEach(blob -> attestations.add(json(blob)));
        if (!attestations.isEmpty()) {
            json.add("Attestations", attestations);
        }
        if (!products.exported().isEmpty()) {
            JsonObject results = new JsonObject();
            new TreeMap<>(products.exported()).forEach((index, blob) -> results.add(index.toString(), json(blob)));
            json.add("Results", results);
        }
        return json;
    }

    private static JsonObject json(Blob blob) {
        JsonObject json = new JsonObject();
        add(json, "media_type", blob.mediaType());
        add(json, "digest", blob.digest().value());
        if (blob.sizeBytes() != 0) {
            json.addProperty("size", blob.sizeBytes());
        }
        add(json, "annotations", blob.annotations());
        return json;
    }

    private static void add(JsonObject json, String name, Blob blob) {
        if (blob != null) {
            json.add(name, json(blob));
        }
    }

    private static void add(JsonObject json, String name, String value) {
        if (!value.isEmpty()) {
            json.addProperty(name, value);
        }
    }

    private static void add(JsonObject json, String name, int value) {
        if (value != 0) {
            json.addProperty(name, value);
        }
    }

    private static void add(JsonObject json, String name, Map<String, String> values) {
        if (!values.isEmpty()) {
            JsonObject object = new JsonObject();
            new TreeMap<>(values).forEach(object::addProperty);
            json.add(name, object);
        }
    }

    private static void add(JsonObject json, String name, Instant time) {
        if (time != null) {
            JsonObject stamp = new JsonObject();
            stamp.addProperty("seconds", time.getEpochSecond());
            add(stamp, "nanos", time.getNano());
            json.add(name, stamp);
        }
    }
}
