// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit;

import java.time.Instant;
import java.util.Map;

/**
 * A build as the daemon's history has it.
 *
 * @param completed null while it runs
 * @param error empty when there is none
 * @param exporterResponse as {@link BuildResult#exporterResponse}
 */
public record BuildRecord(
        String ref, Instant created, Instant completed, String error, Map<String, String> exporterResponse) {
    public BuildRecord {
        exporterResponse = Map.copyOf(exporterResponse);
    }
}
