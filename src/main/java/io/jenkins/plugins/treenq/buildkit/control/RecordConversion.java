// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.control;

import io.jenkins.plugins.treenq.buildkit.Digest;
import io.jenkins.plugins.treenq.buildkit.Export;
import io.jenkins.plugins.treenq.buildkit.solve.Timestamps;
import io.jenkins.plugins.treenq.buildkit.wire.control.BuildHistoryEvent;
import io.jenkins.plugins.treenq.buildkit.wire.control.BuildHistoryRecord;
import io.jenkins.plugins.treenq.buildkit.wire.control.BuildResultInfo;
import io.jenkins.plugins.treenq.buildkit.wire.control.Descriptor;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** Converts the daemon's messages to records. Malformed descriptors are omitted. */
final class RecordConversion {
    private RecordConversion() {}

    static HistoryEvent event(BuildHistoryEvent event) {
        HistoryEvent.Kind kind =
                switch (event.getType()) {
                    case STARTED -> HistoryEvent.Kind.STARTED;
                    case COMPLETE -> HistoryEvent.Kind.COMPLETE;
                    case DELETED -> HistoryEvent.Kind.DELETED;
                    case UNRECOGNIZED -> HistoryEvent.Kind.OTHER;
                };
        return new HistoryEvent(kind, record(event.getRecord()));
    }

    private static BuildRecord record(BuildHistoryRecord record) {
        Map<String, BuildRecord.Products> results = new HashMap<>();
        record.getResultsMap().forEach((platform, result) -> results.put(platform, products(result)));
        return new BuildRecord(
                record.getRef(),
                record.getFrontend(),
                record.getFrontendAttrsMap(),
                record.getExportersList().stream()
                        .map(export -> new Export(export.getType(), export.getAttrsMap()))
                        .toList(),
                Timestamps.instant(record.getCreatedAt()),
                record.hasCompletedAt() ? Timestamps.instant(record.getCompletedAt()) : null,
                record.hasError() ? record.getError().getMessage() : "",
                record.getError().getCode(),
                record.getExporterResponseMap(),
                record.getPinned(),
                record.getGeneration(),
                new BuildRecord.Steps(
                        record.getNumTotalSteps(),
                        record.getNumCachedSteps(),
                        record.getNumCompletedSteps(),
                        record.getNumWarnings()),
                record.hasLogs() ? blob(record.getLogs()) : null,
                record.hasTrace() ? blob(record.getTrace()) : null,
                record.hasExternalError() ? blob(record.getExternalError()) : null,
                record.hasResult() ? products(record.getResult()) : null,
                results);
    }

    private static BuildRecord.Products products(BuildResultInfo result) {
        Map<Long, Blob> exported = new HashMap<>();
        // Daemons before v0.12 name only one result.
        if (result.hasResultDeprecated()) {
            put(exported, 0L, result.getResultDeprecated());
        }
        result.getResultsMap().forEach((index, descriptor) -> put(exported, index, descriptor));
        List<Blob> attestations = result.getAttestationsList().stream()
                .map(RecordConversion::blob)
                .filter(Objects::nonNull)
                .toList();
        return new BuildRecord.Products(exported, attestations);
    }

    private static void put(Map<Long, Blob> blobs, Long index, Descriptor descriptor) {
        Blob blob = blob(descriptor);
        if (blob != null) {
            blobs.put(index, blob);
        }
    }

    private static Blob blob(Descriptor descriptor) {
        try {
            return new Blob(
                    new Digest(descriptor.getDigest()),
                    descriptor.getMediaType(),
                    Math.max(0, descriptor.getSize()),
                    descriptor.getAnnotationsMap());
        } catch (IllegalArgumentException e) {
            return null;
        }
    }
}
