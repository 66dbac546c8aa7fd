// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.control;

import io.jenkins.plugins.treenq.buildkit.Export;
import java.io.Serializable;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The record of a build in the daemon's history.
 *
 * @param ref ID of the build in the daemon
 * @param frontend frontend of the build; empty if a definition was built, or if the client ran the frontend, as
 *     buildctl does
 * @param options options of the frontend
 * @param exports exporters of the build
 * @param created time of the start
 * @param completed time of the end; null while the build is running
 * @param error error message; empty if the build did not fail
 * @param errorCode status code of gRPC, such as 1 for a cancelled build; 0 if the build did not fail
 * @param metadata metadata of the frontend's result, such as the image's configuration. The daemon does not keep the
 *     response of the exporters
 * @param pinned whether the daemon keeps the record regardless of its age
 * @param generation number of changes of the record
 * @param steps numbers of build steps
 * @param logs progress of the build; null if there is none
 * @param trace OpenTelemetry trace of the build; null if there is none
 * @param failure error with all details; null if there is none
 * @param result result of a build for one platform; null if there is none
 * @param results results of a build for several platforms, by platform
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

    /** The numbers of build steps and warnings. The daemon counts them at the end of the build. */
    public record Steps(int total, int cached, int completed, int warnings) implements Serializable {}

    /**
     * The result of a build, as stored in the daemon.
     *
     * @param exported descriptors of exported images, by the position of the exporter in the request
     * @param attestations attestations of the result, such as the provenance
     */
    public record Products(Map<Long, Blob> exported, List<Blob> attestations) implements Serializable {
        public Products {
            exported = Map.copyOf(exported);
            attestations = List.copyOf(attestations);
        }
    }

    /** Returns all results of the build by platform. The platform of a single result is empty. */
    public Map<String, Products> products() {
        Map<String, Products> all = new TreeMap<>(results);
        if (result != null) {
            all.put("", result);
        }
        return all;
    }
}
