// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.ctl;

import com.google.gson.JsonArray;
import com.google.gson.JsonNull;
import com.google.gson.JsonObject;
import io.jenkins.plugins.treenq.buildkit.control.CacheRecord;
import java.util.List;
import java.util.Locale;

/** Prints the records of the cache as buildctl does ({@code cmd/buildctl/diskusage.go}). */
final class UsageTable {
    private UsageTable() {}

    static void header(TabWriter table) {
        table.line("ID\tRECLAIMABLE\tSIZE\tLAST ACCESSED");
    }

    static void row(TabWriter table, CacheRecord record) {
        table.line(String.format(
                Locale.ROOT,
                "%-71s\t%-11s\t%s\t",
                record.id() + (record.mutable() ? "*" : ""),
                !record.inUse(),
                GoText.size(record.sizeBytes()) + (record.shared() ? "*" : "")));
    }

    static void details(TabWriter table, CacheRecord record) {
        table.line("ID:\t" + record.id());
        if (!record.parents().isEmpty()) {
            table.line("Parents:\t" + String.join(";", record.parents()));
        }
        table.line("Created at:\t" + GoText.time(record.created()));
        table.line("Mutable:\t" + record.mutable());
        table.line("Reclaimable:\t" + !record.inUse());
        table.line("Shared:\t" + record.shared());
        table.line("Size:\t" + GoText.size(record.sizeBytes()));
        if (!record.description().isEmpty()) {
            table.line("Description:\t" + record.description());
        }
        table.line("Usage count:\t" + record.usageCount());
        if (record.lastUsed() != null) {
            table.line("Last used:\t" + GoText.time(record.lastUsed()));
        }
        if (!record.type().isEmpty()) {
            table.line("Type:\t" + record.type());
        }
        table.line("");
    }

    static void summary(TabWriter table, List<CacheRecord> records) {
        long total = records.stream().mapToLong(CacheRecord::sizeBytes).sum();
        long reclaimable = records.stream()
                .filter(record -> !record.inUse())
                .mapToLong(CacheRecord::sizeBytes)
                .sum();
        long shared = records.stream()
                .filter(CacheRecord::shared)
                .mapToLong(CacheRecord::sizeBytes)
                .sum();
        if (shared > 0) {
            table.line("Shared:\t" + GoText.size(shared));
            table.line("Private:\t" + GoText.size(total - shared));
        }
        table.line("Reclaimable:\t" + GoText.size(reclaimable));
        table.line("Total:\t" + GoText.size(total));
    }

    /** Returns a record in the form of Go's {@code client.UsageInfo}. */
    static JsonObject json(CacheRecord record) {
        JsonObject json = new JsonObject();
        json.addProperty("id", record.id());
        json.addProperty("mutable", record.mutable());
        json.addProperty("inUse", record.inUse());
        json.addProperty("size", record.sizeBytes());
        json.addProperty("createdAt", GoText.jsonTime(record.created()));
        json.addProperty("lastUsedAt", record.lastUsed() == null ? null : GoText.jsonTime(record.lastUsed()));
        json.addProperty("usageCount", record.usageCount());
        JsonArray parents = new JsonArray();
        record.parents().forEach(parents::add);
        json.add("parents", parents.isEmpty() ? JsonNull.INSTANCE : parents);
        json.addProperty("description", record.description());
        json.addProperty("recordType", record.type());
        json.addProperty("shared", record.shared());
        return json;
    }
}
