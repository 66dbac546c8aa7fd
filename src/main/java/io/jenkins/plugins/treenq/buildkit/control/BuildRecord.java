// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.control;

import io.jenkins.plugins.treenq.buildkit.Export;
import java.io.Serializable;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * A build as the daemon's history has it.
 *
 * @param ref the build's name in the daemon
 * @param frontend empty when it was built from a definition, or by a client that ran the frontend itself, as buildctl
 *     does
 * @param options that the frontend got
 * @param exports that were asked for
 * @param created when it began
 * @param completed null while it runs
 * @param error empty when there is none
 * @param errorCode the error's kind as gRPC numbers it, such as 1 for a build that was cancelled; 0 when there is none
 * @param metadata the frontend's words about its result, such as the image's configuration; not what the exporters
 *     answered, which the daemon does not keep
 * @param pinned kept whatever the age
 * @param generation counts the changes of the record
 * @param steps how many there were
 * @param logs its progress, or null
 * @param trace its OpenTelemetry trace, or null
 * @param failure the error with all its details, or null
 * @param result what a build for one platform made; null when there is none
 * @param results what a build for several platforms made, by platform
 */
public record BuildRecord(
        String ref,
        String frontend,
        Map<String, String> options,
        List<Export> exports,
        Instant created,
        Instant completed,
        String error,
        int errorCode,
        Map<String, String> metadata,
        boolean pinned,
        int generation,
        Steps steps,
        Blob logs,
        Blob trace,
        Blob failure,
        Products result,
        Map<String, Products> results)
        implements Serializable {
    public BuildRecord {
        options = Map.copyOf(options);
        exports = List.copyOf(exports);
        metadata = Map.copyOf(metadata);
        results = Map.copyOf(results);
    }

    /** Counted when the build ended. */
    public record Steps(int total, int cached, int completed, int warnings) implements Serializable {}

    /**
     * What a build left in the daemon.
     *
     * @param exported by the index of the export
     * @param attestations such as the provenance
     */
    public record Products(Map<Long, Blob> exported, List<Blob> attestations) implements Serializable {
        public Products {
            exported = Map.copyOf(exported);
            attestations = List.copyOf(attestations);
        }
    }

    /** All that the build left in the daemon, by platform; the platform is empty when there was but one. */
    public Map<String, Products> products() {
        Map<String, Products> all = new TreeMap<>(results);
        if (result != null) {
            all.put("", result);
        }
        return all;
    }
}
